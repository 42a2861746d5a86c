"""What the tests of the bundle share: the reference as a learner's work, and running things inside the folder."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from autograder.bundle import capstone_recording, mistake_answers, recording, recordings
from autograder.course import SOLUTIONS, Part, parts
from autograder.grading.follow_through import table_of
from autograder.grading.misconceptions import Mistake, misconceptions, variants

ALL_MISTAKES = (0, 3)  # parts with every known mistake; the others have their first two
MISTAKES_OF_TABLE = (2,)  # parts with those for which points are kept, too

SOLVED = {part.file_name: (SOLUTIONS / part.file_name).read_text(encoding="utf-8") for part in parts()}


def run(folder: Path, *words: str, home: Path | None = None) -> subprocess.CompletedProcess:
    """Run a command in the folder, with the packages of this interpreter and an empty home."""
    empty = home or folder.parent / "home"
    empty.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG") if name in os.environ}
    environment = {**kept, "HOME": str(empty), "USERPROFILE": str(empty), "PYTHON": sys.executable}
    words = [sys.executable if word == "python" else word for word in words]
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")


def solve(folder: Path, *numbers: int) -> None:
    """Put the reference of these parts into the folder's exercises/."""
    for part in parts():
        if part.number in numbers:
            (folder / "exercises" / part.file_name).write_text(SOLVED[part.file_name], encoding="utf-8")


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Replace text that occurs once in a file of exercises/."""
    path = folder / "exercises" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def grade_in(folder: Path, jobs: Sequence[tuple[int, dict[str, str]]]) -> list[dict]:
    """Reports of the bundle's own grader: of each job a part and the learner's files."""
    script = Path(__file__).with_name("grade_in_bundle.py")
    done = subprocess.run(
        [sys.executable, script, folder], input=json.dumps(jobs), capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def some_mistakes(part: Part) -> tuple:
    found = misconceptions(part)
    if part.number in ALL_MISTAKES:
        return found
    kept = table_of(part) if part.number in MISTAKES_OF_TABLE else ()
    return tuple(mistake for i, mistake in enumerate(found) if i < 2 or mistake.id in kept)


def some_variants(part: Part, some: Callable[[Part], Sequence[Mistake]] = some_mistakes) -> dict[str, bytes]:
    return {mistake.id: variants(part)[mistake.id] for mistake in some(part)}


@contextlib.contextmanager
def few_mistakes(kept: Path, some: Callable[[Part], Sequence[Mistake]] = some_mistakes) -> Iterator[pytest.MonkeyPatch]:
    """Builds record only `some` of a part's known mistakes. kept: the folder of these recordings."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recordings, "RECORDINGS", kept)
        for module in (recording, mistake_answers):
            patch.setattr(module, "misconceptions", some)
        patch.setattr(mistake_answers, "variants", functools.partial(some_variants, some=some))
        patch.setattr(capstone_recording, "KNOWN_MISTAKES", capstone_recording.KNOWN_MISTAKES[:2])
        yield patch
