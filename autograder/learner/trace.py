"""`trace`: the forward pass of the learner's model on one name, every vector beside the reference's."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course import EXERCISES, ROOT, SOLUTIONS, Part, part, parts
from autograder.grading.compare import close, is_number
from autograder.grading.failures import sentence_of
from autograder.grading.progress import UNWRITTEN
from autograder.invocation import command
from autograder.learner import last_results
from autograder.learner.last_results import begun
from autograder.sandbox import CHECK, Tier, Worker

TRACING = Path(__file__).with_name("trace_worker.py")
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


# What a difference in a trace means: which tasks make the vector, and what to do next.

# Which vector -> the tasks that make it, the likeliest first. What goes into them was compared before.
MADE_BY = (
    ("wte", "5.4"),
    ("rmsnorm", "3.3"),
    ("into rmsnorm 2", "5.4"),
    ("x . attention", "5.4 5.2"),
    ("x . mlp", "5.4 5.3"),
    ("layer0.attn_wo", "5.2 3.1"),
    ("layer0.attn", "3.1 5.4 5.2"),
    (r"head \d+ scores", "5.1 5.2"),
    (r"head \d+ weights", "3.2 5.1"),
    (r"head \d+ output", "5.1 5.2"),
    ("heads joined", "5.2"),
    ("relu", "5.3 1.3"),
    ("layer0.mlp", "5.3 3.1"),
    ("logits", "5.4 3.1"),
)
# Which vector that yours never makes -> the task that has it made.
CALLED_BY = ((r"wte|rmsnorm|into|x ", "5.4"), (r"layer0\.attn|heads? ", "5.2"), (r"layer0\.mlp|relu", "5.3"))
OF_A_STOP = re.compile(r"part(\d\d)_\w+\.py")


def next_lines(traced: Trace, different: tuple[int, str] | None) -> Iterator[str]:
    """What the first difference is, or what stopped the model, and what to do."""
    if different is not None:
        yield from difference_lines(traced, *different)
    if traced.problem:
        yield f"Your model stopped: {ascii(traced.problem.rstrip('.'))[1:-1]}."
    if different is None and traced.problem:
        yield from stop_lines(traced)
    elif different is None and (left := not_passed(traced.own)):
        yield "What it does not show: gradients, several layers, other sizes. The checks do."
        yield f"Next: {command('check', left[0].number)}"


def difference_lines(traced: Trace, position: int, label: str) -> Iterator[str]:
    """The first vector that differs, its first number that does, and the tasks that it comes from."""
    yours, reference = (dict(steps[position])[label] for steps in (traced.yours, traced.reference))
    yield f"The first that differs: {label} at position {position}, token {traced.tokens[position]}, marked >>."
    place = first_unlike(yours, reference)
    if len(yours) != len(reference):
        yield f"  It has {len(yours)} numbers, the reference's {len(reference)}."
    else:
        digits = 6 if f"{yours[place]:.6g}" != f"{reference[place]:.6g}" else 12
        yield f"  Its number [{place}] is {yours[place]:.{digits}g}; {reference[place]:.{digits}g} in the reference."
    made = traced.before(position, label)
    lacking, extra = ([name for name in names if not name.startswith("into")] for names in made)
    if lacking:
        yield f"  By then the reference has made, and yours has not: {', '.join(lacking)}."
    if extra:
        yield f"  By then yours has made, and the reference has not: {', '.join(dict.fromkeys(extra))}."
    tasks = [*_found(CALLED_BY, (lacking or [""])[0]), *_found(MADE_BY, label)]
    tasks = list(dict.fromkeys(task for task in tasks if int(task[0]) in traced.own))
    if tasks:
        named = [f"{task} {part(int(task[0])).task(task).title}" for task in tasks]
        yield f"  It comes from {', or from '.join(named)}."
        yield f"Next: {command('check', int(tasks[0][0]))}"


def _found(table: Iterable[tuple[str, str]], label: str) -> list[str]:
    """The tasks of the first pattern that fits."""
    return next((tasks.split() for pattern, tasks in table if re.match(pattern, label)), [])


def stop_lines(traced: Trace) -> Iterator[str]:
    """What to do when an error or an unwritten task stopped the model before anything differed."""
    if unwritten := UNWRITTEN.search(traced.problem):
        its_part = part(int(unwritten[1].partition(".")[0]))
        path = last_results.shown(EXERCISES / its_part.file_name)
        yield f"Next: write {unwritten[1]} {unwritten[2]} in {path}, then {command('trace', name=traced.name)}"
    elif found := OF_A_STOP.search(traced.problem):
        yield f"Next: {command('check', int(found[1]))}"


def not_passed(own: tuple[int, ...]) -> list[Part]:
    """Those of the learner's parts whose last check, of the file as it is now, did not pass or never was."""
    files = {each.number: (EXERCISES / each.file_name).read_bytes() for each in parts() if each.number in own}
    reports = {number: last_results.last(part(number), content) for number, content in files.items()}
    return [part(number) for number, report in reports.items() if report is None or not report.passed]
