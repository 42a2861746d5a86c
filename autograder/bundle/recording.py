"""Record a part's checks: their calls, the correct answers, and the answers of each known mistake.

The public ones are for copies of the course without the solutions, the hidden ones for a page with them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields

from autograder.bundle.mistake_answers import answers_of, nondeterministic_mistakes, replies_of, worker_of
from autograder.bundle.recorded_mistakes import call_key
from autograder.course import Part
from autograder.grading.checks import TOLERANCE, Answer
from autograder.grading.follow_through import table_of
from autograder.grading.grade import data_files
from autograder.grading.misconceptions import Mistake, misconceptions
from autograder.grading.part_probes import Probes, plain
from autograder.grading.reference import signatures, tree_shake
from autograder.grading.report import Check
from autograder.grading.session import Recorded, Session

SEEDS = (1, 2, 3)
Smaller = Mapping[str, Callable[..., tuple]]


@dataclass(frozen=True)
class Extent:
    """What is recorded of a part. smaller: see RecordingSession; seeds: of the inputs; hidden: whether it is the hidden
    checks, and not the public ones.
    """

    smaller: Smaller = field(default_factory=dict)
    seeds: tuple[int, ...] = SEEDS
    hidden: bool = False


USUAL = Extent()
MISTAKE_FIELDS = tuple(field.name for field in fields(Mistake))  # and not the edit that makes the mistake


@dataclass
class RecordedStep:
    """One call with the reference's answer, and the assertion about it. calls: this call, and its second way if there
    is one; the answers of mistakes to them are recorded.
    """

    calls: list[Recorded]
    asserts: list[dict] = field(default_factory=list)


class RecordedAnswer(Answer):
    """An answer of the reference that records what a check asserts about it."""

    def __init__(self, answer: Answer, step: RecordedStep) -> None:
        super().__init__(answer.called, answer.value)
        self.step = step

    def must_be(self, expected: object, likely: str = "", tolerance: float = TOLERANCE) -> None:
        self.step.asserts.append({"expected": plain(expected), "likely": likely, "tolerance": tolerance})
        super().must_be(expected, likely, tolerance)

    def must_meet(self, condition: Callable, likely: str = "", **facts: object) -> None:
        self.step.asserts.append({"condition": condition.__name__, "likely": likely, "facts": plain(facts)})
        super().must_meet(condition, likely, **facts)


class SmallerAnswer(RecordedAnswer):
    """The answer to a smaller call than the check made. What the check expects belongs to the larger one, so the
    reference's own answer is recorded in its place.
    """

    def must_be(self, expected: object, likely: str = "", tolerance: float = TOLERANCE) -> None:
        super().must_be(self.value, likely, tolerance)


@dataclass
class RecordingSession(Session):
    """A session with the reference. steps: by check id, in order. smaller: for each probe whose calls are too large for
    the place that replays them, what makes its arguments smaller.
    """

    steps: dict[str, list[RecordedStep]] = field(default_factory=dict)
    smaller: Smaller = field(default_factory=dict)

    def call(self, probe: str, arguments: tuple) -> Answer:
        made = self.smaller[probe](*arguments) if probe in self.smaller else arguments
        answer = super().call(probe, made)
        step = RecordedStep([self.calls[self.current][-1]])
        if probe in self.probes.two_ways:
            second = (*made, True)
            step.calls.append(Recorded(probe, second, self.worker.call(probe, list(second))))
        self.steps.setdefault(self.current, []).append(step)
        return RecordedAnswer(answer, step) if made == arguments else SmallerAnswer(answer, step)


def record(part: Part, extent: Extent = USUAL) -> dict[str, bytes]:
    """The files that replace a part's suite in the bundle: probes.py, checks.json, mistakes.json.

    Raises ValueError if a check can't be recorded, because the reference fails it.
    """
    checks: dict[str, dict] = {}
    mistakes: dict[str, dict] = {}
    files: dict[str, str] = {}
    others: dict[str, Check] = {}
    for seed in extent.seeds:
        of_seed, data, answers = _record_seed(part, seed, extent)
        files.update({f"{seed}-{name}": content.decode("utf-8") for name, content in data.items()})
        for check, steps in of_seed:
            if check.hidden != extent.hidden:
                others[check.name] = check
                continue
            facts = {"name": check.name, "task": check.task, "title": check.title, "points": check.points}
            facts |= {"hidden": True} if extent.hidden else {}
            entry = checks.setdefault(check.name, {**facts, "message": check.message, "seeds": {}})
            if check.status != "manual":
                entry["seeds"][str(seed)] = [_step(step, seed, data) for step in steps]
        if seed == extent.seeds[0]:
            nondeterministic = nondeterministic_mistakes(part, data, answers)
        for call, replies in answers:
            stable = {name: reply for name, reply in replies.items() if name not in nondeterministic}
            mistakes[call_key(call.probe, _arguments(call, seed, data))] = answers_of(call.reply, stable)
    used = {step["probe"] for check in checks.values() for steps in check["seeds"].values() for step in steps}
    return {
        "probes.py": tree_shake(Probes(part).source, used).encode("utf-8"),
        "checks.json": _encoded(
            {
                "checks": list(checks.values()),
                "files": files,
                "hidden": [{"task": check.task, "points": check.points} for check in others.values() if check.hidden],
                "signatures": signatures(part),
            }
        ),
        "mistakes.json": _encoded(
            {
                "mistakes": [
                    {name: getattr(m, name) for name in MISTAKE_FIELDS if getattr(m, name)}
                    for m in misconceptions(part)
                    if m.id not in nondeterministic
                ],
                "answers": mistakes,
                "keeps": {name: [check for check in kept if check in checks] for name, kept in table_of(part).items()},
            }
        ),
    }


def together(public: Mapping[str, bytes], hidden: Mapping[str, bytes]) -> dict[str, bytes]:
    """The recordings of a part's public and hidden checks as one. The probes are those of the suite."""
    checks, more_checks = (json.loads(files["checks.json"]) for files in (public, hidden))
    mistakes, more = (json.loads(files["mistakes.json"]) for files in (public, hidden))
    stable = {mistake["id"] for mistake in more["mistakes"]}
    names = [*mistakes["keeps"], *(name for name in more["keeps"] if name not in mistakes["keeps"])]
    return {
        "checks.json": _encoded({**checks, "checks": checks["checks"] + more_checks["checks"], "hidden": []}),
        "mistakes.json": _encoded(
            {
                "mistakes": [mistake for mistake in mistakes["mistakes"] if mistake["id"] in stable],
                "answers": mistakes["answers"] | more["answers"],
                "keeps": {name: mistakes["keeps"].get(name, []) + more["keeps"].get(name, []) for name in names},
            }
        ),
    }


def _record_seed(
    part: Part, seed: int, extent: Extent
) -> tuple[list[tuple[Check, list[RecordedStep]]], dict[str, bytes], list]:
    """The checks with their steps, the data files, and every mistake's replies to each step of the checks wanted."""
    from autograder.grading.suite import run_suite

    probes, data = Probes(part), data_files(part, seed)
    with worker_of(part, data) as worker:
        session = RecordingSession(part, probes, worker, data, smaller=extent.smaller)
        checks = run_suite(part, session, seed)
        recorded, answers, endless = [], [], set()
        for check in checks:
            steps = session.steps.get(f"test_{check.name}", [])
            if check.hidden == extent.hidden and check.status not in ("passed", "manual"):
                raise ValueError(f"Part {part.number}, {check.name} can't be recorded: {check.message.strip()}")
            recorded.append((check, steps))
            if check.hidden == extent.hidden:
                answers += [(call, replies_of(worker, part, call, endless)) for step in steps for call in step.calls]
    return recorded, data, answers


def _step(step: RecordedStep, seed: int, data: dict[str, bytes]) -> dict:
    call = step.calls[0]
    return {"probe": call.probe, "arguments": _arguments(call, seed, data), "asserts": step.asserts}


def _arguments(call: Recorded, seed: int, data: dict[str, bytes]) -> list:
    """The arguments of a call, with each data file replaced by its name in the bundle."""
    return [f"{seed}-{item}" if isinstance(item, str) and item in data else plain(item) for item in call.arguments]


def _encoded(data: dict) -> bytes:
    return (json.dumps(data, separators=(",", ":"), allow_nan=True) + "\n").encode("ascii")
