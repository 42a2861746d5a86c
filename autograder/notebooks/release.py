"""Release a part: write it next to the old release, audit it, and only then replace the old one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from autograder.course import ROOT, Part, class_settings
from autograder.errors import Failure
from autograder.notebooks.lesson_notebooks import SOURCE, findings, notebook_findings, read_notebook
from autograder.notebooks.release_audit import audit

RELEASE = ROOT / "release"


class ReleaseError(Failure):
    """Nothing was released; findings: sentences that begin with the place."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.findings = problems


def release(wanted: Sequence[Part], to: Path = RELEASE, source: Path = SOURCE) -> None:
    """Release these parts into `to`, all or none. Raises ReleaseError, and keeps the old release then."""
    if len(wanted) > 1 and source == SOURCE and (problems := findings()):
        raise ReleaseError(*problems)
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=to) as scratch:
        new = Path(scratch)
        problems = [finding for part in wanted for finding in _make(part, new, source)]
        if problems:
            raise ReleaseError(*(finding.replace(f"{new}{os.sep}", f"{to}{os.sep}") for finding in problems))
        for part in wanted:
            if (to / part.name).exists():
                os.replace(to / part.name, new / f"old-{part.name}")
            os.replace(new / part.name, to / part.name)


def stale(wanted: Sequence[Part], released: Path = RELEASE, source: Path = SOURCE) -> list[str]:
    """The files of the released parts that differ from what a release would write now. Writes nothing there."""
    problems = []
    with tempfile.TemporaryDirectory() as scratch:
        for part in wanted:
            generate(part, Path(scratch), source)
            fresh, old = _contents(Path(scratch) / part.name), _contents(released / part.name)
            names = sorted(name for name in {**fresh, **old} if fresh.get(name) != old.get(name))
            problems += [str(released / part.name / name) for name in names]
    return problems


def _make(part: Part, new: Path, source: Path) -> list[str]:
    """Write and audit the release of one part in the folder `new`. Returns the problems."""
    problems = notebook_findings(part, source)
    if problems:
        return problems
    try:
        generate(part, new, source)
    except ReleaseError as error:
        return list(error.findings)
    return audit(new / part.name, part, source)


def released_notebook(part: Part, source: Path = SOURCE) -> dict:
    """The notebook that a release would contain now, as plain data."""
    with tempfile.TemporaryDirectory() as scratch:
        generate(part, Path(scratch), source)
        return read_notebook(Path(scratch) / part.name / f"{part.name}.ipynb")


def generate(part: Part, to: Path, source: Path = SOURCE, gradebook: str | None = None) -> None:
    """Let nbgrader write to/part05 from source/part05. gradebook: the URL of the database to enter the graded cells in,
    if any. Raises ReleaseError with nbgrader's message.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    from autograder.notebooks.calling_nbgrader import calling_nbgrader
    from autograder.notebooks.release_settings import add_settings

    config = Config()
    add_settings(config)
    if gradebook is None:
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
    config.CourseDirectory.root = str(ROOT)
    config.CourseDirectory.source_directory = str(source.absolute())
    config.CourseDirectory.release_directory = str(to.absolute())
    config.CourseDirectory.db_url = gradebook or "sqlite://"
    config.CourseDirectory.course_id = class_settings()["course_id"]
    config.CourseDirectory.assignment_id = part.name
    with calling_nbgrader() as reason:
        converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
        converter.force = True
        try:
            converter.start()
        except Exception as error:  # nbgrader raises RuntimeError, ValueError and its own
            what = f"{source / part.name}: nbgrader can't release it"
            if gradebook:
                what = f"{part.name} can't be entered in the gradebook"
            raise ReleaseError(f"{what}: {reason(error)}") from error


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
