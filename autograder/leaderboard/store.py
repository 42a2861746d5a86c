"""The database of a board, through SQLAlchemy: its tables, who is on it, and how many entries a learner may make.

An entry is written once, in one transaction, or not at all.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from autograder.database import DatabaseError, open_database
from autograder.errors import Failure
from autograder.leaderboard import invented_names
from autograder.leaderboard.recipe_source import RecipeSource
from autograder.leaderboard.recipes import NoScore, Score

OPEN, CLOSING = "open", "closing"  # rounds: of the course, and the last one
WINDOW = timedelta(days=1)  # entries of the last 24 hours count as tries, whatever the day and the time zone


class BoardBase(DeclarativeBase):
    """The tables."""


class BoardLearner(BoardBase):
    """Somebody who submits. id: from the course's records, for the instructor only. public: shown on the board."""

    __tablename__ = "learners"
    id: Mapped[str] = mapped_column(primary_key=True)
    display: Mapped[str]
    skeleton: Mapped[str] = mapped_column(unique=True)
    public: Mapped[bool] = mapped_column(default=False)


class BoardEntry(BoardBase):
    """One try. loss is None when the recipe has no score; message says why. held: why a person should look, or None.

    losses, seeds, curve and names are JSON lists; at is UTC, in ISO form.
    """

    __tablename__ = "entries"
    __table_args__ = (UniqueConstraint("learner_id", "sha256", "round"),)
    number: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    learner: Mapped[BoardLearner] = relationship(lazy="joined")
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


class Setting(BoardBase):
    """Facts about the board as JSON: the baselines of a split, the closing."""

    __tablename__ = "settings"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


@dataclass(frozen=True)
class Attempt:
    """An entry that is not written yet. held: why a person should look at it before it counts."""

    learner_id: str
    source: RecipeSource
    result: Score | NoScore
    split_seed: int
    round: str = OPEN
    held: str | None = None


class StoreError(Failure):
    """Nothing was recorded; the text is a sentence."""


class BoardStore:
    """The database of a board; made when it is not there."""

    def __init__(self, where: Path | str) -> None:
        """where: an SQLite file, or a URL. Raises StoreError when it can't be used."""
        try:
            if isinstance(where, Path):
                where.parent.mkdir(parents=True, exist_ok=True)
            self.engine = open_database(where, BoardBase.metadata)
        except DatabaseError as error:
            raise StoreError(str(error)) from error
        except OSError as error:
            raise StoreError(f"The board in {where} can't be used ({error.strerror}).") from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """All of what happens within, or nothing of it; nobody else writes meanwhile."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def read_setting(self, key: str) -> object:
        """Return the value of a setting, None when there is none."""
        with self.transaction() as session:
            setting = session.get(Setting, key)
            return None if setting is None else json.loads(setting.value)

    def write_setting(self, key: str, value: object) -> None:
        """Write a setting, in place of an old value."""
        with self.transaction() as session:
            session.merge(Setting(key=key, value=json.dumps(value)))

    def write_setting_once(self, key: str, value: object) -> object:
        """Write a setting unless it has a value already; return the value that it has now."""
        with self.transaction() as session:
            setting = session.get(Setting, key)
            if setting is None:
                session.add(Setting(key=key, value=json.dumps(value)))
            return value if setting is None else json.loads(setting.value)

    def get_or_create_learner(
        self, learner_id: str, display: str | None = None, public: bool | None = None
    ) -> BoardLearner:
        """The learner, made when new (hidden, with a pseudonym), changed where something is given. Raises StoreError
        when the display name is not allowed or looks like somebody else's.
        """
        with self.transaction() as session:
            try:
                return _get_or_create_learner(session, learner_id, display, public)
            except ValueError as error:
                raise StoreError(str(error)) from error

    def tries_today(self, learner_id: str, now: datetime | None = None) -> int:
        """How many entries the learner made in the last 24 hours."""
        with self.transaction() as session:
            return len(recent_tries(session, learner_id, now or utc_now()))

    def check_rate_limit(self, learner_id: str, most_tries: int) -> None:
        """Raise StoreError, with the time of the next one, when the learner's tries of 24 hours are used up."""
        with self.transaction() as session:
            _check_rate_limit(session, learner_id, most_tries, utc_now())

    def add(self, attempt: Attempt, *, most_tries: int | None = None, now: datetime | None = None) -> BoardEntry:
        """Write an entry. The learner must be there.

        Raises StoreError, and writes nothing, when the learner has used up the tries or has entered this very file.
        """
        now = now or utc_now()
        entry = _entry_of(attempt, now)
        with self.transaction() as session:
            if most_tries is not None:
                _check_rate_limit(session, attempt.learner_id, most_tries, now)
            if _find_entry(session, attempt.learner_id, attempt.source, attempt.round) is not None:
                raise StoreError("This very file stands on the board already.")
            session.add(entry)
        return entry

    def find_entry(self, learner_id: str, source: RecipeSource) -> BoardEntry | None:
        """The learner's open entry of this very file: it is not run, and not counted, again."""
        with self.transaction() as session:
            return _find_entry(session, learner_id, source, OPEN)

    def find_same_program(self, learner_id: str, source: RecipeSource) -> BoardEntry | None:
        """The first entry of somebody else that is the same program, however it is formatted and its names chosen."""
        with self.transaction() as session:
            same_program = (BoardEntry.shape == source.shape, BoardEntry.learner_id != learner_id)
            return session.scalar(select(BoardEntry).where(*same_program).order_by(BoardEntry.number).limit(1))

    def entries(self, *conditions: object) -> Sequence[BoardEntry]:
        """Entries in the order in which they came."""
        with self.transaction() as session:
            return session.scalars(select(BoardEntry).where(*conditions).order_by(BoardEntry.number)).all()

    def release(self, number: int) -> BoardEntry | None:
        """A person has looked at the entry: it counts. None when there is no such entry."""
        with self.transaction() as session:
            entry = session.get(BoardEntry, number)
            if entry is not None:
                entry.held = None
            return entry


def utc_now() -> datetime:
    """The time, by the clock of the machine that keeps the board."""
    return datetime.now(timezone.utc)


def recent_tries(session: Session, learner_id: str, now: datetime) -> list[datetime]:
    """When the learner's tries of the last 24 hours were, the oldest first; also those that had no score. One that a
    wrong clock dated later than now counts as made now, so that it is gone after 24 hours.
    """
    since = (now - WINDOW).astimezone(timezone.utc).isoformat(timespec="seconds")
    mine = select(BoardEntry.at).where(
        BoardEntry.learner_id == learner_id, BoardEntry.round == OPEN, BoardEntry.at > since
    )
    return [min(datetime.fromisoformat(at), now) for at in session.scalars(mine.order_by(BoardEntry.at))]


def next_free_time(tries: Sequence[datetime], most: int) -> datetime | None:
    """When there is a try again; None when there is one now. tries: of the last 24 hours, the oldest first."""
    return None if len(tries) < most else tries[len(tries) - most] + WINDOW


def _check_rate_limit(session: Session, learner_id: str, most_tries: int, now: datetime) -> None:
    when = next_free_time(recent_tries(session, learner_id, now), most_tries)
    if when is not None:
        raise StoreError(
            f"All tries of 24 hours ({most_tries}) are used up, and nothing was recorded. The next is free on "
            f"{when.astimezone():%Y-%m-%d at %H:%M} by this computer's clock."
        )


def _find_entry(session: Session, learner_id: str, source: RecipeSource, round: str) -> BoardEntry | None:
    same_file = (BoardEntry.learner_id == learner_id, BoardEntry.sha256 == source.sha256, BoardEntry.round == round)
    return session.scalar(select(BoardEntry).where(*same_file))


def _entry_of(attempt: Attempt, now: datetime) -> BoardEntry:
    entry = BoardEntry(
        learner_id=attempt.learner_id,
        at=now.astimezone(timezone.utc).isoformat(timespec="seconds"),
        round=attempt.round,
        source=attempt.source.content,
        sha256=attempt.source.sha256,
        shape=attempt.source.shape,
        split_seed=attempt.split_seed,
        held=attempt.held,
    )
    result = attempt.result
    if isinstance(result, NoScore):
        entry.message = result.reason.replace("\0", "")  # which PostgreSQL takes in no text
    else:
        entry.loss, entry.losses, entry.seeds = result.mean, json.dumps(result.losses), json.dumps(result.seeds)
        entry.control, entry.curve = result.control, json.dumps(result.curve)
        entry.names = json.dumps(result.names)
    return entry


def _get_or_create_learner(session: Session, learner_id: str, display: str | None, public: bool | None) -> BoardLearner:
    def taken(name: str) -> bool:
        same = select(BoardLearner.id).where(
            BoardLearner.skeleton == invented_names.skeleton(name), BoardLearner.id != learner_id
        )
        return session.scalar(same) is not None

    if display is not None:
        display = invented_names.checked_name(display)
        if taken(display):
            raise ValueError(f"{ascii(display)} looks like a name that is taken: choose another.")
    learner = session.get(BoardLearner, learner_id)
    if learner is None:
        display = display or invented_names.pseudonym(taken)
        skeleton = invented_names.skeleton(display)
        learner = BoardLearner(id=learner_id, display=display, skeleton=skeleton, public=bool(public))
        session.add(learner)
    if display is not None:
        learner.display, learner.skeleton = display, invented_names.skeleton(display)
    if public is not None:
        learner.public = public
    return learner
