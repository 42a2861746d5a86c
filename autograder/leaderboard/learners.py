"""Who is on the board, under which name, and whether they want to be seen."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.leaderboard import names
from autograder.leaderboard.schema import Learner


def entered(session: Session, learner_id: str, display: str | None, public: bool | None) -> Learner:
    """The learner, made when new (hidden, with a pseudonym), changed where something is given. Raises ValueError, with
    a sentence, when the display name is not allowed or looks like somebody else's.
    """

    def taken(name: str) -> bool:
        same = select(Learner.id).where(Learner.skeleton == names.skeleton(name), Learner.id != learner_id)
        return session.scalar(same) is not None

    if display is not None:
        display = names.checked_name(display)
        if taken(display):
            raise ValueError(f"{ascii(display)} looks like a name that is taken: choose another.")
    found = session.get(Learner, learner_id)
    if found is None:
        display = display or names.pseudonym(taken)
        found = Learner(id=learner_id, display=display, skeleton=names.skeleton(display), public=bool(public))
        session.add(found)
    if display is not None:
        found.display, found.skeleton = display, names.skeleton(display)
    if public is not None:
        found.public = public
    return found
