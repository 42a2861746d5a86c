"""What there is to achieve and what of it is done: most by acts that were recorded, the rest by the learner's tick."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from autograder.invocation import command
from autograder.learner import local_state

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Achievement:
    """One of the list. acts: what must have been done, all of it; none of these: the learner ticks it."""

    id: str
    level: str
    title: str
    acts: tuple[str, ...] = ()
    command: str = ""
    part: int | None = None
    options: dict = field(default_factory=dict)

    def day(self) -> str | None:
        """When it was earned or ticked; None when it was not."""
        if not self.acts:
            return local_state.read("ticks").get(self.id)
        days = [local_state.done().get(act) for act in self.acts]
        return None if None in days else max(days)

    def how(self) -> str:
        """What to type for it."""
        if self.acts:
            return command(self.command, self.part, **self.options)
        return command("progress", tick=self.id)


@functools.cache
def achievements() -> tuple[Achievement, ...]:
    """All of them, level by level."""
    with open(Path(__file__).with_suffix(".toml"), "rb") as file:
        tables = tomllib.load(file)["achievements"]
    return tuple(Achievement(**{**table, "acts": tuple(table.get("acts", ()))}) for table in tables)


def tick(wanted: str) -> bool:
    """Tick, or take the tick away again; whether it is ticked now. Raises ValueError with a sentence."""
    from datetime import date

    own = [each.id for each in achievements() if not each.acts]
    found = next((each for each in achievements() if each.id == wanted), None)
    if found is None:
        raise ValueError(f"There is no achievement {ascii(wanted)}. You can tick: {', '.join(own)}.")
    if found.acts:
        raise ValueError(f"{wanted} is earned by doing it: {found.how()}. You can tick: {', '.join(own)}.")
    ticks = local_state.read("ticks")
    if wanted in ticks:
        del ticks[wanted]
    else:
        ticks[wanted] = date.today().isoformat()
    local_state.write("ticks", ticks)
    return wanted in ticks


def achievement_lines() -> Iterator[str]:
    """Level by level: what is done, and how to do what is left of the levels that are begun and of the next one."""
    first = True
    for level, group in groupby(achievements(), key=lambda each: each.level):
        of_level = [(each, each.day()) for each in group]
        yield f"{level.capitalize()}: {sum(day is not None for _, day in of_level)} of {len(of_level)}"
        for each, day in of_level:
            title = each.title + ("" if each.acts else " *")
            yield f"  [{'x' if day else ' '}] {title:<60}  {ascii(day or '')[1:-1][:10]}".rstrip()
            if not day and (first or any(day for _, day in of_level)):
                yield f"        {each.how()}"
        first = first and all(day for _, day in of_level)
    yield "* You tick these yourself. The others are noted as you do them, in .learner/ on"
    yield "  this machine. Nobody grades that folder: you can edit it, and fool yourself."
