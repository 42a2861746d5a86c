"""Entries in a database, through SQLAlchemy. An entry is written once, in one transaction, or not at all."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from autograder.database import DatabaseError, open_database
from autograder.errors import Failure
from autograder.leaderboard import invented_names
from autograder.leaderboard.recipe_source import Source
from autograder.leaderboard.recipes import Score

# The tables of a board.

OPEN, CLOSING = "open", "closing"  # rounds: of the course, and the last one


class Base(DeclarativeBase):
    """The tables."""


class Learner(Base):
    """Somebody who submits. id: from the course's records, for the instructor only. public: shown on the board."""

    __tablename__ = "learners"
    id: Mapped[str] = mapped_column(primary_key=True)
    display: Mapped[str]
    skeleton: Mapped[str] = mapped_column(unique=True)
    public: Mapped[bool] = mapped_column(default=False)


class Entry(Base):
    """One try. loss is None when the recipe has no score; message says why. held: why a person should look, or None.

    losses, seeds, curve and names are JSON lists; at is UTC, in ISO form.
    """

    __tablename__ = "entries"
    __table_args__ = (UniqueConstraint("learner_id", "sha256", "round"),)
    number: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    learner: Mapped[Learner] = relationship(lazy="joined")
    at: Mapped[str]
    round: Mapped[str]
    source: Mapped[bytes]
    sha256: Mapped[str]
    shape: Mapped[str] = mapped_column(index=True)
    split_seed: Mapped[int] = mapped_column(BigInteger)  # of 32 bits, without a sign
    loss: Mapped[float | None]
    losses: Mapped[str] = mapped_column(default="[]")
    seeds: Mapped[str] = mapped_column(default="[]")
    control: Mapped[float | None]
    curve: Mapped[str] = mapped_column(default="[]")
    names: Mapped[str] = mapped_column(default="[]")
    message: Mapped[str] = mapped_column(default="")
    held: Mapped[str | None]

    @property
    def run_losses(self) -> list[float]:
        return json.loads(self.losses)


class Setting(Base):
    """Facts about the board as JSON: the baselines of a split, the closing."""

    __tablename__ = "settings"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


# Which entries count as tries: those of the last 24 hours, whatever the day and the time zone.

SPAN = timedelta(days=1)


def recent(session: Session, learner_id: str, now: datetime) -> list[datetime]:
    """When the learner's tries of the last 24 hours were, the oldest first; also those that had no score. One that a
    wrong clock dated later than now counts as made now, so that it is gone after 24 hours.
    """
    since = (now - SPAN).astimezone(timezone.utc).isoformat(timespec="seconds")
    mine = select(Entry.at).where(Entry.learner_id == learner_id, Entry.round == OPEN, Entry.at > since)
    return [min(datetime.fromisoformat(at), now) for at in session.scalars(mine.order_by(Entry.at))]


def next_free(tries: Sequence[datetime], most: int) -> datetime | None:
    """When there is a try again; None when there is one now. tries: of the last 24 hours, the oldest first."""
    return None if len(tries) < most else tries[len(tries) - most] + SPAN


def find(session: Session, learner_id: str, sha256: str, round: str) -> Entry | None:
    """The learner's entry of this very file: it is not run, and not counted, again."""
    mine = (Entry.learner_id == learner_id, Entry.sha256 == sha256, Entry.round == round)
    return session.scalar(select(Entry).where(*mine))


# Who is on the board, under which name, and whether they want to be seen.


def entered(session: Session, learner_id: str, display: str | None, public: bool | None) -> Learner:
    """The learner, made when new (hidden, with a pseudonym), changed where something is given. Raises ValueError, with
    a sentence, when the display name is not allowed or looks like somebody else's.
    """

    def taken(name: str) -> bool:
        same = select(Learner.id).where(Learner.skeleton == invented_names.skeleton(name), Learner.id != learner_id)
        return session.scalar(same) is not None

    if display is not None:
        display = invented_names.checked_name(display)
        if taken(display):
            raise ValueError(f"{ascii(display)} looks like a name that is taken: choose another.")
    found = session.get(Learner, learner_id)
    if found is None:
        display = display or invented_names.pseudonym(taken)
        found = Learner(id=learner_id, display=display, skeleton=invented_names.skeleton(display), public=bool(public))
        session.add(found)
    if display is not None:
        found.display, found.skeleton = display, invented_names.skeleton(display)
    if public is not None:
        found.public = public
    return found


class StoreError(Failure):
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
                return entered(session, learner_id, display, public)
            except ValueError as error:
                raise StoreError(str(error)) from error

    def tries_today(self, learner_id: str, now: datetime | None = None) -> int:
        """How many entries the learner made in the last 24 hours."""
        with self.transaction() as session:
            return len(recent(session, learner_id, now or utc_now()))

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
            if find(session, learner_id, source.sha256, round) is not None:
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
    when = next_free(recent(session, learner_id, now), most_tries)
    if when is not None:
        raise StoreError(
            f"All tries of 24 hours ({most_tries}) are used up, and nothing was recorded. The next is free on "
            f"{when.astimezone():%Y-%m-%d at %H:%M} by this computer's clock."
        )
