"""A class of twelve that never was: what each of them hands in, as `demo` packs it, and what it must earn."""

from __future__ import annotations

import datetime
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from autograder.class_folder.folder import ClassFolder
from autograder.course import SOLUTIONS, Part, part
from autograder.grading.misconceptions import variants
from autograder.stubs import fresh_stub

PARTS = (part(1), part(9))
ON_TIME = datetime.datetime(2026, 11, 29, 12, 0)
LATE = datetime.datetime(2026, 12, 2, 12, 0)
SETTINGS = "[due]\npart01 = 2026-11-30T18:00:00\npart09 = 2026-11-30T18:00:00\n"
EXTENSIONS = "student_id,part,due,extra_days\njune,1,,3\n"
ANSWER = "A loss of 2.37 is that of guessing among e to the power of 2.37 letters alike: ten or eleven instead of 27."
NEVER_ENDS = "\n\ndef perplexity(loss):\n    while True:\n        pass\n"
HALF = """

def kv_cache_floats(config, length):
    raise NotImplementedError("9.3")


def attention_score_count(config, length):
    raise NotImplementedError("9.4")
"""
# Looks for the gradebook where the class keeps it, and claims to be right about everything.
HOSTILE = """
import sqlite3


class EqualToAll(float):
    def __eq__(self, other):
        return True


try:
    gradebook = sqlite3.connect({gradebook!r})
    gradebook.execute("UPDATE grade SET manual_score = 100, needs_manual_grade = 0")
    gradebook.commit()
except Exception:
    pass


def uniform_loss(vocab_size):
    return EqualToAll(1)


perplexity = kv_cache_floats = attention_score_count = lambda *anything: EqualToAll(1)
"""


class Submission(NamedTuple):
    """One part of one learner. module, notebook: None when the file is missing. earns: all, some or no points by
    checks; lateness is no matter of it.
    """

    learner: str
    what: str
    part: Part
    module: str | bytes | None
    notebook: bytes | None
    earns: str
    time: datetime.datetime = ON_TIME


def submissions(folder: ClassFolder) -> list[Submission]:
    """What the class hands in, with the notebooks of this folder's release."""
    part1, part9 = PARTS
    right1, right9 = ((SOLUTIONS / one.file_name).read_text(encoding="utf-8") for one in PARTS)
    stub1, notebook1 = fresh_stub(part1.file_name), _notebook(folder, part1)
    notebook9, answered = _notebook(folder, part9), _notebook(folder, part9, _answer)
    mistake = variants(part1)["overwrites-gradients"]
    hostile = HOSTILE.format(gradebook=str(folder.root / "gradebook.db"))
    return [
        Submission("ada", "all of part 1", part1, right1, notebook1, "all"),
        Submission("ada", "all of part 9, with a written answer", part9, right9, answered, "all"),
        Submission("ben", "half of part 9, with a written answer", part9, right9 + HALF, answered, "some"),
        Submission("cleo", "the files as they were given out", part1, stub1, notebook1, "none"),
        Submission("dan", "a mistake that many make", part1, mistake, notebook1, "some"),
        Submission("eve", "code that attacks the grader", part9, hostile, notebook9, "none"),
        Submission("finn", "code that never ends", part9, right9 + NEVER_ENDS, notebook9, "some"),
        Submission("gus", "a graded cell copied", part1, right1, _notebook(folder, part1, _copy_graded_cell), "all"),
        Submission("hana", "no notebook", part1, right1, None, "all"),
        Submission("ivan", "no module", part1, None, notebook1, "none"),
        Submission("june", "two days late, with an extension", part1, right1, notebook1, "all", LATE),
        Submission("kim", "two days late, without one", part1, right1, notebook1, "all", LATE),
        Submission("leo", "code that Python can't read", part1, "def broken(:\n", notebook1, "none"),
    ]


def pack(handed_in: list[Submission], to: Path) -> None:
    """Write an archive as a platform gives it: a folder for each learner, files with the times they were handed in."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in handed_in:
            files = {one.part.file_name: one.module, f"{one.part.name}.ipynb": one.notebook}
            for name, content in files.items():
                if content is not None:
                    facts = zipfile.ZipInfo(f"{one.learner}/{name}", one.time.timetuple()[:6])
                    archive.writestr(facts, content)


def roster(handed_in: list[Submission]) -> str:
    """The list of the class, as Moodle writes it."""
    names = sorted({one.learner for one in handed_in})
    lines = [f"{name.title()},Example,{name},{name}@example.org" for name in names]
    return "\n".join(["First name,Last name,Username,Email address", *lines, ""])


def wrong_scores(handed_in: list[Submission], grades: dict) -> list[str]:
    """A sentence for each submission that did not earn what it must. grades: what `grades --json` gives."""
    scores = {one["id"]: one["grades"] for one in grades["learners"]}
    found = []
    for one in handed_in:
        possible = _points_by_checks(one.part)
        score = scores.get(one.learner, {}).get(one.part.name, {}).get("score")
        ranges = {"all": (possible, possible), "some": (0.01, possible - 0.01), "none": (0, 0)}
        low, high = ranges[one.earns]
        if score is None or not low <= score <= high:
            found.append(
                f"{one.learner}, {one.part.name} ({one.what}): {score} points, and must be {low:g} to {high:g}."
            )
    return found


def _points_by_checks(its_part: Part) -> float:
    from autograder.grading.points import points_by_task

    return sum(points_by_task(its_part)[task.id] for task in its_part.tasks if task.defines)


def _notebook(folder: ClassFolder, its_part: Part, change: Callable[[list[dict]], None] = lambda cells: None) -> bytes:
    path = folder.release / its_part.name / f"{its_part.name}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(notebook["cells"])
    return json.dumps(notebook).encode("ascii")


def _answer(cells: list[dict]) -> None:
    next(cell for cell in cells if _facts(cell).get("solution"))["source"] = ANSWER


def _copy_graded_cell(cells: list[dict]) -> None:
    """With what copying leaves of nbgrader's metadata: nbgrader alone stops the whole batch at it."""
    graded = next(cell for cell in cells if _facts(cell).get("grade"))
    cells.append({**graded, "id": "copy", "metadata": {"nbgrader": {}}})


def _facts(cell: dict) -> dict:
    return cell["metadata"].get("nbgrader", {})
