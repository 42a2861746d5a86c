"""Build the notebook for grading: the released one, with the sources of the learner's cells.

A submitted notebook is not trusted: metadata may be missing, cells may be copied, deleted or renamed, and the file may
not be JSON. So cells and metadata come from the released notebook. Only cell sources are copied: written answers,
changes in other cells, and added cells.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.class_folder.collected import Unreadable, read_regular_file
from autograder.classroom.written_answer import pictures_of, to_inert_markdown
from autograder.intake.archives import ArchiveError
from autograder.intake.isolated_reader import read_isolated

LARGEST_NOTEBOOK = 20_000_000  # bytes; with pictures, the largest of the course has 2 MB
LARGEST_READ_HERE = 256_000  # bytes; larger ones are read in a separate process
LONGEST_CELL = 20_000  # characters
MOST_ADDED_CELLS = 100
MOST_CELLS = 2000  # cells to look at; the largest notebook of the course has fewer than 100
GRADER_CELL = "from-the-grader"
NOT_FOUND = "(No answer was found: its cell is missing in the submitted notebook.)"


@dataclass
class SubmittedCell:
    """A submitted cell: the contents that may be copied, and the names by which it is recognised."""

    kind: str
    source: str
    names: tuple[str, ...]  # its id, its grade id
    attachments: dict[str, dict[str, str]]  # possible pasted pictures, by name and type


NOTHING: tuple[SubmittedCell | None, list[SubmittedCell]] = (None, [])


@dataclass
class RebuiltNotebook:
    """The notebook to grade, as plain data, and sentences about problems in the submitted one."""

    notebook: dict
    remarks: list[str] = field(default_factory=list)


def rebuild_notebook(released: dict, path: Path) -> RebuiltNotebook:
    """Copy the cell sources of the notebook at `path` into a copy of the released notebook."""
    copy = RebuiltNotebook(json.loads(json.dumps(released)))
    try:
        submitted_cells = _read(path)
    except Unreadable as error:
        submitted_cells = None
        if any(cell["metadata"].get("nbgrader", {}).get("solution") for cell in released["cells"]) or path.exists():
            copy.remarks.append(str(error))
    cells: list[dict] = []
    room = MOST_ADDED_CELLS
    matched = _match_cells(submitted_cells or [], copy.notebook["cells"], copy.remarks)
    for cell in copy.notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution") and cell["id"] in matched:
            matched[cell["id"]] = _answered(cell, *matched[cell["id"]], copy.remarks)
    for released_cell in copy.notebook["cells"]:
        nbgrader_metadata = released_cell["metadata"].get("nbgrader", {})
        submitted, added = matched.get(released_cell["id"], NOTHING)
        cell = released_cell
        if nbgrader_metadata.get("solution") and submitted_cells is not None:
            cell = (
                {**released_cell, "source": NOT_FOUND} if submitted is None else _with_source(submitted, released_cell)
            )
            if submitted is None:
                copy.remarks.append(
                    f"The cell {nbgrader_metadata['grade_id']} with a written answer is not in the notebook."
                )
        elif not nbgrader_metadata and submitted is not None and submitted.kind == released_cell["cell_type"]:
            cell = _with_source(submitted, released_cell)
        cells += [cell, *map(_plain_cell, added[:room])]
        room -= len(added[:room])
    cells = [*map(_plain_cell, matched[""][1][:room]), *cells]
    for number, cell in enumerate([cell for cell in cells if "id" not in cell], start=1):
        cell["id"] = f"added-{number}"
    copy.notebook["cells"] = cells
    return copy


def grader_cell(sentences: list[str]) -> dict:
    """The first cell of the returned notebook: what was graded, and the submission's problems."""
    text = "\n".join(["**From the grader**", "", *(f"- {sentence}" for sentence in sentences)])
    return {"cell_type": "markdown", "id": GRADER_CELL, "metadata": {}, "source": text}


def _match_cells(
    submitted: list[SubmittedCell], released: list[dict], remarks: list[str]
) -> dict[str, tuple[SubmittedCell | None, list[SubmittedCell]]]:
    """Map each released cell's id to the submitted cell, and to the cells that were added after it."""
    known = {cell["id"]: cell["id"] for cell in released}
    known |= {c["metadata"]["nbgrader"]["grade_id"]: c["id"] for c in released if "nbgrader" in c["metadata"]}
    sources = {(cell["cell_type"], cell["source"]): cell["id"] for cell in released}
    matched: dict[str, tuple[SubmittedCell | None, list[SubmittedCell]]] = {"": (None, [])}
    last = ""
    for cell in submitted:
        name = next((known[name] for name in cell.names if name in known), sources.get((cell.kind, cell.source)))
        if name is not None and name not in matched:
            matched[name] = (cell, [])
            last = name
            continue
        if (
            name is not None
            and (remark := f"The cell {name} occurs more than once; the first one counts.") not in remarks
        ):
            remarks.append(remark)
        if cell.source.strip():
            matched[last][1].append(cell)
    return matched


def _answered(
    released: dict, submitted: SubmittedCell | None, added: list[SubmittedCell], remarks: list[str]
) -> tuple[SubmittedCell | None, list[SubmittedCell]]:
    """The answer to a written question, and the other cells after it. Many learners write their answer below the cell,
    so if the cell is unchanged, the text cells after it are the answer.
    """
    if submitted is None or not _is_empty(submitted, released):
        return submitted, added
    answers = [cell for cell in added if cell.kind == "markdown" and not _is_empty(cell, released)]
    if not answers:
        return submitted, added
    source = "\n\n".join(cell.source for cell in answers[:MOST_ADDED_CELLS])
    if len(source) > LONGEST_CELL:  # rendering a long cell would take the grader's time
        source = f"{source[:LONGEST_CELL]}\n(Only the first {LONGEST_CELL:,} characters are kept.)"
    pictures = {name: kinds for cell in answers for name, kinds in cell.attachments.items()}
    name = released["metadata"]["nbgrader"]["grade_id"]
    remarks.append(f"The cell {name} is empty, so the text cells below it were taken as the answer.")
    return SubmittedCell("markdown", source, submitted.names, pictures), [cell for cell in added if cell not in answers]


def _is_empty(cell: SubmittedCell, released: dict) -> bool:
    return cell.source.split() in ([], released["source"].split())


def _plain_cell(submitted: SubmittedCell) -> dict:
    """An added cell, still without an id."""
    cell = {"cell_type": submitted.kind, "metadata": {}, "source": ""}
    return _with_source(
        submitted, {**cell, "outputs": [], "execution_count": None} if submitted.kind == "code" else cell
    )


def _with_source(submitted: SubmittedCell, cell: dict) -> dict:
    """Write a learner's text into a cell. Markup that is not the course's is shown as text and has no effect."""
    if cell["cell_type"] == "code" or submitted.source == cell["source"]:
        return {**cell, "source": submitted.source}
    source, pictures = to_inert_markdown(submitted.source, submitted.attachments)
    return {**cell, "source": source, **({"attachments": pictures} if pictures else {})}


def _read(path: Path) -> list[SubmittedCell]:
    """The cells of an untrusted notebook. Raises Unreadable with a sentence for its author."""
    content = read_regular_file(path, LARGEST_NOTEBOOK)
    if content is None:
        raise Unreadable(f"There is no {path.name}: your module was graded, written answers were not found.")
    if len(content) > LARGEST_NOTEBOOK:
        raise Unreadable(
            f"{path.name} has more than {LARGEST_NOTEBOOK:,} bytes: clear its outputs and submit it again."
        )
    if len(content) <= LARGEST_READ_HERE:
        return list(_cells(content, path.name))
    try:
        return [
            SubmittedCell(*json.loads(cell)) for _, cell in read_isolated(cells_isolated, path.name, content=content)
        ]
    except ArchiveError as error:
        raise Unreadable(f"{path.name}: {error}") from None


def cells_isolated(content: bytes, name: str) -> Iterator[tuple[None, bytes]]:
    """The cells of a large notebook, read in a separate process: 20 MB of brackets take 600 MB and 12 seconds."""
    try:
        for cell in _cells(content, name):
            yield None, json.dumps(dataclasses.astuple(cell)).encode("ascii")
    except Unreadable as error:
        raise ArchiveError(str(error).removeprefix(f"{name}: ")) from None


def _cells(content: bytes, name: str) -> Iterator[SubmittedCell]:
    try:
        notebook = json.loads(content)
        cells = notebook["cells"]
    except (ValueError, RecursionError):
        raise Unreadable(f"{name} is not a notebook (it is not JSON): submit the file that Jupyter saves.") from None
    except (KeyError, TypeError):
        raise Unreadable(f"{name} is not a notebook of Jupyter's format 4: save it with a current Jupyter.") from None
    for cell in cells[:MOST_CELLS] if isinstance(cells, list) else []:
        if submitted_cell := _submitted_cell(cell):
            yield submitted_cell


def _submitted_cell(cell: object) -> SubmittedCell | None:
    if not isinstance(cell, dict):
        return None
    source = cell.get("source")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return None
    if len(source) > LONGEST_CELL:
        source = f"{source[:LONGEST_CELL]}\n(The cell is longer than the {LONGEST_CELL:,} characters that are kept.)"
    metadata = cell.get("metadata")
    nbgrader_metadata = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    names = (nbgrader_metadata.get("grade_id") if isinstance(nbgrader_metadata, dict) else None, cell.get("id"))
    kind = cell.get("cell_type")
    return SubmittedCell(
        "code" if kind == "code" else "markdown",  # a raw cell would be shown as HTML
        source.encode("utf-8", "replace").decode("utf-8"),  # half of a surrogate pair can't be encoded
        tuple(name for name in names if isinstance(name, str)),
        pictures_of(source, cell.get("attachments")),
    )
