"""One sitting with `recall`: questions and answers as lines, at a terminal or one call at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from autograder.course import Part, parse_target, part_of_task, parts
from autograder.errors import Failure
from autograder.invocation import command
from autograder.learner import recall_cards
from autograder.recall import ask
from autograder.recall.question import Question, question_lines, verdict_lines

Say = Callable[[Iterable[str]], None]


def asked(target: str | None, today: date) -> Iterator[str]:
    """The question as lines, and how to answer it. Raises Failure if the learner must do something first."""
    part, task = _wanted(target)
    now = _next(today, part, task)
    yield from now.notes
    if now.question is None:
        return
    yield from [""] if now.notes else []
    yield from _lines(now.question)
    yield ""
    yield f"Answer with its number: {command('recall', answer=1)} (0 if you don't know)"


def answered(answer: int, today: date) -> Iterator[str]:
    """The reply to an answer that was given in a separate call. Raises Failure if no question waits for one, and
    ValueError if the number is not on the list.
    """
    waiting = recall_cards.read().asked
    if waiting is None:
        raise Failure(f"No question waits for an answer. To get one: {command('recall')}")
    question = ask.remade(waiting)
    if question is None:
        recall_cards.forget_question()
        raise Failure(f"Your code has changed since that question. To get a new one: {command('recall')}")
    yield from _reply(question, answer, today)


def talk(target: str | None, today: date, read: Callable[[str], str], say: Say) -> None:
    """Ask at a terminal until the learner stops. read: like `input`; the end of input stops, too. Raises Failure if
    the learner must do something first.
    """
    part, task = _wanted(target)
    while True:
        now = _next(today, part, task)
        say(now.notes)
        if now.question is None:
            return
        say([""] if now.notes else [])
        say(_lines(now.question))
        say([""])
        answer = _answer(now.question, read, say)
        if answer is None:
            say(["", f"The question waits for you: {command('recall')}"])
            return
        say(["", *_reply(now.question, answer, today)])
        deck = recall_cards.read()
        if part is None and not (deck.due(today) and deck.left_today(today)):
            return
        if _line(read, "Enter for the next one, q to stop: ") != "":
            return
        say([""])


def _next(today: date, part: Part | None, task: str | None) -> ask.Round:
    now = ask.next_question(today, part, task)
    if now.blocked:
        raise Failure("\n".join(now.notes))
    return now


def _answer(question: Question, read: Callable[[str], str], say: Say) -> int | None:
    """The learner's answer; None to stop."""
    count = len(question.options)
    while True:
        text = _line(read, f"Your answer (1-{count}, 0 if you don't know, q to stop): ")
        if text is None or text.lower() == "q":
            return None
        if text.isascii() and text.isdigit() and int(text) <= count:
            return int(text)
        say([f"Type a number from 1 to {count}, 0 if you don't know, or q to stop."])


def _line(read: Callable[[str], str], prompt: str) -> str | None:
    """A line of input without the spaces around it; None at its end."""
    try:
        return read(prompt).strip()
    except EOFError:
        return None


def _lines(question: Question) -> Iterator[str]:
    return question_lines(question, part_of_task(question.task).task(question.task).title)


def _reply(question: Question, answer: int, today: date) -> Iterator[str]:
    ask.record(question, answer, today)
    deck = ask.collect_cards(today)  # with the tasks that were passed since the question was asked
    yield from verdict_lines(question, answer)
    yield ""
    yield f"{ask.when(deck.cards[question.task], today)} {' '.join(ask.left_lines(deck, today))}"


def _wanted(target: str | None) -> tuple[Part | None, str | None]:
    if target is None:
        return None, None
    parsed = parse_target(target)
    if parsed.parts[0].is_lab:
        raise ValueError(f"Labs have no questions: recall asks about parts 0 to {parts()[-1].number}.")
    return parsed.parts[0], parsed.task
