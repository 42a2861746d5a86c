"""Which entries count as tries: those of the last 24 hours, whatever the day and the time zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.leaderboard.schema import OPEN, Entry

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
