"""The database of a board, through SQLAlchemy: entries, learners and settings.

An entry is written once, in one transaction, or not at all.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.database import DatabaseError, open_database
from autograder.leaderboard import invented_names
from autograder.leaderboard.database_tables import (
    OPEN,
    BoardBase,
    BoardEntry,
    BoardLearner,
    MeasuredCurve,
    Setting,
    StoreError,
)
from autograder.leaderboard.rate_limit import check_tries_left, recent_tries
from autograder.leaderboard.recipe_answers import NoScore, Score
from autograder.leaderboard.recipe_source import RecipeSource
from autograder.text import clean_text

LONGEST_MESSAGE = 1000  # characters of the reason why a recipe has no score


@dataclass(frozen=True)
class Attempt:
    """A new entry, not yet written. held: why it is held for review before it counts."""

    learner_id: str
    source: RecipeSource
    result: Score | NoScore
    split_seed: int
    round: str = OPEN
    held: str | None = None


class BoardStore:
    """The database of a board. Creates it if there is none."""

    def __init__(self, where: Path | str) -> None:
        """where: an SQLite file, or a URL. Raises StoreError if it can't be used."""
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
        """A transaction: everything inside happens or nothing does, and nobody else writes meanwhile."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def read_setting(self, key: str) -> object:
        """Return the value of a setting; None if there is none."""
        with self.transaction() as session:
            setting = session.get(Setting, key)
            return None if setting is None else json.loads(setting.value)

    def write_setting(self, key: str, value: object) -> None:
        """Write a setting, replacing an old value."""
        with self.transaction() as session:
            session.merge(Setting(key=key, value=json.dumps(value)))

    def write_setting_once(self, key: str, value: object) -> object:
        """Write a setting unless it already has a value. Return its value."""
        with self.transaction() as session:
            setting = session.get(Setting, key)
            if setting is None:
                session.add(Setting(key=key, value=json.dumps(value)))
            return value if setting is None else json.loads(setting.value)

    def get_or_create_learner(
        self, learner_id: str, display: str | None = None, public: bool | None = None
    ) -> BoardLearner:
        """The learner. A new one is created hidden, with a pseudonym; given values are changed. Raises StoreError if
        the display name is not allowed or looks like somebody else's.
        """
        with self.transaction() as session:
            try:
                return _get_or_create_learner(session, learner_id, display, public)
            except ValueError as error:
                raise StoreError(str(error)) from error

    def tries_today(self, learner_id: str, now: datetime | None = None) -> int:
        """The number of the learner's entries in the last 24 hours."""
        with self.transaction() as session:
            return len(recent_tries(session, learner_id, now or utc_now()))

    def check_rate_limit(self, learner_id: str, most_tries: int) -> None:
        """Raise StoreError, with the time of the next try, if the learner's tries of 24 hours are used up."""
        with self.transaction() as session:
            check_tries_left(session, learner_id, most_tries, utc_now())

    def add(self, attempt: Attempt, *, most_tries: int | None = None, now: datetime | None = None) -> BoardEntry:
        """Write an entry. The learner must exist.

        Raises StoreError, and writes nothing, if the learner's tries are used up or this exact file is already entered.
        """
        now = now or utc_now()
        entry = _entry_of(attempt, now)
        with self.transaction() as session:
            if most_tries is not None:
                check_tries_left(session, attempt.learner_id, most_tries, now)
            if _find_entry(session, attempt.learner_id, attempt.source, attempt.round) is not None:
                raise StoreError("You have already submitted this exact file.")
            session.add(entry)
        return entry

    def find_entry(self, learner_id: str, source: RecipeSource) -> BoardEntry | None:
        """The learner's open entry for this exact file, so that it is not run or counted again."""
        with self.transaction() as session:
            return _find_entry(session, learner_id, source, OPEN)

    def find_same_program(self, learner_id: str, source: RecipeSource) -> BoardEntry | None:
        """The first entry by somebody else that is the same program, apart from formatting and names."""
        with self.transaction() as session:
            same_program = (BoardEntry.shape == source.shape, BoardEntry.learner_id != learner_id)
            return session.scalar(select(BoardEntry).where(*same_program).order_by(BoardEntry.number).limit(1))

    def entries(self, *conditions: object) -> Sequence[BoardEntry]:
        """Entries, oldest first."""
        with self.transaction() as session:
            return session.scalars(select(BoardEntry).where(*conditions).order_by(BoardEntry.number)).all()

    def release(self, number: int) -> BoardEntry | None:
        """Let a held entry count, after a review. Return None if there is no such entry."""
        with self.transaction() as session:
            entry = session.get(BoardEntry, number)
            if entry is not None:
                entry.held = None
            return entry


def utc_now() -> datetime:
    """The current time, by this machine's clock."""
    return datetime.now(timezone.utc)


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
        entry.message = clean_text(result.reason, LONGEST_MESSAGE)  # also because PostgreSQL does not accept NUL
    else:
        entry.loss, entry.losses, entry.seeds = result.mean, json.dumps(result.losses), json.dumps(result.seeds)
        entry.control, entry.curve = result.control, MeasuredCurve(result.curve, result.names_per_step).written()
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
            raise ValueError(f"{ascii(display)} looks like a name that is already taken. Choose another.")
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
