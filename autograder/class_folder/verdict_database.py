"""Store the verdicts of a class in a SQLite or PostgreSQL database."""

from __future__ import annotations

import errno
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from autograder.database import open_database, reason
from autograder.grading.report import Report
from autograder.grading.store import Store, Stored, stored_verdict, verdict_text


class Base(DeclarativeBase):
    """The tables."""


class VerdictRow(Base):
    """One verdict under its key; content is JSON in ASCII."""

    __tablename__ = "verdicts"
    name: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str]


class DatabaseStore(Store):
    """Verdicts in a SQLite or PostgreSQL database. A stored verdict never changes: if two processes grade the same work
    at the same time, the first verdict is kept.
    """

    def __init__(self, where: Path | str) -> None:
        """Raises DatabaseError."""
        self.engine = open_database(where, Base.metadata)

    def find(self, name: str) -> Stored | None:
        try:
            with Session(self.engine) as session, session.begin():
                found = session.get(VerdictRow, name)
                return None if found is None else stored_verdict(found.content)
        except SQLAlchemyError as error:
            raise OSError(errno.EIO, f"the database did not answer: {reason(error)}") from error

    def keep(self, name: str, report: Report, seconds: float) -> None:
        try:
            with Session(self.engine) as session, session.begin():
                found = session.get(VerdictRow, name)
                if found is None or stored_verdict(found.content) is None:
                    session.merge(VerdictRow(name=name, content=verdict_text(report, seconds)))
        except SQLAlchemyError as error:
            raise OSError(errno.EIO, f"the database did not answer: {reason(error)}") from error
