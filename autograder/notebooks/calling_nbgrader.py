"""Call nbgrader's classes in this process: prepare the environment, and find the reason of a failure."""

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
    """Keep nbgrader's log and SQLAlchemy's warnings off the console. Yields a function that returns a failure's reason.

    It also reads the version of a new gradebook in this process: nbgrader would start alembic, which takes a second and
    prints a traceback on Ctrl-C. And all of nbgrader's gradebooks for one file share one SQLAlchemy engine with its
    cache of compiled statements, since nbgrader opens the gradebook ten times per submission.
    """
    import nbgrader.api
    from sqlalchemy.exc import SAWarning

    keep = _KeepReasons()
    loggers = [get_logger(), nbgrader.api.app_log]
    propagated = [logger.propagate for logger in loggers]
    for logger in loggers:
        logger.propagate = False
        logger.addHandler(keep)
    create_engine, nbgrader.api.create_engine = nbgrader.api.create_engine, _one_engine  # it may already be replaced
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
    """Commit everything that nbgrader writes into this existing gradebook together at the end, or nothing after an
    error.

    nbgrader opens the gradebook ten times per submission and commits thirty times, waiting for the disk each time. In
    this context, its gradebooks share one connection and its commits are delayed. Others can't write meanwhile.
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
        if message.startswith("Traceback"):  # later errors do not contain the reason
            self.last = _cause(message) or self.last

    def reason(self, error: Exception) -> str:
        """The reason of the failure. nbgrader's exception only refers to the log."""
        said = _cause("".join(traceback.format_exception(error)))
        return self.last or said or f"{type(error).__name__}: {error}".splitlines()[0]


def _cause(text: str) -> str:
    """The line of a traceback that states the cause: the first line after the frames of the last exception that is not
    nbgrader's. In SQLAlchemy's exceptions, the statement and a URL follow below it.
    """
    for block in reversed(text.split("Traceback (most recent call last):\n")):
        line = next((line for line in block.splitlines() if line[:1].strip()), "")
        if line and "NbGraderException" not in line:
            match = re.match(r"[\w.]+: \([\w.]+\) (.+)", line)  # SQLAlchemy's exception, then the database's
            return f"gradebook.db: {match[1]}" if match else line
    return ""
