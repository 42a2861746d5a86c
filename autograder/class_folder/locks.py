"""Locks on open files. A process holds a lock until it ends, even if it is killed."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

from autograder.class_folder.settings import ClassError

SECONDS_BETWEEN_TRIES = 0.2


def lock(descriptor: int, wait: bool = False) -> None:
    """Lock an open file for this process. If another one holds the lock, raises OSError or, with `wait`, waits."""
    while wait:
        try:
            return lock(descriptor)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                raise
            time.sleep(SECONDS_BETWEEN_TRIES)
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


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
