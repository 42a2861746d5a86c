"""Submissions of parts 1 to 8, for the capstone of a class."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.batch.local_processes import Pool
from autograder.class_folder.folder import ClassFolder
from autograder.classroom import capstone_grades, capstone_process
from autograder.classroom.capstone_grades import NEEDED
from autograder.course import SOLUTIONS
from helpers.short_capstone import few_names
from helpers.submissions import hand_in

STEPS = 3  # enough to test all stages of grading; the points are tested with the capstone itself
LATER = "2026-12-02 12:00:00.000000 UTC"
BROKEN = "def broken(:\n"


def hand_in_all(folder: ClassFolder, learner: str, **other: str | None) -> None:
    """Submit parts 1 to 8. other: a module's text by name; None leaves the module out."""
    for part in NEEDED:
        shutil.rmtree(folder.submitted / learner / part.name, ignore_errors=True)
        module = other.get(part.module, (SOLUTIONS / part.file_name).read_text(encoding="utf-8"))
        if module is not None:
            hand_in(folder, learner, module, its_part=part)


@contextlib.contextmanager
def trained_in_this_process() -> Iterator[None]:
    """Capstones are graded in threads instead of new processes, so that what a test replaces is also replaced there.
    Runs sample few names.
    """

    @contextlib.contextmanager
    def threads(workers, **others):
        with ThreadPoolExecutor(workers) as pool:
            answer = capstone_process.answer_capstone
            yield Pool(lambda line: pool.submit(lambda: json.dumps(answer(line)).encode()), lambda: workers)

    with few_names(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(capstone_grades, "open_pool", threads)
        yield
