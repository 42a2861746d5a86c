"""The answers of each known mistake to the calls of a part's public checks, as data."""

from __future__ import annotations

import json

from autograder.course import SOLUTIONS, Part
from autograder.grading.diagnosis import comparable, same_reply
from autograder.grading.grade import worker_files
from autograder.grading.misconceptions import Mistake, misconceptions, source_of_variant, variants
from autograder.grading.part_probes import Probes
from autograder.grading.reference import reference_files
from autograder.grading.session import Recorded
from autograder.grading.sources import with_place
from autograder.sandbox import Limits, Reply, Tier, Worker

SECONDS = 2.0  # for one call of a known mistake; some never end
AGAIN_SECONDS = 0.25  # for further calls of the same probe: the mistake meets the same endless loop
GENEROUS_LIMITS = Limits(cpu_seconds=1200, call_seconds=20.0, total_seconds=1800.0)
DIGITS = 12  # digits to keep of a mistake's answer; two answers differ if they differ by one part in a billion


def worker_of(part: Part, data: dict[str, bytes]) -> Worker:
    """A worker with the reference and every mistake. It runs only our own code."""
    files = worker_files(Probes(part), data, reference_files(part))
    files[f"submission/{part.file_name}"] = (SOLUTIONS / part.file_name).read_bytes()
    files |= {f"variant-{name}/{part.file_name}": source for name, source in variants(part).items()}
    return Worker(files, Tier.LOCAL, GENEROUS_LIMITS)


def nondeterministic_mistakes(
    part: Part, data: dict[str, bytes], answers: list[tuple[Recorded, dict[str, Reply]]]
) -> set[str]:
    """The mistakes whose answers differ in another run of Python, because sets of strings have another order there.

    Nobody's answers could equal theirs. This can only happen if a string is among the arguments.
    """
    changing, endless = set(), set()
    with worker_of(part, data) as worker:
        for call, replies in answers:
            if '"' in json.dumps(call.arguments):
                again = replies_of(worker, part, call, endless)
                changing |= {name for name, reply in replies.items() if not _alike(reply, again[name])}
    return changing


def replies_of(worker: Worker, part: Part, call: Recorded, endless: set[tuple[str, str]]) -> dict[str, Reply]:
    """The reply of each mistake to a call. endless: mistakes and probes that did not answer so far; it is updated."""

    def reply(mistake: Mistake) -> Reply:
        pair = (mistake.id, call.probe)
        seconds = AGAIN_SECONDS if pair in endless else SECONDS
        answer = worker.call(call.probe, list(call.arguments), f"variant-{mistake.id}", seconds=seconds)
        if answer.failure == "timeout":
            endless.add(pair)
        return with_place(answer, part, source_of_variant(part, mistake.id)) if answer.failure else answer

    return {mistake.id: reply(mistake) for mistake in misconceptions(part)}


def answers_of(right: Reply, replies: dict[str, Reply]) -> dict:
    """The distinct replies, the reference's first, and the mistakes that give each of the others."""
    different, by_mistake = [right], {}
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
        return _reply(a) == _reply(b)
    return same_reply(a, b)


def _reply(reply: Reply) -> dict:
    if reply.failure:
        message = "" if reply.failure == "timeout" else comparable(reply.message)
        return {"failure": reply.failure, "exception": reply.exception, "message": message, "place": reply.place}
    return {"value": rounded(reply.value)}


def rounded(value: object) -> object:
    """The value with its numbers rounded to DIGITS digits."""
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return float(f"{value:.{DIGITS}g}") if type(value) is float else value
