"""A simulated month of `recall`: how many questions per day different learners get.

    python benchmarks/recall_month.py            print the table
    python benchmarks/recall_month.py --write    write benchmarks/recall_month.md

Only the schedule runs, with simulated dates. The learners pass a part every second day, from part 0 on day 1
to part 10 on day 21, and answer what is due each day, at most six questions.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from autograder.course import parts
from autograder.learner.recall_cards import A_DAY, Deck, task_ids

PAGE = Path(__file__).with_suffix(".md")
FIRST = date(2026, 11, 30)
DAYS = 30
AWAY = range(10, 17)  # the week off, as days from the first
MINUTES = 0.5  # for one question, an estimate


@dataclass(frozen=True)
class Learner:
    """name: in the table; is_right: whether the next answer is right; away: days without recall."""

    name: str
    is_right: Callable[[random.Random], bool]
    away: range = range(0)


LEARNERS = (
    Learner("always right", lambda rng: True),
    Learner("right three times out of four", lambda rng: rng.random() < 0.75),
    Learner("guesses one of four", lambda rng: rng.random() < 0.25),
    Learner("always right, a week off", lambda rng: True, AWAY),
)


@dataclass(frozen=True)
class Month:
    """answered: questions by day; waiting: cards that were due and not asked, by day; deck: at the end."""

    answered: list[int]
    waiting: list[int]
    deck: Deck


def simulate(learner: Learner, seed: int = 1, days: int = DAYS) -> Month:
    """One month of one learner."""
    rng, deck = random.Random(seed), Deck({})
    answered, waiting = [], []
    for day in range(days):
        today = FIRST + timedelta(day)
        if day % 2 == 0 and day // 2 < len(parts()):
            passed = {task.id for task in parts()[day // 2].tasks}
            deck = deck.with_tasks([task for task in task_ids() if task in passed], today)
        answered.append(0)
        while day not in learner.away and deck.left_today(today) and (due := deck.due(today)):
            deck = deck.answered(due[0].task, learner.is_right(rng), "returns", today)
            answered[-1] += 1
        waiting.append(len(deck.due(today)))
    return Month(answered, waiting, deck)


def table() -> str:
    """The table in Markdown."""
    rows = [
        "| learner | questions | per day, mean | per day, most | minutes, most | waiting, most | waiting on day 30 | "
        "asked again in 21 days |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for learner in LEARNERS:
        month = simulate(learner)
        last = FIRST + timedelta(DAYS - 1)
        far = sum(card.rights == 4 for card in month.deck.cards.values())
        rows.append(
            f"| {learner.name} | {sum(month.answered)} | {sum(month.answered) / DAYS:.1f} | {max(month.answered)} | "
            f"{max(month.answered) * MINUTES:g} | {max(month.waiting)} | {len(month.deck.due(last))} | {far} |"
        )
    return "\n".join(rows)


def page() -> str:
    """The page, with the table."""
    all_parts = f"all {len(parts())} parts with {len(task_ids())} tasks"
    return f"""# A simulated month of recall

`python benchmarks/recall_month.py --write` simulates {DAYS} days of the schedule. The learners pass a part every second
day, {all_parts} in three weeks. They answer what is due, at most {A_DAY} per day.
A question counts as half a minute, an estimate. The week off is from day {AWAY.start + 1} to day {AWAY.stop}.

{table()}

*Waiting* counts questions that are due and do not fit into the day; they are asked on a later day, oldest first.
"""


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    print(table())
