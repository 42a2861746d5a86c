"""Calling nbgrader's own classes in this process: what it needs around it, and what it says of a failure."""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import traceback
import warnings
from collections.abc import Callable, Iterator

from traitlets.log import get_logger


@contextlib.contextmanager
def calling_nbgrader() -> Iterator[Callable[[Exception], str]]:
    """Keep nbgrader's log and SQLAlchemy's warnings from the console. Gives a function with the reason of a failure.

    It also reads the version of a new gradebook in this process, where nbgrader starts alembic, which takes a second
    and prints a traceback on Ctrl-C. It gives all of nbgrader's gradebooks of one file one SQLAlchemy engine, which
    keeps what it has compiled: nbgrader opens the gradebook ten times a submission.
    """
    import nbgrader.api
    from sqlalchemy.exc import SAWarning

    keep = _KeepReasons()
    loggers = [get_logger(), nbgrader.api.app_log]
    propagated = [logger.propagate for logger in loggers]
    for logger in loggers:
        logger.propagate = False
        logger.addHandler(keep)
    create_engine, nbgrader.api.create_engine = nbgrader.api.create_engine, _one_engine  # it may be so already
    version, nbgrader.api.get_alembic_version = nbgrader.api.get_alembic_version, _alembic_version
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            yield keep.reason
    finally:
        nbgrader.api.create_engine, nbgrader.api.get_alembic_version = create_engine, version
        for logger, before in zip(loggers, propagated):
            logger.removeHandler(keep)
            logger.propagate = before


@contextlib.contextmanager
def one_transaction(url: str) -> Iterator[None]:
    """Let what nbgrader writes into this gradebook, which exists, come in at once at the end, or after an error not at
    all.

    nbgrader opens the gradebook ten times a submission and commits thirty times, each time waiting for the disk. In
    here its gradebooks share one connection, and its commits are the connection's only. Others can't write meanwhile.
    """
    from nbgrader.api import Gradebook
    from sqlalchemy.orm import scoped_session, sessionmaker

    def shared(self, db_url, course_id="default_course", authenticator=None):
        if db_url != url:
            return opened(self, db_url, course_id, authenticator)
        self.engine, self.course_id, self.authenticator = connection, course_id, authenticator
        self.db = scoped_session(sessionmaker(bind=connection, join_transaction_mode="rollback_only"))

    def close(self):
        return self.db.remove() if self.engine is connection else closed(self)

    opened, closed = Gradebook.__init__, Gradebook.close
    with _one_engine(url, echo=False, future=True).begin() as connection:
        Gradebook.__init__, Gradebook.close = shared, close
        try:
            yield
        finally:
            Gradebook.__init__, Gradebook.close = opened, closed


def _alembic_version() -> str:
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    return ScriptDirectory(ALEMBIC_DIR).get_current_head()


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
        if message.startswith("Traceback"):  # the errors after it say nothing of the reason
            self.last = _cause(message) or self.last

    def reason(self, error: Exception) -> str:
        """Why it failed: nbgrader's own exception says only that the log does."""
        said = _cause("".join(traceback.format_exception(error)))
        return self.last or said or f"{type(error).__name__}: {error}".splitlines()[0]


def _cause(text: str) -> str:
    """The line of a traceback that states the cause: the first behind the frames of the last exception that is not
    nbgrader's own. SQLAlchemy's exceptions go on below it with the statement and the address of a page.
    """
    for block in reversed(text.split("Traceback (most recent call last):\n")):
        line = next((line for line in block.splitlines() if line[:1].strip()), "")
        if line and "NbGraderException" not in line:
            match = re.match(r"[\w.]+: \([\w.]+\) (.+)", line)  # SQLAlchemy's name, then that of the database
            return f"gradebook.db: {match[1]}" if match else line
    return ""
