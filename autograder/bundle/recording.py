"""Record a part's public checks: their calls, what the right answers are, and what each known mistake answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.bundle.replay import call_key
from autograder.course import SOLUTIONS, Part
from autograder.grading.checks import TOLERANCE, Answer
from autograder.grading.diagnosis import same_reply
from autograder.grading.grade import data_files, worker_files
from autograder.grading.misconceptions import misconceptions, variants
from autograder.grading.probes import Probes, plain
from autograder.grading.report import Check
from autograder.grading.session import Session
from autograder.grading.sources import cut_to, reference_files, signatures
from autograder.sandbox import Limits, Reply, Tier, Worker

SEEDS = (1, 2, 3)
SECONDS = 2.0  # of one call of a known mistake; some of them never end
PATIENT = Limits(cpu_seconds=1200, call_seconds=20.0, total_seconds=1800.0)
DIGITS = 12  # of a number that a mistake answers: one part in a billion is what tells two answers apart


class NotRecordable(Exception):
    """A check uses an answer in a way that can't be written down as data."""


@dataclass
class Step:
    """One call, what is asserted of its answer, and the answer of the reference."""

    probe: str
    arguments: tuple
    reply: Reply
    asserts: list[dict] = field(default_factory=list)


class RecordedAnswer(Answer):
    """An answer of the reference that writes down what a check asks of it."""

    def __init__(self, answer: Answer, step: Step) -> None:
        super().__init__(answer.called, answer.value)
        self.step = step

    def must_be(self, expected: object, likely: str = "", tolerance: float = TOLERANCE) -> None:
        self.step.asserts.append({"expected": plain(expected), "likely": likely, "tolerance": tolerance})
        super().must_be(expected, likely, tolerance)

    def must_meet(self, condition: Callable, likely: str = "", **facts: object) -> None:
        self.step.asserts.append({"condition": condition.__name__, "likely": likely, "facts": plain(facts)})
        super().must_meet(condition, likely, **facts)

    def must(self, condition: bool, expected: str, likely: str = "") -> None:
        raise NotRecordable("a condition of the check's own: write it in conditions.py")


@dataclass
class RecordingSession(Session):
    """A session with the reference. steps: by check id, in order."""

    steps: dict[str, list[Step]] = field(default_factory=dict)

    def call(self, probe: str, arguments: tuple) -> Answer:
        answer = super().call(probe, arguments)
        step = Step(probe, arguments, self.calls[self.current][-1].reply)
        self.steps.setdefault(self.current, []).append(step)
        return RecordedAnswer(answer, step)


def record(part: Part) -> dict[str, bytes]:
    """The files that stand for a part's suite in the bundle: probes.py, checks.json, mistakes.json.

    Raises ValueError when a check can't be recorded: the reference fails it, or it asks for more than data.
    """
    checks: dict[str, dict] = {}
    mistakes: dict[str, dict] = {}
    files: dict[str, str] = {}
    hidden: dict[str, float] = {}
    for seed in SEEDS:
        of_seed, data, answers = _record_seed(part, seed)
        files.update({f"{seed}-{name}": content.decode("utf-8") for name, content in data.items()})
        for check, steps in of_seed:
            if check.hidden:
                hidden[check.name] = check.points
                continue
            facts = {"name": check.name, "task": check.task, "title": check.title, "points": check.points}
            entry = checks.setdefault(check.name, {**facts, "message": check.message, "seeds": {}})
            if check.status != "manual":
                entry["seeds"][str(seed)] = [_step(step, seed, data) for step in steps]
        for step, replies in answers:
            mistakes[call_key(step.probe, _arguments(step, seed, data))] = _answers(step, replies)
    public = list(checks.values())
    used = {step["probe"] for check in public for steps in check["seeds"].values() for step in steps}
    return {
        "probes.py": cut_to(Probes(part).source, used).encode("utf-8"),
        "checks.json": _encoded(
            {
                "checks": public,
                "files": files,
                "hidden": {"checks": len(hidden), "points": sum(hidden.values())},
                "signatures": signatures(part),
            }
        ),
        "mistakes.json": _encoded(
            {
                "mistakes": [{"id": m.id, "task": m.task, "says": m.says} for m in misconceptions(part)],
                "answers": mistakes,
            }
        ),
    }


def _record_seed(part: Part, seed: int) -> tuple[list[tuple[Check, list[Step]]], dict[str, bytes], list]:
    """The checks with their steps, the data files, and for each public step what every mistake replies."""
    from autograder.grading.suite import run_suite

    probes, data = Probes(part), data_files(part, seed)
    files = worker_files(probes, data, reference_files(part))
    files[f"submission/{part.file_name}"] = (SOLUTIONS / part.file_name).read_bytes()
    files |= {f"variant-{name}/{part.file_name}": source for name, source in variants(part).items()}
    with Worker(files, Tier.LOCAL, PATIENT) as worker:  # our own code only
        session = RecordingSession(part, probes, worker, data)
        checks = run_suite(part, session, seed)
        recorded, answers = [], []
        for check in checks:
            steps = session.steps.get(f"test_{check.name}", [])
            if not check.hidden and check.status not in ("passed", "manual"):
                raise ValueError(f"Part {part.number}, {check.name} can't be recorded: {check.message.strip()}")
            recorded.append((check, steps))
            answers += [(step, _replies(worker, part, step)) for step in steps if not check.hidden]
    return recorded, data, answers


def _replies(worker: Worker, part: Part, step: Step) -> dict[str, Reply]:
    """What each mistake replies to a call."""
    return {
        mistake.id: worker.call(step.probe, list(step.arguments), f"variant-{mistake.id}", seconds=SECONDS)
        for mistake in misconceptions(part)
    }


def _answers(step: Step, replies: dict[str, Reply]) -> dict:
    """The different replies, that of the reference first, and which mistake gives which (those with its own only)."""
    different, by_mistake = [step.reply], {}
    for name, reply in replies.items():
        index = next((i for i, other in enumerate(different) if _alike(reply, other)), None)
        if index is None:
            index = len(different)
            different.append(reply)
        if index:
            by_mistake[name] = index
    return {"replies": [_reply(reply) for reply in different], "of": by_mistake}


def _alike(a: Reply, b: Reply) -> bool:
    if a.failure or b.failure:
        return (a.failure, a.exception) == (b.failure, b.exception)
    return same_reply(a, b)


def _reply(reply: Reply) -> dict:
    if reply.failure:
        return {"failure": reply.failure, "exception": reply.exception}
    return {"value": rounded(reply.value)}


def rounded(value: object) -> object:
    """The value with its numbers cut to the digits that count."""
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return float(f"{value:.{DIGITS}g}") if type(value) is float else value


def _step(step: Step, seed: int, data: dict[str, bytes]) -> dict:
    return {"probe": step.probe, "arguments": _arguments(step, seed, data), "asserts": step.asserts}


def _arguments(step: Step, seed: int, data: dict[str, bytes]) -> list:
    """The arguments of a call; a data file is called by the name that it has in the bundle."""
    return [f"{seed}-{item}" if isinstance(item, str) and item in data else plain(item) for item in step.arguments]


def _encoded(data: dict) -> bytes:
    return (json.dumps(data, separators=(",", ":"), allow_nan=True) + "\n").encode("ascii")
