"""A copy of the course, so that no test touches the learner's files of this working copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.course import ROOT, SOLUTIONS, part
from autograder.stubs import write_stubs


@dataclass(frozen=True)
class Course:
    """A working copy: `root` is its folder."""

    root: Path

    @property
    def exercises(self) -> Path:
        return self.root / "exercises"

    def file(self, number: int) -> Path:
        return self.exercises / part(number).file_name

    def write(self, number: int, text: str) -> None:
        self.file(number).write_text(text, encoding="utf-8")

    def solve(self, *numbers: int) -> None:
        for number in numbers:
            self.write(number, solution(number))

    def environment(self, **more: str) -> dict[str, str]:
        """No colour, 80 columns, and the words for commands that have no make in them."""
        dropped = ("AUTOGRADER_CALLED_AS", "AUTOGRADER_MEMORY", "PYTEST_CURRENT_TEST", "PYTHONDONTWRITEBYTECODE")
        kept = {key: value for key, value in os.environ.items() if key not in dropped}
        return {**kept, "NO_COLOR": "1", "COLUMNS": "80", "LINES": "24", **more}

    def run(self, *words: object, **options: object) -> subprocess.CompletedProcess:
        """`python -m autograder WORDS` in this copy."""
        given = {"stdin": subprocess.DEVNULL} if "input" not in options else {}
        return subprocess.run(
            [sys.executable, "-m", "autograder", *map(str, words)],
            cwd=self.root,
            env=self.environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=600,
            **given,
            **options,
        )


def solution(number: int) -> str:
    return (SOLUTIONS / part(number).file_name).read_text(encoding="utf-8")


def make_course(root: Path) -> Course:
    """Without pyproject.toml: then the copy counts as installed, and sets nothing up. What is below the package is
    linked, the modules at its top are copied: they say where exercises/ is.
    """
    (root / "autograder").mkdir(parents=True)
    for path in (ROOT / "autograder").iterdir():
        target = root / "autograder" / path.name
        if path.name == "__pycache__":
            shutil.copytree(path, target)
        elif path.is_dir():
            target.symlink_to(path)
        else:
            shutil.copy2(path, target)
    for name in ("datasets", "experiments", "notebook_tools", "release", "solutions"):
        (root / name).symlink_to(ROOT / name)
    write_stubs(root / "exercises")
    return Course(root)
