"""The verdicts that learners have received, one file per learner and part. `errata` compares new ones with them.

Fixed checks may take away points that a learner has already seen. So for the same work the better verdict counts,
unless an instructor asks for the lower one.

A verdict is written to several places: here, the gradebook, the graded notebook and the feedback page. Until all have
it, a note keeps the previous verdict, so that after an interruption the next run starts from the same state.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from autograder.class_folder.folder import ClassFolder
from autograder.course import Part, capstone
from autograder.files import write_atomically
from autograder.grading.report import Report
from autograder.grading.store import report_from_json

OLD_NAME_OF_CAPSTONE = "part11"  # the folder of its files in a class that an earlier version graded: they stay there
OLD_VERDICT_KEPT = "The checks have been fixed since this work was graded; the better result from before counts."


def released_names(verdicts: Path) -> Iterator[tuple[str, str]]:
    """The learner and the part's name of each verdict that is recorded in the folder of the verdicts."""
    for path in (verdicts / "given").glob("*/*.json"):
        name = path.parent.name
        yield path.stem, capstone().name if name == OLD_NAME_OF_CAPSTONE else name


def record_released(folder: ClassFolder, learner: str, part: Part, report: Report) -> None:
    """Record the verdict that the learner receives."""
    write_atomically(released_path(folder.verdicts, learner, part.name), json.dumps(report.to_json()).encode("ascii"))


def last_released(folder: ClassFolder, learner: str, part: Part) -> Report | None:
    """The last verdict that was written to all places; None if there is none, or if its file is damaged."""
    before = interrupted_release(folder, learner, part)
    return last_recorded(folder, learner, part) if before is None else _report(before["given"])


def last_recorded(folder: ClassFolder, learner: str, part: Part) -> Report | None:
    """The last recorded verdict, even if the other places don't have it yet; None as in `last_released`."""
    return read_released(released_path(folder.verdicts, learner, part.name))


def released_path(verdicts: Path, learner: str, part_name: str) -> Path:
    """The file in verdicts/ that records a learner's verdict."""
    return _path(verdicts / "given", learner, part_name)


def read_released(path: Path) -> Report | None:
    """The verdict in such a file; None if there is none, or if the file is damaged."""
    return _report(_read(path))


@contextlib.contextmanager
def releasing(folder: ClassFolder, learner: str, part: Part, **context: object) -> Iterator[None]:
    """Put this around everything that writes one verdict. After an interruption, `interrupted_release` finds the
    previous verdict and this context. Raises OSError, with nothing changed, if the note can't be written.
    """
    note = _note(folder, learner, part)
    if interrupted_release(folder, learner, part) is None:
        before = {**context, "given": _read(released_path(folder.verdicts, learner, part.name))}
        write_atomically(note, json.dumps(before).encode("ascii"))
    yield
    note.unlink()


def interrupted_release(folder: ClassFolder, learner: str, part: Part) -> dict | None:
    """The note of `releasing` if it was interrupted; otherwise None."""
    note = _read(_note(folder, learner, part))
    return note if isinstance(note, dict) and "given" in note else None


def keeps_old_verdict(old: Report | None, new: Report) -> bool:
    """Whether an old verdict counts instead of a new one. It must be better and for the same work, from the same kind
    of sandbox (a weaker one could have been cheated), with the same points per task (nbgrader accepts no more than
    those).
    """
    return (
        old is not None
        and old.earned > new.earned
        and (old.sha256, old.sandbox) == (new.sha256, new.sandbox)
        and _possible(old) == _possible(new)
    )


def _possible(report: Report) -> dict[str, float]:
    points: dict[str, float] = {}
    for check in report.checks:
        points[check.task] = round(points.get(check.task, 0.0) + check.points, 6)
    return points


def _read(path: Path) -> object:
    """The data in a file; None if there is no file, or if it is damaged."""
    try:
        return json.loads(path.read_text(encoding="ascii"))
    except (OSError, ValueError, RecursionError):
        return None


def _report(data: object) -> Report | None:
    try:
        return report_from_json(data)
    except (KeyError, TypeError):
        return None


def _note(folder: ClassFolder, learner: str, part: Part) -> Path:
    return _path(folder.verdicts / "interrupted", learner, part.name)


def _path(place: Path, learner: str, part_name: str) -> Path:
    path = place / part_name / f"{learner}.json"
    older = place / OLD_NAME_OF_CAPSTONE / path.name
    return older if part_name == capstone().name and older.exists() else path
