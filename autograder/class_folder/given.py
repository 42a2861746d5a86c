"""The verdicts that a class was given, one file for each learner and part: what `errata` compares new ones with.

Mended checks may take points away that somebody has already seen. So for the same work the better verdict stands,
until an instructor withdraws it.
"""

from __future__ import annotations

import json
from pathlib import Path

from autograder.class_folder.folder import ClassFolder
from autograder.course import Part
from autograder.files import write_atomically
from autograder.grading.report import Report
from autograder.grading.store import report_from_json

KEPT = "The checks have been mended since this work was graded; the better result from before stands."


def give(folder: ClassFolder, learner: str, part: Part, report: Report) -> None:
    """Note the verdict, as the class gets it."""
    write_atomically(_path(folder, learner, part), json.dumps(report.to_json()).encode("ascii"))


def given(folder: ClassFolder, learner: str, part: Part) -> Report | None:
    """The verdict that a learner was given last; None when there is none, or its file is damaged."""
    try:
        return report_from_json(json.loads(_path(folder, learner, part).read_text(encoding="ascii")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def withdraw(folder: ClassFolder, learner: str, part: Part) -> None:
    """Let what was given stand in the way of no new verdict."""
    _path(folder, learner, part).unlink(missing_ok=True)


def stands(old: Report | None, new: Report) -> bool:
    """Whether an old verdict comes before a new one: better, on the same work, in the same kind of sandbox (a weaker
    one could have been cheated), with the same points for each task (nbgrader takes no more than a task has).
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


def _path(folder: ClassFolder, learner: str, part: Part) -> Path:
    return folder.verdicts / "given" / part.name / f"{learner}.json"
