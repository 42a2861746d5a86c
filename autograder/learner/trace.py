"""`trace`: the forward pass of the learner's model on one name, and the reference's, every vector of both."""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from pathlib import Path

from autograder.course import EXERCISES, ROOT, SOLUTIONS, part
from autograder.grading.compare import close, is_number
from autograder.grading.failures import sentence_of
from autograder.learner.last_results import begun
from autograder.sandbox import CHECK, Tier, Worker

WORKER_PROBES = Path(__file__).with_name("trace_worker.py")
WEIGHTS = ROOT / "datasets" / "trained_weights.json"
PARTS = (1, 3, 4, 5)
TOLERANCE = 1e-9

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

    def before(self, position: int, label: str) -> tuple[list[str], list[str]]:
        """Of what is made at a position before a vector: what only the reference makes, and what only yours does."""
        made = [[name for name, _ in steps[position]] for steps in (self.reference, self.yours)]
        reference, yours = (names[: names.index(label)] for names in made)
        return [name for name in reference if name not in yours], [name for name in yours if name not in reference]

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
    files = {"probes.py": WORKER_PROBES.read_bytes()}
    for number in PARTS:
        file_name = part(number).file_name
        files[f"reference/{file_name}"] = (SOLUTIONS / file_name).read_bytes()
        files[f"submission/{file_name}"] = ((EXERCISES if number in own else SOLUTIONS) / file_name).read_bytes()
    arguments = [tokens, model["config"], model["matrices"]]
    with Worker(files, Tier.LOCAL, CHECK) as worker:
        reference = worker.call("forward", arguments, folder="reference").value
        reply = worker.call("forward", arguments)
    if reply.failure is not None:
        problem = sentence_of(reply)
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
