"""`lab`: run the experiment of a lab that is passed, with the learner's own code.

It uses the learner's parts that are passed, and the reference for the others. So a lab can be tried at any time, and a
mistake in a part can't spoil its figures.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.course import EXERCISES, ROOT, SOLUTIONS, Part, labs, parts
from autograder.errors import Failure
from autograder.invocation import command
from autograder.learner.last_results import passed
from autograder.learner.overview import row
from autograder.sandbox.packages import installed_or_raise
from autograder.text import listed

CHILD = Path(__file__).with_name("lab_child.py")
USED = range(1, 9)  # the parts that make the model


def list_lines() -> Iterator[str]:
    """The labs, with the learner's state and the command for each."""
    yield "Optional labs, for after the course. They earn no points. Each has a lesson, a page in the guide:"
    for lab in labs():
        state = row(lab)
        then = command("lab", lab.target) if state.passed else command("check", lab.target)
        yield f"  {lab.target}  {lab.title:<26} {lab.minutes:>3} minutes  {state.state:<24} {then}"
        yield f"        {lesson_file(lab)}"


def lab_lesson(lab: Part) -> str:
    """A sentence that says where the lesson of a lab is."""
    return f"The lesson of {lab.label} is a page of the guide: {lesson_file(lab)}"


def lesson_file(lab: Part) -> str:
    """The page of a lab in the guide, as a learner would type it."""
    return f"docs/learner/{lab.name}.md"


def whose_line(lab: Part, own: Sequence[Part]) -> str:
    """A sentence that says whose code runs. own: the parts whose code is the learner's."""
    if not own:
        return f"With your {lab.file_name}, and the reference for parts {USED[0]} to {USED[-1]}."
    numbers = listed([str(part.number) for part in own])
    yours = f"With your {lab.file_name} and your {'parts' if len(own) > 1 else 'part'} {numbers}"
    return f"{yours}." if len(own) == len(USED) else f"{yours}; the reference for the other parts up to {USED[-1]}."


def run(lab: Part, steps: int | None) -> int:
    """Run the experiment of a lab at this terminal, and return its exit status. Raises Failure if the lab is not
    passed, ValueError if a package is missing.
    """
    for package in lab.packages:
        installed_or_raise(package)
    if not passed(lab):
        raise Failure(
            f"{lab.label.capitalize()} is not passed yet, and its experiment runs your code. Pass it first: "
            f"{command('check', lab.target)}"
        )
    own = [part for part in parts() if part.number in USED and passed(part)]
    print(f"{whose_line(lab, own)}\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        for part in parts():
            if part.number in USED:
                shutil.copy((EXERCISES if part in own else SOLUTIONS) / part.file_name, folder)
        shutil.copy(EXERCISES / lab.file_name, folder)
        words = [str(ROOT / "datasets" / "names.txt"), *([str(steps)] if steps is not None else [])]
        child = [sys.executable, str(CHILD), folder, str(lab.suite / "experiment.py"), *words]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            return subprocess.run(child, cwd=ROOT, env=environment, check=False).returncode
        except KeyboardInterrupt:
            return 130
