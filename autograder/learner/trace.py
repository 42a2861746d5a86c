"""`trace`: the forward pass of the learner's model on one name, every vector beside the reference's."""

from __future__ import annotations

import json
import math
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course import EXERCISES, ROOT, SOLUTIONS, part
from autograder.grading.compare import close, is_number
from autograder.grading.session import failure_message
from autograder.learner.results import begun, shown
from autograder.sandbox import CHECK, Tier, Worker

TRACING = Path(__file__).with_name("tracing.py")
WEIGHTS = ROOT / "datasets" / "trained_weights.json"
PARTS = (1, 3, 4, 5)
TOLERANCE = 1e-9
COLUMNS = 3  # numbers of a vector in one line

Steps = list[list[tuple[str, list[float]]]]


@dataclass(frozen=True)
class Trace:
    """The passes of both models. own: which parts are the learner's. problem: what stopped the learner's, or ""."""

    name: str
    own: tuple[int, ...]
    yours: Steps
    reference: Steps
    problem: str

    @property
    def tokens(self) -> list[str]:
        """What is read, for people."""
        return ["BOS", *self.name]

    def first_difference(self) -> tuple[int, str] | None:
        """Position and label of the first vector that differs; None when all that both have are equal."""
        for position, steps in enumerate(self.yours):
            reference = dict(self.reference[position])
            for label, numbers in steps:
                if label in reference and first_unlike(numbers, reference[label]) is not None:
                    return position, label
        return None


def trace(name: str) -> Trace:
    """Read a name with the learner's parts, where begun, and with the reference's, on the course's trained weights.

    Raises ValueError, with a sentence, for a name that the model can't read.
    """
    with open(WEIGHTS, encoding="utf-8") as file:
        model = json.load(file)
    size = model["config"]["block_size"]
    if not name or not set(name) <= set(string.ascii_lowercase) or len(name) >= size:
        raise ValueError(f"{ascii(name)} can't be read: give 1 to {size - 1} letters from a to z, such as emma.")
    tokens = [model["config"]["vocab_size"] - 1, *(model["chars"].index(letter) for letter in name)]
    own = tuple(number for number in PARTS if begun(part(number)))
    files = {"probes.py": TRACING.read_bytes()}
    for number in PARTS:
        file_name = part(number).file_name
        files[f"reference/{file_name}"] = (SOLUTIONS / file_name).read_bytes()
        files[f"submission/{file_name}"] = ((EXERCISES if number in own else SOLUTIONS) / file_name).read_bytes()
    arguments = [tokens, model["config"], model["matrices"]]
    with Worker(files, Tier.LOCAL, CHECK) as worker:
        reference = worker.call("forward", arguments, folder="reference").value
        reply = worker.call("forward", arguments)
    if reply.failure is not None:
        problem = failure_message(reply).strip()
        where = f"{reply.file}, line {reply.line}: " if reply.file else ""
        return Trace(name, own, [], _steps(reference), where + problem)
    return Trace(name, own, _steps(reply.value), _steps(reference), str(reply.value["problem"]))


def _steps(value: dict) -> Steps:
    return [
        [(str(label), [x for x in numbers if is_number(x)]) for label, numbers in steps] for steps in value["steps"]
    ]


def first_unlike(yours: list[float], reference: list[float]) -> int | None:
    """The first place where two vectors differ by more than the order of their arithmetic; None when there is none."""
    for i, (a, b) in enumerate(zip(yours, reference)):
        if not close(a, b, TOLERANCE):
            return i
    return None if len(yours) == len(reference) else min(len(yours), len(reference))


def lines(traced: Trace, full: bool) -> Iterator[str]:
    """All of it: position by position, the first difference marked and in full, the attention of the last token."""
    yours = " and ".join(filter(None, [", ".join(map(str, traced.own[:-1])), *map(str, traced.own[-1:])]))
    whose = f"your part{'s' if len(traced.own) > 1 else ''} {yours}" if traced.own else "none of your parts yet"
    rest = " and the reference's other parts" if len(traced.own) < len(PARTS) else ""
    yield f"{traced.name}, read by {whose}{rest}."
    yield f"Both models have the weights of {shown(WEIGHTS)}."
    different = traced.first_difference()
    for position, steps in enumerate(traced.yours):
        reference, seen = dict(traced.reference[position]), dict(steps)
        yield ""
        yield f"position {position}, token {traced.tokens[position]}"
        yield f"   {'vector':<17}{'size':>4}  {'yours':<23} | reference"
        missing = {label: None for label, _ in traced.reference[position] if label not in seen}
        for label, numbers in [*steps, *missing.items()]:
            if numbers is None:
                if position < len(traced.yours) - 1 or not traced.problem:
                    yield f"   {label:<17}      yours makes it in another way"
            elif label not in reference:
                yield f"   {label:<17}      only yours has it"
            else:
                yield from vector_lines(label, numbers, reference[label], full, (position, label) == different)
    yield ""
    yield from end_lines(traced, different)


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
    return " ".join(f"{number:7.3f}" if abs(number) < 100 else f"{number:7.0e}" for number in numbers)


def end_lines(traced: Trace, different: tuple[int, str] | None) -> Iterator[str]:
    """What came of it, and where the last token looked."""
    if different is not None:
        position, label = different
        yield f"The first that differs: {label} at position {position}, token {traced.tokens[position]}, marked >>."
    elif not traced.problem:
        yield f"Every vector equals the reference's, within {TOLERANCE:g}."
    if traced.problem:
        yield f"Your model stopped: {ascii(traced.problem.rstrip('.'))[1:-1]}."
        return
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
