"""Limit the number of entries per learner in 24 hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.leaderboard.database_tables import OPEN, BoardEntry, StoreError

WINDOW = timedelta(days=1)  # entries in the last 24 hours count as tries, independently of days and time zones


def recent_tries(session: Session, learner_id: str, now: datetime) -> list[datetime]:
    """The times of the learner's tries in the last 24 hours, oldest first, including those without a score. A time in
    the future, from a wrong clock, counts as now, so that it expires after 24 hours.
    """
    since = (now - WINDOW).astimezone(timezone.utc).isoformat(timespec="seconds")
    mine = select(BoardEntry.at).where(
        BoardEntry.learner_id == learner_id, BoardEntry.round == OPEN, BoardEntry.at > since
    )
    return [min(datetime.fromisoformat(at), now) for at in session.scalars(mine.order_by(BoardEntry.at))]


def next_free_time(tries: Sequence[datetime], most: int) -> datetime | None:
    """The time of the next free try; None if one is free now. tries: in the last 24 hours, oldest first."""
    return None if len(tries) < most else tries[len(tries) - most] + WINDOW


def check_tries_left(session: Session, learner_id: str, most_tries: int, now: datetime) -> None:
    """Raise StoreError, with the time of the next free try, if all tries of 24 hours are used up."""
    when = next_free_time(recent_tries(session, learner_id, now), most_tries)
    if when is not None:
        raise StoreError(
            f"All tries of 24 hours ({most_tries}) are used up, and nothing was recorded. The next is free on "
            f"{when.astimezone():%Y-%m-%d at %H:%M} by this computer's clock."
        )
