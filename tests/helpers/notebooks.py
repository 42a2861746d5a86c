"""Notebooks laid out as a learner gets them, and executed."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

from autograder.course import Part, part_named
from autograder.notebooks.companions import companions
from autograder.notebooks.lesson_notebooks import notebook_path

SECONDS = 120  # the longest that a cell may take, on a loaded machine


def lay_out(part: Part, folder: Path, modules: Path | None = None) -> Path:
    """The part's notebook with what is released next to it, in folder/partNN, as a fetch leaves it.

    modules: solutions/ or exercises/, whose modules take the stub's place; those of other parts go to their own
    folders next to this one.
    """
    home = folder / part.name
    files = companions(part) | {f"{part.name}.ipynb": notebook_path(part).read_bytes()}
    for path, content in files.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_bytes(content)
    for name in (part.module, *part.in_notebook) if modules else ():
        other = folder / part_named(name.partition("_")[0]).name
        other.mkdir(exist_ok=True)
        (other / f"{name}.py").write_bytes((modules / f"{name}.py").read_bytes())
    return home


def run(home: Path):
    """The notebook in this folder, executed from the first cell to the last, errors and all."""
    notebook = nbformat.read(home / f"{home.name}.ipynb", as_version=4)
    settings = {"timeout": SECONDS, "allow_errors": True, "resources": {"metadata": {"path": str(home)}}}
    return NotebookClient(notebook, **settings).execute()


def errors(notebook) -> list[str]:
    """Where an executed notebook shows an error instead of an output, or a warning."""
    return [
        f"{cell.id}: {output.get('ename') or output.text}"
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error" or output.get("name") == "stderr" or "Traceback" in output.get("text", "")
    ]


def text_of(cell) -> str:
    """What a code cell shows, as text; of a picture its text alternative."""
    return "\n".join(
        output.text if output.output_type == "stream" else output.data.get("text/plain", "")
        for output in cell.outputs
        if output.output_type != "error"
    )


def points(notebook) -> dict[str, tuple[str, float]]:
    """Of each graded cell that runs checks: what its last line gave, and the points that it is worth."""
    found = {}
    for cell in notebook.cells:
        facts = cell.metadata.get("nbgrader", {})
        if facts.get("grade") and cell.cell_type == "code":
            results = [o.data["text/plain"] for o in cell.outputs if o.output_type == "execute_result"]
            found[facts["grade_id"]] = (results[-1] if results else "nothing", facts["points"])
    return found
