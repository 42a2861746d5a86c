"""What `trace` says: position by position, the first difference marked, where it comes from, what to do next."""

from __future__ import annotations

import math
import string
from collections.abc import Iterator

from autograder.invocation import command
from autograder.learner.last_results import shown
from autograder.learner.trace import PARTS, TOLERANCE, WEIGHTS, Trace, first_unlike, next_lines

COLUMNS = 3  # numbers of a vector in one line


def trace_lines(traced: Trace, full: bool) -> Iterator[str]:
    """All of it. full: every number, and the positions behind the first difference too."""
    yield from whose_lines(traced)
    different = traced.first_difference()
    last = len(traced.yours) - 1 if full or different is None else different[0]
    for position in range(last + 1):
        yield ""
        yield f"position {position}, token {traced.tokens[position]}"
        yield f"   {'vector':<17}{'size':>4}  {'yours':<23} | reference"
        yield from position_lines(traced, position, full, different)
    if last < len(traced.yours) - 1:
        yield ""
        yield f"What follows builds on it. All positions: {command('trace', name=traced.name, full=True)}"
    yield ""
    if different is None and not traced.problem:
        yield f"Every vector equals the reference's, within {TOLERANCE:g}."
    yield from next_lines(traced, different)
    if not traced.problem:
        yield from attention_lines(traced)


def whose_lines(traced: Trace) -> Iterator[str]:
    """Which parts are the learner's."""
    yours = " and ".join(filter(None, [", ".join(map(str, traced.own[:-1])), *map(str, traced.own[-1:])]))
    if not traced.own:
        yield f"{traced.name}, read by none of your parts yet: all of it is the reference's."
    else:
        rest = " and the reference's other parts" if len(traced.own) < len(PARTS) else ""
        yield f"{traced.name}, read by your part{'s' if len(traced.own) > 1 else ''} {yours}{rest}."
    yield f"Both models have the weights of {shown(WEIGHTS)}."


def position_lines(traced: Trace, position: int, full: bool, different: tuple[int, str] | None) -> Iterator[str]:
    """The vectors at one position in the order in which they are made; those that yours lacks where the reference has
    them.
    """
    steps, reference = traced.yours[position], dict(traced.reference[position])
    stopped = traced.problem and position == len(traced.yours) - 1
    lacking = [label for label in reference if label not in dict(steps)]
    order = list(reference)
    for label, numbers in steps:
        while label in reference and lacking and order.index(lacking[0]) < order.index(label):
            yield f"   {lacking.pop(0):<17}      yours makes it in another way, or not at all"
        if label in reference:
            yield from vector_lines(label, numbers, reference[label], full, (position, label) == different)
        else:
            yield f"   {label:<17}      only yours has it"
    if not stopped:
        yield from (f"   {label:<17}      yours makes it in another way, or not at all" for label in lacking)


def vector_lines(label: str, yours: list[float], reference: list[float], full: bool, first: bool) -> Iterator[str]:
    """One vector: all its numbers, or a line of them, from the first that differs. `>>` marks the first vector that
    differs, `!` those after it.
    """
    unlike = first_unlike(yours, reference)
    mark = ">>" if first else "" if unlike is None else "!"
    size = str(len(yours)) if len(yours) == len(reference) else f"{len(yours)}!"
    begin = 0 if unlike is None or full or first else unlike // COLUMNS * COLUMNS
    end = max(len(yours), len(reference)) if full or first else begin + 1
    label += f" [{begin}]" if begin else ""
    for start in range(begin, end, COLUMNS):
        left, right = (numbers_text(numbers[start : start + COLUMNS]) for numbers in (yours, reference))
        yield f"{mark:<3}{label:<17}{size:>4}  {left:<23} | {right}".rstrip()
        label = size = ""


def numbers_text(numbers: list[float]) -> str:
    """Three decimals; no sign where they are all 0."""
    texts = (f"{number:7.3f}" if abs(number) < 100 else f"{number:7.0e}" for number in numbers)
    return " ".join("  0.000" if text == " -0.000" else text for text in texts)


def attention_lines(traced: Trace) -> Iterator[str]:
    """Where the last token looked, and what it expects."""
    last = dict(traced.yours[-1])
    heads = [(label.split()[1], last[label]) for label in last if label.endswith("weights")]
    if heads:
        yield ""
        yield f"Where your heads look from the last token, {traced.tokens[-1]}, in percent:"
        yield "          " + "".join(f"{token:>4}" for token in traced.tokens)
        for head, weights in heads:
            yield f"  head {head:<3}" + "".join(f"{100 * weight:4.0f}" for weight in weights)
    logits = last.get("logits", [])
    if len(logits) == len(string.ascii_lowercase) + 1:
        likely = sorted(zip(shares(logits), [*string.ascii_lowercase, "the end"]), reverse=True)[:4]
        yield f"After {traced.name} it expects: " + ", ".join(f"{what} {100 * share:.0f}%" for share, what in likely)


def shares(logits: list[float]) -> list[float]:
    """The softmax of plain numbers."""
    exponentials = [math.exp(logit - max(logits)) for logit in logits]
    return [each / sum(exponentials) for each in exponentials]
