"""The lock on a class, so that only one grading of it runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from autograder.class_folder.settings import ClassError
from autograder.files import lock


@contextlib.contextmanager
def exclusive_grading(root: Path, wait: bool = False) -> Iterator[None]:
    """Make sure that only one grading of a class runs, since two would remove each other's files. Raises ClassError if
    another one is running; with `wait`, wait until it ends.
    """
    descriptor = os.open(root / ".grading.lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        lock(descriptor, wait)
    except OSError as error:
        os.close(descriptor)
        raise ClassError(f"Another grading of the class in {root} is running: wait until it ends.") from error
    try:
        yield
    finally:
        os.close(descriptor)
