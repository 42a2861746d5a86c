"""Calling nbgrader's own classes in this process: what it needs around it, and what it says of a failure."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator

from traitlets.log import get_logger


@contextlib.contextmanager
def calling_nbgrader() -> Iterator[Callable[[Exception], str]]:
    """Keep nbgrader's log and SQLAlchemy's warnings from the console. Gives a function with the reason of a failure.

    It also puts this environment's programs on the path, since nbgrader calls alembic by its name for a new gradebook;
    and gives all of nbgrader's gradebooks of one file one SQLAlchemy engine, which keeps what it has compiled: nbgrader
    opens the gradebook ten times a submission.
    """
    import nbgrader.api
    from sqlalchemy.exc import SAWarning

    keep, logger, path = _KeepReasons(), get_logger(), os.environ.get("PATH", "")
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(keep)
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + path
    create_engine, nbgrader.api.create_engine = nbgrader.api.create_engine, _one_engine  # it may be so already
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            yield keep.reason
    finally:
        nbgrader.api.create_engine = create_engine
        os.environ["PATH"] = path
        logger.removeHandler(keep)
        logger.propagate = propagated


@functools.lru_cache(maxsize=4)
def _one_engine(url: str, **options):
    import sqlalchemy

    return sqlalchemy.create_engine(url, **options)


class _KeepReasons(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage().strip()
        if message.startswith("Traceback"):  # its last line is the reason; the errors after it say nothing of it
            self.last = message.splitlines()[-1]

    def reason(self, error: Exception) -> str:
        """Why it failed: nbgrader's own exception says only that the log does."""
        return self.last or f"{type(error).__name__}: {error}"
