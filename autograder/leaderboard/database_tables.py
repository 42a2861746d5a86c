"""The tables of a board's database: learners, entries and settings."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from autograder.errors import Failure

OPEN, CLOSING = "open", "closing"  # rounds: during the course, and the final one


class BoardBase(DeclarativeBase):
    """The tables."""


class BoardLearner(BoardBase):
    """A learner who submits. id: from the class list, only for the instructor. public: shown on the board."""

    __tablename__ = "learners"
    id: Mapped[str] = mapped_column(primary_key=True)
    display: Mapped[str]
    skeleton: Mapped[str] = mapped_column(unique=True)
    public: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True)
class MeasuredCurve:
    """What the grader measured in the runs of an entry. curve: mean held-out losses after every 25 steps.
    names_per_step: the least and the most; None if it is not recorded.
    """

    curve: tuple[float, ...] = ()
    names_per_step: tuple[int, int] | None = None

    def written(self) -> str:
        """As JSON."""
        return json.dumps({"held_out": self.curve, "names_per_step": self.names_per_step})

    @classmethod
    def read(cls, text: str) -> MeasuredCurve:
        """From JSON; empty for an entry of an older version."""
        data = json.loads(text)
        if not isinstance(data, dict):
            return cls()
        return cls(tuple(data["held_out"]), data["names_per_step"] and tuple(data["names_per_step"]))


class BoardEntry(BoardBase):
    """One try. loss: None if the recipe has no score; message says why. held: why it is held for review, None if it is
    not.

    losses, seeds and names are JSON lists; at is UTC, in ISO form. curve: a JSON object, see `MeasuredCurve`; in boards
    of older versions a list of training losses.
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

    @property
    def sampled_names(self) -> list[str]:
        return json.loads(self.names)

    @property
    def measured(self) -> MeasuredCurve:
        return MeasuredCurve.read(self.curve)


class Setting(BoardBase):
    """Facts about the board as JSON: the baselines of a split, the closing."""

    __tablename__ = "settings"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class StoreError(Failure):
    """Nothing was recorded; the message is a sentence for the user."""
