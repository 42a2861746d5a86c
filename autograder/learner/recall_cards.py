"""The cards of `recall`: which of the learner's tasks are asked about, and when each comes again (a Leitner schedule).

There is one card per task, made when the task is passed. A right answer moves its next question 1, 3, 7 and then 21
days away; the answer after 21 days is the last one. A wrong answer moves it back to 1 day. Functions take the date.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from autograder.course import Part, parts
from autograder.grading.report import Report
from autograder.invocation import command
from autograder.learner import local_state

NAME = "recall"
DAYS = (1, 3, 7, 21)  # until the next question, after one right answer more each time
A_DAY = 6  # questions: half a minute each makes three minutes
KINDS_KEPT = 12  # of the last questions of a card


@dataclass(frozen=True)
class Card:
    """A task's place in the schedule. rights: right answers in a row; due: the day of the next question; kinds: of the
    questions so far, the latest last; done: whether all answers are given.
    """

    task: str
    due: date
    rights: int = 0
    kinds: tuple[str, ...] = ()
    done: bool = False

    def is_due(self, today: date) -> bool:
        """Whether it is to be asked now. A day that is too far away comes from a clock that was wrong."""
        return not self.done and (self.due <= today or self.due > today + timedelta(DAYS[-1]))

    def answered(self, right: bool, kind: str, today: date) -> Card:
        """The card after an answer. A question that came early changes the schedule only if the answer was wrong."""
        kinds = (*self.kinds, kind)[-KINDS_KEPT:]
        if not right:
            return replace(self, due=today + timedelta(DAYS[0]), rights=1, kinds=kinds, done=False)
        if not self.is_due(today):
            return replace(self, kinds=kinds)
        if self.rights >= len(DAYS):
            return replace(self, kinds=kinds, done=True)
        return replace(self, due=today + timedelta(DAYS[self.rights]), rights=self.rights + 1, kinds=kinds)


@dataclass(frozen=True)
class Asked:
    """A question that waits for its answer. It is stored as a seed, and made again from the learner's file."""

    task: str
    kind: str
    seed: int
    sha256: str


@dataclass(frozen=True)
class Deck:
    """All cards by task, the question that waits, and how many were answered on the last day that had any."""

    cards: dict[str, Card]
    asked: Asked | None = None
    day: date | None = None
    count: int = 0

    def due(self, today: date, of: Part | None = None) -> list[Card]:
        """The cards to ask now, the one that waits longest first."""
        ids = {task.id for task in of.tasks} if of else self.cards
        return sorted(
            (card for card in self.cards.values() if card.task in ids and card.is_due(today)),
            key=lambda card: (card.due, _place(card.task)),
        )

    def left_today(self, today: date) -> int:
        """How many more questions fit into three minutes today."""
        return max(0, A_DAY - (self.count if self.day == today else 0))

    def with_tasks(self, tasks: Iterable[str], today: date) -> Deck:
        """The deck with cards for these tasks, where it has none yet."""
        new = {task: Card(task, today) for task in tasks if task not in self.cards}
        return replace(self, cards={**self.cards, **new})

    def answered(self, task: str, right: bool, kind: str, today: date) -> Deck:
        """The deck after an answer to the question that waits."""
        card = self.cards.get(task, Card(task, today)).answered(right, kind, today)
        count = (self.count if self.day == today else 0) + 1
        return Deck({**self.cards, task: card}, None, today, count)


def read() -> Deck:
    """The stored deck; what can't be read of it is left out."""
    data = local_state.read(NAME)
    cards = {}
    stored = data.get("cards")
    for task, fields in stored.items() if isinstance(stored, dict) else ():
        try:
            kinds = tuple(map(str, fields["kinds"]))
            due, rights = date.fromisoformat(fields["due"]), min(max(int(fields["rights"]), 0), len(DAYS))
            if task in task_ids():
                cards[task] = Card(task, due, rights, kinds, bool(fields["done"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
    return Deck(cards, _asked(data.get("asked")), *_day(data))


def _asked(fields: object) -> Asked | None:
    try:
        asked = Asked(**fields)
        known = asked.task in task_ids() and type(asked.seed) is int and type(asked.kind) is str
    except TypeError:
        return None
    return asked if known else None


def _day(data: dict) -> tuple[date | None, int]:
    try:
        return date.fromisoformat(data["day"]), max(int(data["count"]), 0)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None, 0


def write(deck: Deck) -> None:
    """Store the deck on this machine."""
    cards = {
        card.task: {"due": card.due.isoformat(), "rights": card.rights, "kinds": card.kinds, "done": card.done}
        for card in deck.cards.values()
    }
    day = deck.day and deck.day.isoformat()
    asked = deck.asked and asdict(deck.asked)
    local_state.write(NAME, {"cards": cards, "asked": asked, "day": day, "count": deck.count})


def forget_question() -> None:
    """Delete the question that waits; its card stays."""
    write(replace(read(), asked=None))


def passed_tasks(reports: Iterable[Report]) -> Iterator[str]:
    """The tasks whose checks all pass in these reports."""
    for report in reports:
        for task in task_ids():
            statuses = [check.status for check in report.checks if check.task == task]
            if statuses and all(status == "passed" for status in statuses):
                yield task


def offer_lines(reports: Iterable[Report], today: date) -> list[str]:
    """The line that offers a question, if these reports show a task to be passed for the first time."""
    deck = read()
    now = deck.with_tasks(passed_tasks(reports), today)
    if now == deck:
        return []
    write(now)
    return [f"One question about your code: {command('recall')}"]


@functools.cache
def task_ids() -> tuple[str, ...]:
    """The tasks with questions: those that define something that no earlier task defines."""
    seen: set[str] = set()
    ids = []
    for part in parts():
        for task in part.tasks:
            if {*task.defines} - seen:
                ids.append(task.id)
            seen |= {*task.defines}
    return tuple(ids)


def _place(task: str) -> int:
    return task_ids().index(task)
