"""Achievements: most are earned by events that were logged, the learner ticks the others."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path

from autograder.course import read_toml
from autograder.invocation import command
from autograder.learner import local_state

TICKS = "ticks"  # the name of what the learner has ticked


@dataclass(frozen=True)
class Achievement:
    """One of the list. acts: the events that earn it, all of them; without any, the learner ticks it."""

    id: str
    level: str
    title: str
    acts: tuple[str, ...] = ()
    command: str = ""
    part: int | str | None = None
    options: dict = field(default_factory=dict)

    def day(self) -> str | None:
        """The date when it was earned or ticked; None when it was not."""
        if not self.acts:
            return local_state.read(TICKS).get(self.id)
        days = [local_state.events().get(event) for event in self.acts]
        return None if None in days else max(days)

    def how(self) -> str:
        """What to type for it."""
        if self.acts:
            return command(self.command, self.part, **self.options)
        return command("progress", tick=self.id)


@functools.cache
def achievements() -> tuple[Achievement, ...]:
    """All of them, level by level."""
    tables = read_toml(Path(__file__).with_suffix(".toml"))["achievements"]
    return tuple(Achievement(**{**table, "acts": tuple(table.get("acts", ()))}) for table in tables)


def tick(name: str) -> bool:
    """Tick an achievement by its id, or untick it; return whether it is ticked now. Raises ValueError."""
    by_id = {achievement.id: achievement for achievement in achievements()}
    can_tick = ", ".join(achievement.id for achievement in achievements() if not achievement.acts)
    if name not in by_id:
        raise ValueError(f"{ascii(name)} is not an achievement. You can tick: {can_tick}.")
    if by_id[name].acts:
        raise ValueError(f"You can't tick {name}; you earn it: {by_id[name].how()}. You can tick: {can_tick}.")
    ticks = local_state.read(TICKS)
    if name in ticks:
        del ticks[name]
    else:
        ticks[name] = date.today().isoformat()
    local_state.write(TICKS, ticks)
    return name in ticks


def achievement_lines() -> Iterator[str]:
    """List the levels: what is done, and how to do what is left in levels that are begun and in the next one."""
    first = True
    for level, group in groupby(achievements(), key=lambda achievement: achievement.level):
        of_level = [(achievement, achievement.day()) for achievement in group]
        yield f"{level.capitalize()}: {sum(day is not None for _, day in of_level)} of {len(of_level)}"
        for achievement, day in of_level:
            title = achievement.title + ("" if achievement.acts else " *")
            yield f"  [{'x' if day else ' '}] {title:<60}  {ascii(day or '')[1:-1][:10]}".rstrip()
            if not day and (first or any(day for _, day in of_level)):
                yield f"        {achievement.how()}"
        first = first and all(day for _, day in of_level)
    yield "* You tick these yourself. The others are noted as you do them, in .learner/ on"
    yield "  this machine. Nobody grades that folder: you can edit it, and fool yourself."
