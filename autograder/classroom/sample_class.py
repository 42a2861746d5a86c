"""`demo`: an instructor's entire cycle on a sample class of twelve: release, collect, grade and export.

`demo` runs the real commands in a separate folder. `submissions` lists what each learner submits and should earn.
"""

from __future__ import annotations

import datetime
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.nbgrader_configuration import write_configuration
from autograder.course import ROOT, SOLUTIONS, Part, part
from autograder.errors import Failure
from autograder.grading.misconceptions import variants
from autograder.invocation import CALLED_AS
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
    """One part of one learner. module, notebook: None if the file is missing. earns: all, some or none of the points
    from checks, before any penalty.
    """

    learner: str
    label: str
    part: Part
    module: str | bytes | None
    notebook: bytes | None
    earns: str
    time: datetime.datetime = ON_TIME


def demo(to: Path | None, say: Callable[[str], None]) -> ClassFolder:
    """Run the cycle and return the class's folder, which is kept. to: an empty or new folder (None: a temporary one).
    say: prints a line. Raises Failure, ValueError for a folder that is not empty, OSError.
    """
    began = time.monotonic()
    place = Path(tempfile.mkdtemp(prefix="gpt-demo-")) if to is None else to.absolute()
    place.mkdir(parents=True, exist_ok=True)
    if any(place.iterdir()):
        raise ValueError(f"{place} is not empty: choose a new folder.")
    folder = ClassFolder(place / "class")
    write_class(folder)
    say(f"A class of twelve in {folder.root}. Each line with a $ is a command that you could type.")

    say("\n1. Release parts 1 and 9 to the class: notebooks and stubs, after a check that they contain no answers.")
    for assignment in PARTS:
        _run(["release", str(assignment.number), "--class", str(folder.root)], say)
    say(f"\n2. The class submits its work. {place / 'submissions.zip'}, as a learning platform packs it, contains:")
    submitted_work = submissions(folder)
    for submission in submitted_work:
        say(f"   {submission.learner:<5} {submission.part.name}  {submission.label}")
    pack(submitted_work, place / "submissions.zip")
    (place / "participants.csv").write_text(roster(submitted_work), encoding="utf-8")
    say("\n3. Import the class list into the gradebook, and collect the submissions.")
    _run(["roster", str(place / "participants.csv"), "--class", str(folder.root)], say)
    _run(["collect", str(place / "submissions.zip"), "--class", str(folder.root)], say)
    say("\n4. Grade everything in the sandbox, and write a feedback page for each learner.")
    _run(["grade", "--class", str(folder.root)], say)
    say("\n5. The table: kim was late (class.toml says when work is due), june had an extension (extensions.csv).")
    _run(["grades", "--class", str(folder.root)], say)
    say("\n6. Files for Canvas, for Moodle, and nbgrader's own table.")
    _run(["export", "--class", str(folder.root)], say)

    wrong = wrong_scores(submitted_work, json.loads(_output(["grades", "--json", "--class", str(folder.root)])))
    if wrong:
        raise Failure("\n".join(["Not everybody got the expected points:", *wrong]))
    seconds = time.monotonic() - began
    say(f"\nAll {len(submitted_work)} submissions got the expected points, in {seconds:.0f} seconds. Where to look:")
    for label, path in (
        ("a learner's feedback page", folder.feedback / "dan" / "part01" / "part01.html"),
        ("the same after an attack", folder.feedback / "eve" / "part09" / "part09.html"),
        ("grades as files", folder.root / "exports"),
        ("the submitted files", folder.submitted),
    ):
        say(f"   {label}: {path}")
    say("To grade the two written answers, start JupyterLab there and open Nbgrader > Formgrader in its menu:")
    say(f"   cd {shlex.quote(str(folder.root))} && {shlex.quote(sys.executable)} -m jupyter lab")
    say(f"When you are done, delete {place}. The course does not need it.")
    return folder


def write_class(folder: ClassFolder) -> None:
    """Create the class's folder with its settings."""
    folder.root.mkdir(parents=True)
    write_configuration(folder.root)
    for name, text in {"class.toml": SETTINGS, "extensions.csv": EXTENSIONS}.items():
        (folder.root / name).write_text(text, encoding="utf-8")


def submissions(folder: ClassFolder) -> list[Submission]:
    """The submissions of the class, with the notebooks of this folder's release."""
    part1, part9 = PARTS
    right1, right9 = ((SOLUTIONS / assignment.file_name).read_text(encoding="utf-8") for assignment in PARTS)
    stub1, notebook1 = fresh_stub(part1.file_name), _notebook(folder, part1)
    notebook9, answered = _notebook(folder, part9), _notebook(folder, part9, _answer)
    mistake = variants(part1)["overwrites-gradients"]
    hostile = HOSTILE.format(gradebook=str(folder.root / "gradebook.db"))
    return [
        Submission("ada", "all of part 1", part1, right1, notebook1, "all"),
        Submission("ada", "all of part 9, with a written answer", part9, right9, answered, "all"),
        Submission("ben", "half of part 9, with a written answer", part9, right9 + HALF, answered, "some"),
        Submission("cleo", "the unchanged files", part1, stub1, notebook1, "none"),
        Submission("dan", "a common mistake", part1, mistake, notebook1, "some"),
        Submission("eve", "code that attacks the grader", part9, hostile, notebook9, "none"),
        Submission("finn", "an endless loop", part9, right9 + NEVER_ENDS, notebook9, "some"),
        Submission("gus", "a graded cell copied", part1, right1, _notebook(folder, part1, _copy_graded_cell), "all"),
        Submission("hana", "no notebook", part1, right1, None, "all"),
        Submission("ivan", "no module", part1, None, notebook1, "none"),
        Submission("june", "two days late, with an extension", part1, right1, notebook1, "all", LATE),
        Submission("kim", "two days late, without one", part1, right1, notebook1, "all", LATE),
        Submission("leo", "code with a syntax error", part1, "def broken(:\n", notebook1, "none"),
    ]


def pack(submitted_work: list[Submission], to: Path) -> None:
    """Write an archive like a platform's: a folder per learner, and files with their submission times."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for submission in submitted_work:
            files = {submission.part.file_name: submission.module, f"{submission.part.name}.ipynb": submission.notebook}
            for name, content in files.items():
                if content is not None:
                    entry = zipfile.ZipInfo(f"{submission.learner}/{name}", submission.time.timetuple()[:6])
                    archive.writestr(entry, content)


def roster(submitted_work: list[Submission]) -> str:
    """The class list in Moodle's format."""
    names = sorted({submission.learner for submission in submitted_work})
    lines = [f"{name.title()},Example,{name},{name}@example.org" for name in names]
    return "\n".join(["First name,Last name,Username,Email address", *lines, ""])


def wrong_scores(submitted_work: list[Submission], grades: dict) -> list[str]:
    """A sentence for each submission with unexpected points. grades: the output of `grades --json`."""
    scores = {learner["id"]: learner["grades"] for learner in grades["learners"]}
    problems = []
    for submission in submitted_work:
        possible = _points_by_checks(submission.part)
        score = scores.get(submission.learner, {}).get(submission.part.name, {}).get("score")
        ranges = {"all": (possible, possible), "some": (0.01, possible - 0.01), "none": (0, 0)}
        low, high = ranges[submission.earns]
        if score is None or not low <= score <= high:
            problems.append(
                f"{submission.learner}, {submission.part.name} ({submission.label}): {score} points, and must be "
                f"{low:g} to {high:g}."
            )
    return problems


def _points_by_checks(assignment: Part) -> float:
    from autograder.grading.checks import points_by_task

    return sum(points_by_task(assignment)[task.id] for task in assignment.tasks if task.defines)


def _notebook(
    folder: ClassFolder, assignment: Part, change: Callable[[list[dict]], None] = lambda cells: None
) -> bytes:
    path = folder.release / assignment.name / f"{assignment.name}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(notebook["cells"])
    return json.dumps(notebook).encode("ascii")


def _answer(cells: list[dict]) -> None:
    next(cell for cell in cells if _facts(cell).get("solution"))["source"] = ANSWER


def _copy_graded_cell(cells: list[dict]) -> None:
    """Copy a graded cell as Jupyter does, without nbgrader's metadata. nbgrader alone would stop the batch here."""
    graded = next(cell for cell in cells if _facts(cell).get("grade"))
    cells.append({**graded, "id": "copy", "metadata": {"nbgrader": {}}})


def _facts(cell: dict) -> dict:
    return cell["metadata"].get("nbgrader", {})


def _run(arguments: list[str], say: Callable[[str], None]) -> None:
    """Show a command, run it, and show its output. Raises Failure if it fails."""
    say(f"\n$ python -m autograder {shlex.join(arguments)}")
    for line in _output(arguments).rstrip("\n").splitlines():
        say(f"  {line}")


def _output(arguments: list[str]) -> str:
    """The output of a command. Raises Failure."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=ROOT,
        env={**os.environ, CALLED_AS: "python -m autograder", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        output = (done.stdout + done.stderr).strip()
        raise Failure(f"{output}\nThis step failed with exit status {done.returncode}: {' '.join(arguments)}")
    return done.stdout
