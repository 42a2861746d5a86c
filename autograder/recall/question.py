"""A question with numbered options, of which exactly one is right, and how it is shown."""

from __future__ import annotations

import hashlib
import json
import random
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from autograder.grading.compare import show
from autograder.recall.bench import Words, same

WIDTH = 79
OPTIONS = 4
FEWEST = 3
LONGEST = 150  # characters of an option
FIRST_DIGITS, MOST_DIGITS = 4, 8  # of floats: as many as tell all options apart


@dataclass(frozen=True)
class Option:
    """text: as shown; why: a sentence on where it comes from, "" if there is nothing to say."""

    text: str
    why: str = ""


@dataclass(frozen=True)
class Question:
    """lines: the learner's code as (number, text); right: the place of the right option; why: what explains it."""

    task: str
    kind: str
    lines: tuple[tuple[int, str], ...]
    words: tuple[str, ...]
    options: tuple[Option, ...]
    right: int
    why: str

    @property
    def sha256(self) -> str:
        """A checksum of everything that is shown."""
        return hashlib.sha256(json.dumps(asdict(self)).encode("utf-8")).hexdigest()


def from_values(right: object, others: Sequence[tuple[object, str]], rng: random.Random) -> tuple | None:
    """Options and the place of the right one. others: wrong values, each with a sentence; equal ones are dropped.

    None if there are fewer than three different values that can be shown.
    """
    kept: list[tuple[object, str]] = [(right, "")]
    for each, why in others:
        value = _in_its_numbers(each, right)
        if len(kept) < OPTIONS and not any(same(value, other) for other, _ in kept):
            candidates = [*kept, (value, why)]
            if _texts([held for held, _ in candidates]):
                kept = candidates
    texts = _texts([value for value, _ in kept])
    return None if texts is None else from_texts([(text, why) for text, (_, why) in zip(texts, kept)], rng)


def _in_its_numbers(value: object, right: object) -> object:
    """The value with floats where the right one has floats: a whole number would give it away."""
    if isinstance(value, list) and isinstance(right, list):
        first = right[0] if right else None
        return [_in_its_numbers(item, right[i] if i < len(right) else first) for i, item in enumerate(value)]
    if isinstance(value, dict) and isinstance(right, dict):
        return {name: _in_its_numbers(item, right.get(name)) for name, item in value.items()}
    if type(value) is int and type(right) is float:
        return float(value)
    return int(value) if type(value) is float and type(right) is int and value.is_integer() else value


def from_texts(texts: Sequence[tuple[str, str]], rng: random.Random) -> tuple | None:
    """Options and the place of the right one, which comes first in texts. None if there are fewer than three."""
    texts = list(dict(reversed(texts)).items())[::-1]  # the first of each text
    if len(texts) < FEWEST:
        return None
    options = [Option(*each) for each in texts[:OPTIONS]]
    right = options[0]
    if all(option.text.lstrip("-").isdigit() for option in options):
        options.sort(key=lambda option: int(option.text))
    else:
        rng.shuffle(options)
    return tuple(options), options.index(right)


def _texts(values: Sequence[object]) -> list[str] | None:
    """The values as different texts, with few digits if that is enough; None if they are too long or look the same."""
    for digits in range(FIRST_DIGITS, MOST_DIGITS):
        texts = [value if isinstance(value, Words) else show(value, digits) for value in values]
        # An int and a float that rounds to it: the texts 1 and 1.0 differ, but not for a reader.
        if len({text.removesuffix(".0") for text in texts}) == len(texts):
            return texts if max(map(len, texts)) <= LONGEST else None
    return None


def question_lines(question: Question, title: str) -> Iterator[str]:
    """The question, at most 79 characters wide. title: of its task."""
    yield f"About your code for {question.task} {title}:"
    yield ""
    yield from code_lines(question.lines)
    yield ""
    for words in question.words:
        number, bar, code = words.partition(" | ")
        if bar and number.strip().isdigit():
            yield from code_lines([(int(number), code)])
        else:
            yield from textwrap.wrap(words, WIDTH, break_on_hyphens=False)
    yield ""
    for number, option in enumerate(question.options, 1):
        yield from _wrapped(f"  {number}. ", option.text)


def code_lines(lines: Sequence[tuple[int, str]]) -> Iterator[str]:
    """Numbered lines of code; a gap in the numbers that hides code is shown as dots."""
    for number, text in lines:
        if not number:
            yield "       ..."
            continue
        indent = " " * (len(text) - len(text.lstrip()) + 4)
        yield from _wrapped(f"{number:>5} | ", text, indent)


def _wrapped(label: str, text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=label,
        subsequent_indent=" " * len(label) + indent,
        break_on_hyphens=False,
    ) or [label.rstrip()]


def verdict_lines(question: Question, answer: int) -> Iterator[str]:
    """The reply to an answer: its number, or 0 for a learner who does not know."""
    right = question.right + 1
    said = "Right, it is" if answer == right else "No, it is" if answer else "It is"
    yield from _wrapped("", f"{said} number {right}: {question.options[question.right].text}")
    if question.why:
        yield from textwrap.wrap(question.why, WIDTH, break_on_hyphens=False)
    explained = [(number, option) for number, option in enumerate(question.options, 1) if option.why]
    if explained:
        yield ""
    for number, option in explained:
        yield from _wrapped(f"  {number}. ", option.why)
