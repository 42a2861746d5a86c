"""Locks on open files. A process holds a lock until it ends, even if it is killed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from autograder.class_folder.settings import ClassError


def lock(descriptor: int) -> None:
    """Lock an open file for this process. Raises OSError if another process holds the lock."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def exclusive_grading(root: Path) -> Iterator[None]:
    """Make sure that only one grading of a class runs, since two would remove each other's files. Raises ClassError if
    another one is running.
    """
    descriptor = os.open(root / ".grading.lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        lock(descriptor)
    except OSError as error:
        os.close(descriptor)
        raise ClassError(f"Another grading of the class in {root} is running: wait until it ends.") from error
    try:
        yield
    finally:
        os.close(descriptor)
