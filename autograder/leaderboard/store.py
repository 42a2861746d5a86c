"""Entries in a database, through SQLAlchemy. An entry is written once, in one transaction, or not at all."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.database import DatabaseError, open_database
from autograder.leaderboard import learners, tries
from autograder.leaderboard.recipes import Score
from autograder.leaderboard.schema import OPEN, Base, Entry, Learner, Setting
from autograder.leaderboard.source import Source


class StoreError(Exception):
    """Nothing was recorded; the text is a sentence."""


class Store:
    """The database of a board; made when it is not there."""

    def __init__(self, where: Path | str) -> None:
        """where: an SQLite file, or a URL. Raises StoreError when it can't be used."""
        try:
            if isinstance(where, Path):
                where.parent.mkdir(parents=True, exist_ok=True)
            self.engine = open_database(where, Base.metadata)
        except DatabaseError as error:
            raise StoreError(str(error)) from error
        except OSError as error:
            raise StoreError(f"The board in {where} can't be used ({error.strerror}).") from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """All of what happens within, or nothing of it; nobody else writes meanwhile."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def setting(self, key: str) -> object:
        """What was kept under this key, None when nothing was."""
        with self.transaction() as session:
            found = session.get(Setting, key)
            return None if found is None else json.loads(found.value)

    def put(self, key: str, value: object) -> None:
        """Keep a fact in place of what was kept under this key."""
        with self.transaction() as session:
            session.merge(Setting(key=key, value=json.dumps(value)))

    def keep(self, key: str, value: object) -> object:
        """Keep a fact unless there is one already; return the one that is kept."""
        with self.transaction() as session:
            found = session.get(Setting, key)
            if found is None:
                session.add(Setting(key=key, value=json.dumps(value)))
            return value if found is None else json.loads(found.value)

    def learner(self, learner_id: str, display: str | None = None, public: bool | None = None) -> Learner:
        """The learner, made when new (hidden, with a pseudonym), changed where something is given. Raises StoreError
        when the display name is not allowed or looks like somebody else's.
        """
        with self.transaction() as session:
            try:
                return learners.entered(session, learner_id, display, public)
            except ValueError as error:
                raise StoreError(str(error)) from error

    def tries_today(self, learner_id: str, now: datetime | None = None) -> int:
        """How many entries the learner made in the last 24 hours."""
        with self.transaction() as session:
            return len(tries.recent(session, learner_id, now or utc_now()))

    def need_a_try(self, learner_id: str, most_tries: int) -> None:
        """Raise StoreError, with the time of the next one, when the learner's tries of 24 hours are used up."""
        with self.transaction() as session:
            _need_a_try(session, learner_id, most_tries, utc_now())

    def add(
        self,
        learner_id: str,
        source: Source,
        result: Score | str,
        split_seed: int,
        *,
        round: str = OPEN,
        held: str | None = None,
        most_tries: int | None = None,
        now: datetime | None = None,
    ) -> Entry:
        """Write an entry: a score, or the sentence that says why there is none. The learner must be there.

        Raises StoreError, and writes nothing, when the learner has used up the tries or has entered this very file.
        """
        now = now or utc_now()
        entry = Entry(
            learner_id=learner_id,
            at=now.astimezone(timezone.utc).isoformat(timespec="seconds"),
            round=round,
            source=source.content,
            sha256=source.sha256,
            shape=source.shape,
            split_seed=split_seed,
            held=held,
        )
        if isinstance(result, str):
            entry.message = result.replace("\0", "")  # which PostgreSQL takes in no text
        else:
            entry.loss, entry.losses, entry.seeds = result.mean, json.dumps(result.losses), json.dumps(result.seeds)
            entry.control, entry.curve = result.control, json.dumps(result.curve)
            entry.names = json.dumps(result.names)
        with self.transaction() as session:
            if most_tries is not None:
                _need_a_try(session, learner_id, most_tries, now)
            if tries.find(session, learner_id, source.sha256, round) is not None:
                raise StoreError("This very file stands on the board already.")
            session.add(entry)
        return entry

    def same_as(self, learner_id: str, source: Source) -> Entry | None:
        """The first entry of somebody else that is the same program, however it is formatted and its names chosen."""
        with self.transaction() as session:
            same = select(Entry).where(Entry.shape == source.shape, Entry.learner_id != learner_id)
            return session.scalar(same.order_by(Entry.number).limit(1))

    def entries(self, *conditions: object) -> Sequence[Entry]:
        """Entries in the order in which they came."""
        with self.transaction() as session:
            return session.scalars(select(Entry).where(*conditions).order_by(Entry.number)).all()

    def release(self, number: int) -> Entry | None:
        """A person has looked at the entry: it counts. None when there is no such entry."""
        with self.transaction() as session:
            entry = session.get(Entry, number)
            if entry is not None:
                entry.held = None
            return entry


def utc_now() -> datetime:
    """The time, by the clock of the machine that keeps the board."""
    return datetime.now(timezone.utc)


def _need_a_try(session: Session, learner_id: str, most_tries: int, now: datetime) -> None:
    when = tries.next_free(tries.recent(session, learner_id, now), most_tries)
    if when is not None:
        raise StoreError(
            f"All tries of 24 hours ({most_tries}) are used up, and nothing was recorded. The next is free on "
            f"{when.astimezone():%Y-%m-%d at %H:%M} by this computer's clock."
        )
