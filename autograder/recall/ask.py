"""Choose the card to ask about, make its question from the learner's file as it is now, and record the answer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from autograder.course import EXERCISES, Part, part_of_task, parts
from autograder.files import shown_path
from autograder.invocation import command
from autograder.learner import last_results, planted, recall_cards
from autograder.learner.machine import THIS_ONE, Machine
from autograder.learner.recall_cards import Asked, Card, Deck
from autograder.recall.make_questions import KINDS, make
from autograder.recall.question import Question
from autograder.sandbox import SandboxUnavailable
from autograder.text import plural

SEEDS = 1_000_000


@dataclass(frozen=True)
class Round:
    """A question to ask, or None. notes: sentences about what could not be asked. blocked: whether the learner must do
    something before there is a question.
    """

    question: Question | None
    notes: tuple[str, ...] = ()
    blocked: bool = False


def collect_cards(today: date, of: Part | None = None, on: Machine = THIS_ONE) -> Deck:
    """The deck with a card for each task that the learner has passed. Stored results count; parts without one are
    checked if there is no card yet.
    """
    deck = recall_cards.read()
    reports = []
    for part in parts() if of is None else [of]:
        try:
            if last_results.begun(part):
                content = (EXERCISES / part.file_name).read_bytes()
                known = last_results.find(part, content)
                if known is None and not any(task.id in deck.cards for task in part.tasks):
                    known = last_results.result(part, grade_one=on.grade)
                reports += [known] if known else []
        except (OSError, ValueError):
            continue  # `unusable` says what is wrong when the card is due
    deck = deck.with_tasks(recall_cards.passed_tasks(reports), today)
    recall_cards.write(deck)
    return deck


def next_question(today: date, of: Part | None = None, task: str | None = None, on: Machine = THIS_ONE) -> Round:
    """The question that waits for its answer, else one about the card that is due first. of, task: only about these,
    also if nothing is due. on: where the learner's code runs.
    """
    deck = collect_cards(today, of, on)
    waiting = deck.asked
    if waiting is not None and (of is None or part_of_task(waiting.task) == of) and task in (None, waiting.task):
        question = remade(waiting, on)
        if question is not None and not unusable(waiting.task, on):
            return Round(question)
    cards = [card for card in deck.due(today, of) if task in (None, card.task)]
    if of is None and not deck.left_today(today):
        return Round(None, tuple(left_lines(deck, today)))
    if of is not None and not cards:
        ids = {each.id for each in of.tasks}
        cards = [card for card in deck.cards.values() if card.task in ids and task in (None, card.task)]
        random.shuffle(cards)
    if not cards:
        blocked = task is not None or not any(of in (None, part_of_task(each)) for each in deck.cards)
        return Round(None, tuple(nothing_lines(deck, today, of, task)), blocked)
    notes: dict[str, None] = {}
    for card in cards:
        if problem := unusable(card.task, on):
            notes[problem] = None
            continue
        question, seed = _made(card, deck, on)
        if question is None:
            notes[f"Your code for {card.task} gives no question today. It comes again tomorrow."] = None
            deck = replace(deck, cards={**deck.cards, card.task: replace(card, due=today + timedelta(1))})
            continue
        recall_cards.write(replace(deck, asked=Asked(card.task, question.kind, seed, question.sha256)))
        return Round(question, tuple(notes))
    recall_cards.write(deck)
    return Round(None, tuple(notes), blocked=True)


def unusable(task: str, on: Machine = THIS_ONE) -> str:
    """Why nothing can be asked about a task now; "" if it passes."""
    part = part_of_task(task)
    path = EXERCISES / part.file_name
    now = planted.current()
    if now is not None and now.of == part:
        again = command("harden", part.number)
        return f"{shown_path(path)} has a planted mistake, so its questions wait. To find it: {again}"
    if not path.is_file():
        return f"There is no {shown_path(path)}, so its questions wait. To write it: {command('reset', part.number)}"
    try:
        passes = last_results.result(part, task, on.grade).passed
    except (OSError, ValueError) as error:
        return str(error)
    if not passes:
        return (
            f"{task} in {shown_path(path)} no longer passes, so its questions wait. "
            f"To see why: {command('check', task)}"
        )
    return ""


def _made(card: Card, deck: Deck, on: Machine = THIS_ONE) -> tuple[Question | None, int]:
    """A question of the kind that was asked least recently about this task, then least often about its part."""
    part, seed = part_of_task(card.task), random.randrange(SEEDS)
    ids = {task.id for task in part.tasks}
    of_part = [kind for other in deck.cards.values() if other.task in ids for kind in other.kinds[-2:]]
    kinds = [*KINDS]
    random.Random(seed).shuffle(kinds)
    kinds.sort(key=lambda kind: (_last(card.kinds, kind), of_part.count(kind)))
    content = (EXERCISES / part.file_name).read_bytes()
    for kind in kinds:
        try:
            question = make(kind, part, card.task, content, seed, on)
        except (ValueError, SandboxUnavailable):
            question = None
        if question is not None:
            return question, seed
    return None, seed


def _last(kinds: tuple[str, ...], kind: str) -> int:
    """The last place of a kind in this history, counted from 1; 0 if it is not there."""
    return max((place for place, each in enumerate(kinds, 1) if each == kind), default=0)


def remade(asked: Asked, on: Machine = THIS_ONE) -> Question | None:
    """The question that waits, made again; None if the learner's code does not give the same one any more."""
    part = part_of_task(asked.task)
    try:
        content = (EXERCISES / part.file_name).read_bytes()
        question = make(asked.kind, part, asked.task, content, asked.seed, on)
    except (OSError, KeyError, ValueError, SandboxUnavailable):
        return None
    return question if question is not None and question.sha256 == asked.sha256 else None


def record(question: Question, answer: int, today: date) -> Deck:
    """Store an answer: its number, or 0 for a learner who does not know. Raises ValueError if it is not on the list."""
    if not 0 <= answer <= len(question.options):
        raise ValueError(
            f"{answer} is not on the list: answer with a number from 1 to {len(question.options)}, "
            "or 0 if you don't know."
        )
    right = answer == question.right + 1
    deck = recall_cards.read().answered(question.task, right, question.kind, today)
    recall_cards.write(deck)
    return deck


def when(card: Card, today: date) -> str:
    """When a card comes again."""
    if card.done:
        return "You know this task, so there are no more questions about it."
    days = (card.due - today).days
    return "It comes again tomorrow." if days <= 1 else f"It comes again in {days} days."


def left_lines(deck: Deck, today: date) -> Iterator[str]:
    """What is left to ask today."""
    due = deck.due(today)
    if due and (left := min(len(due), deck.left_today(today))):
        yield f"{plural(left, 'question')} left today."
    elif due:
        more = command("recall", part_of_task(due[0].task).number)
        yield f"That is enough for today: {plural(len(due), 'more question')} can wait until tomorrow. To go on: {more}"
    else:
        yield from nothing_lines(deck, today)


def nothing_lines(deck: Deck, today: date, of: Part | None = None, task: str | None = None) -> Iterator[str]:
    """Why there is nothing to ask."""
    coming = sorted((card for card in deck.cards.values() if not card.done), key=lambda card: card.due)
    if of is not None and not any(part_of_task(each) == of for each in deck.cards):
        yield f"No task of part {of.number} is passed yet. Pass one first: {command('check', of.number)}"
    elif task is not None:
        yield f"Task {task} is not passed yet. Pass it first: {command('check', task)}"
    elif not deck.cards:
        yield f"There is nothing to ask yet. Pass a task first: {command('check', 0)}"
    elif not coming:
        yield f"You have answered everything. To practise: {command('recall', parts()[-1].number)}"
    else:
        days = (coming[0].due - today).days
        yield f"Nothing more is due today. The next question comes {'tomorrow' if days <= 1 else f'in {days} days'}."
