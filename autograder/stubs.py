"""Make exercises/ from solutions/: a TODO and an error with the task's id replace the code between the markers."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder import backups
from autograder.course import EXERCISES, SOLUTIONS, Part, parts, parts_and_labs
from autograder.errors import Failure
from autograder.files import text_of, write_atomically, written_like

GIVEN = ("weights.py",)  # copied unchanged: learners write nothing in them
# In every part's stub, for readers with make, without it, and with nothing but the folder that an instructor gave them.
LESSON = """Read the lesson first. To open it: make lesson part={number}, or python -m autograder lesson {number}
In your instructor's folder it is the notebook {name}.ipynb; on the course's web page it is next to this code."""
RECORD = ".stubs.json"  # the sha256 of each written stub, to recognise files that a learner changed

BEGIN = re.compile(r"^(?P<indent> *)### BEGIN SOLUTION(?: (?P<task>L?\d+\.\d+ \S.*))?$")
END = re.compile(r"^ *### END SOLUTION$")
# A misspelt mark would silently leave a solution in the stub, so it is an error.
ALMOST = re.compile(r"\b(BEGIN|END)\s*SOLUTION", re.IGNORECASE)


class StubError(Failure):
    """The stubs can't be made or written; the message says what was wrong and what to do."""


@dataclass
class StubChanges:
    """The result of `write_stubs`, as file names."""

    written: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # changed by the learner, so left alone
    backups: list[Path] = field(default_factory=list)


def make_stub(text: str, name: str) -> str:
    """Return the stub of a solution's text.

    A region with a task becomes a TODO and the error, with the region's indentation; one without a task is removed.
    Raises StubError, with file and line, for marks that are nested, unbalanced or misspelt.
    """
    lines: list[str] = []
    begin: re.Match[str] | None = None
    begin_line = code_lines = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if match := BEGIN.match(line):
            if begin:
                raise StubError(f"{name}:{number}: BEGIN SOLUTION inside the region that began in line {begin_line}.")
            begin, begin_line, code_lines = match, number, 0
        elif END.match(line):
            if not begin:
                raise StubError(f"{name}:{number}: END SOLUTION without a BEGIN SOLUTION before it.")
            if begin["task"]:
                size = "1 line" if code_lines == 1 else f"{code_lines} lines"
                lines.append(f"{begin['indent']}# TODO {begin['task']}: about {size}")
                lines.append(f'{begin["indent"]}raise NotImplementedError("{begin["task"]}")')
            begin = None
        elif ALMOST.search(line):
            raise StubError(
                f"{name}:{number}: {line.strip()!a} is not a mark: write '### BEGIN SOLUTION 5.1 attend' or "
                "'### END SOLUTION' on a separate line."
            )
        elif begin:
            code_lines += bool(line.strip()) and not line.strip().startswith("#")
        else:
            lines.append(line)
    if begin:
        raise StubError(f"{name}:{begin_line}: BEGIN SOLUTION without an END SOLUTION after it.")
    return "\n".join(lines) + "\n"


def lines_inside(text: str) -> Iterator[tuple[int, str]]:
    """The lines between the marks of a solution, which a learner writes, each with its number."""
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if BEGIN.match(line) or END.match(line):
            inside = BEGIN.match(line) is not None
        elif inside:
            yield number, line


def fresh_stubs(solutions: Path = SOLUTIONS) -> dict[str, str]:
    """Return the text of every file in exercises/, by name. Raises StubError if a solution can't be used."""
    return {name: fresh_stub(name, solutions) for name in (*(part.file_name for part in parts_and_labs()), *GIVEN)}


def fresh_stub(name: str, solutions: Path = SOLUTIONS) -> str:
    """Return the text of one file in exercises/. Raises StubError if its solution can't be used."""
    try:
        text = (solutions / name).read_text(encoding="utf-8")
    except OSError as error:
        raise StubError(f"{solutions / name} can't be read ({error.strerror}). Restore it with git.") from error
    part = next((part for part in parts() if part.file_name == name), None)
    stub = make_stub(text, name)
    return stub if part is None else _with_lesson(stub, part)


def _with_lesson(stub: str, part: Part) -> str:
    """The stub with the way to its lesson below the docstring's first line."""
    first, rest = stub.split("\n", 1)
    if first.endswith('"""'):
        first, rest = first.removesuffix('"""'), f'"""\n{rest}'
    return f"{first}\n\n{LESSON.format(number=part.number, name=part.name)}\n{rest}"


def write_stubs(folder: Path = EXERCISES, force: bool = False, solutions: Path = SOLUTIONS) -> StubChanges:
    """Write every stub that is missing or out of date. Files that a learner has changed are kept.

    A file counts as changed if it is neither the fresh stub nor the stub that was last written there. With `force`, it
    is replaced too, after a dated copy is saved in backups/.
    Raises StubError, also if `folder` contains the solutions; OSError if a file can't be written.
    """
    if folder.resolve() == solutions.resolve():
        raise StubError(f"{folder} contains the solutions, which the stubs would overwrite. Choose another folder.")
    changes, recorded = StubChanges(), _read_record(folder)
    stubs = fresh_stubs(solutions)
    present = {name: _read(folder / name) for name in stubs}
    changed = [
        name
        for name, stub in stubs.items()
        if present[name] not in (None, stub) and _sha256(present[name]) != recorded.get(name)
    ]
    if force:
        try:
            changes.backups = backups.keep(folder / name for name in changed)
        except OSError as error:
            raise StubError(f"Your files can't be copied to {folder / backups.FOLDER} ({error.strerror}).") from error
    else:
        changes.kept = changed
    for name, stub in stubs.items():
        if name in changes.kept:
            continue
        if present[name] != stub:
            write_atomically(folder / name, written_like(stub, _content(folder / name)))
            changes.written.append(name)
        recorded[name] = _sha256(stub)
    record = (json.dumps(recorded, indent=1, sort_keys=True) + "\n").encode("utf-8")
    if not (folder / RECORD).is_file() or (folder / RECORD).read_bytes() != record:
        write_atomically(folder / RECORD, record)
    return changes


def stale(folder: Path = EXERCISES, solutions: Path = SOLUTIONS) -> list[str]:
    """Return the names of files that differ from their fresh stub, are missing, or no longer have a solution."""
    stubs, recorded = fresh_stubs(solutions), _read_record(folder)
    names = [name for name, stub in stubs.items() if _read(folder / name) != stub]
    found = [*folder.glob("part*.py"), *folder.glob("lab[0-9]*.py")]
    names += sorted(path.name for path in found if path.name not in stubs)
    if recorded != {name: _sha256(stub) for name, stub in stubs.items()}:
        names.append(RECORD)
    return names


def recorded_as(folder: Path, name: str, stub: str) -> bool:
    """Whether this stub is the one that was last written to a file of the folder."""
    return _read_record(folder).get(name) == _sha256(stub)


def _read(path: Path) -> str | None:
    """The text with \\n newlines (git may change them on Windows); None if there is no file."""
    content = _content(path)
    return None if content is None else text_of(content, "replace")


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StubError(f"{path} can't be read ({error.strerror}). Move it to another place.") from error


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _read_record(folder: Path) -> dict[str, str]:
    """The checksums of the written stubs. Empty if the record is missing or damaged, so that every change is kept."""
    try:
        record = json.loads(_read(folder / RECORD) or "{}")
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
