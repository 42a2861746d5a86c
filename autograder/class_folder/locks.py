"""Locks on open files, which a process holds until it ends, however it ends."""

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
    """Lock an open file for this process. Raises OSError when another one holds it; with `wait`, waits for its end."""
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
    """Only one grading of a class may run: two would remove each other's files. Raises ClassError when another one is
    running; with `wait`, waits for its end.
    """
    descriptor = os.open(root / ".grading.lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        lock(descriptor, wait)
    except OSError as error:
        os.close(descriptor)
        raise ClassError(f"Another grading of the class in {root} is at work: wait for its end.") from error
    try:
        yield
    finally:
        os.close(descriptor)
