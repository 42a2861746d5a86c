"""Compute the expected result of a class (lateness, points, totals) from docs/instructor/grades.md alone.

It imports nothing from the grader, so that a mistake in the grader can't hide itself.
"""

from __future__ import annotations

import datetime
import zoneinfo
from dataclasses import dataclass

UTC = datetime.timezone.utc


@dataclass(frozen=True)
class Extension:
    """A line of extensions.csv: more days, or another date on the class's clock. part: "" for all."""

    learner: str
    part: str
    days: float = 0.0
    due: datetime.datetime | None = None


@dataclass(frozen=True)
class Rules:
    """What class.toml and extensions.csv say. due: on the class's clock, by part."""

    zone: zoneinfo.ZoneInfo
    due: dict[str, datetime.datetime]
    weights: dict[str, float]
    possible: dict[str, float]
    extensions: tuple[Extension, ...] = ()
    percent_per_day: float = 10
    grace_hours: float = 2
    most_percent: float = 50

    def due_for(self, learner: str, part: str) -> datetime.datetime:
        """The due date of one learner: "of two lines the one for the part comes before the one for all"."""
        due = self.due[part]
        lines = [one for one in self.extensions if one.learner == learner and one.part in ("", part)]
        if not lines:
            return due
        line = max(lines, key=lambda one: one.part == part)
        if line.due:
            return max(due, line.due)
        whole = due + datetime.timedelta(days=int(line.days))  # the same time of day on the class's clock
        return self.clock(self.utc(whole) + datetime.timedelta(days=line.days - int(line.days)))

    def utc(self, shown: datetime.datetime) -> datetime.datetime:
        """The moment at which the class's clock shows this."""
        return shown.replace(tzinfo=self.zone).astimezone(UTC)

    def clock(self, moment: datetime.datetime) -> datetime.datetime:
        """What the class's clock shows."""
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def days_late(self, learner: str, part: str, submitted: datetime.datetime | None) -> int:
        """Each day begun after the grace hours; "a day ends at the due time on the class's clock". Work without a time
        is never late.
        """
        due, days = self.due_for(learner, part), 0
        grace = datetime.timedelta(hours=self.grace_hours)
        while submitted and submitted > self.utc(due + datetime.timedelta(days=days)) + grace:
            days += 1
        return days

    def penalty(self, learner: str, part: str, submitted: datetime.datetime | None, earned: float) -> float:
        """The penalty "is taken of the points that were earned"."""
        percent = self.percent_per_day * self.days_late(learner, part, submitted)
        return earned * min(percent, self.most_percent) / 100

    def total(self, points: dict[str, float]) -> float:
        """The total out of 100. "Missing work counts as 0 in the total." """
        return sum(self.weights[part] * each / self.possible[part] for part, each in points.items())
