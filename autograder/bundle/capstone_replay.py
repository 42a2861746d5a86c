"""The capstone's report in the page: the grader's own checks, with the recorded training in place of a new one.

What needs a training that is not recorded is left open: the page never gives points that `capstone` would not give.
Uses no numpy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.capstone.agreement import SAME, Candidate, Evidence, MatchedMistake, gather, mistake_that_fits
from autograder.capstone.capstone_checks import (
    CHECKS,
    CapstoneCheck,
    Measured,
    Proved,
    before_it_stopped,
    every_loss_equals,
    judge_one,
    measurable,
    parts_take_the_step,
)
from autograder.capstone.run_result import CapstoneFailed, RunResult, StoppedRun, check_matrices, read_result

Matrices = Mapping[str, Sequence[Sequence[float]]]


class _NotRecorded(Exception):
    """A check needs the grader's own model, which is not here."""


@dataclass(frozen=True)
class RecordedTraining:
    """The losses of a training, and its final weights if they are recorded."""

    losses: list[float]
    weights: Matrices | None = None


@dataclass(frozen=True)
class RecordedMistake:
    """What the checks read of a known mistake."""

    held_out: float
    explodes: bool


def report(recorded: Mapping[str, Any], claimed: Mapping[str, Any], known: Sequence[str]) -> dict:
    """Judge a run of a learner's parts. known: all names of the data.

    claimed: run, the answer of training_probes without what a start needs, or None; losses, those reported until then;
    problem, the sentence why the run stopped; one_step, matrices or a sentence.

    A check of the result is open if `capstone` may give it more points than it has here.
    """
    shapes = {name: (len(rows), len(rows[0])) for name, rows in recorded["weights"].items()}
    one_step = _one_step(claimed["one_step"], shapes)
    total, problem = len(recorded["losses"]), claimed["problem"]
    result: RunResult | StoppedRun = StoppedRun(claimed["losses"], one_step)
    if claimed["run"] is not None:
        try:
            # The page does not report a start, so no other start is looked for.
            run = {**claimed["run"], "first_weights": None, "order": None}
            facts = read_result(run, recorded["chars"], total, shapes)
            result = RunResult(**facts, start=None, one_step=one_step, seconds=0.0, interpreter="", remarks=())
        except CapstoneFailed as error:
            problem = str(error)
    evidence = find_recorded_evidence(result, recorded)
    measured = Proved(evidence) if isinstance(result, StoppedRun) else _measured(evidence, result, recorded, known)
    if problem:
        problem += before_it_stopped(StoppedRun(result.losses, one_step), evidence)
    checks = [_judged(check, result, measured, problem) for check in CHECKS]
    return {
        "checks": checks,
        "earned": sum(check["earned"] for check in checks),
        "judged": sum(check["points"] for check in checks if not check["open"]),
        "possible": sum(check["points"] for check in checks),
        "problem": problem,
        "names": [] if isinstance(result, StoppedRun) else result.names,
    }


def find_recorded_evidence(result: RunResult | StoppedRun, recorded: Mapping[str, Any]) -> Evidence:
    """As `find_evidence`, from the recorded trainings."""
    right = matched = RecordedTraining(recorded["losses"], recorded["weights"])
    mistake = mistake_that_fits(result.losses, right.losses, _candidates(recorded["mistakes"]))
    if mistake is not None:
        matched = next(
            RecordedTraining(each["losses"]) for each in recorded["mistakes"] if each["says"] == mistake.says
        )

    def weights_equal() -> bool:
        return None not in (result.weights, matched.weights) and are_equal(result.weights, matched.weights)

    own_parts = not isinstance(result.one_step, str) and are_equal(result.one_step, recorded["step"]["after"])
    return gather(result.losses, right, matched, mistake, weights_equal, own_parts)


def are_equal(some: Matrices, others: Matrices) -> bool:
    """As `equal_weights`, for lists of rows."""
    return all(
        abs(a - b) <= SAME
        for name, rows in others.items()
        for some_row, row in zip(some[name], rows)
        for a, b in zip(some_row, row)
    )


def _candidates(mistakes: Sequence[Mapping[str, Any]]) -> Iterator[Candidate]:
    for each in mistakes:
        variant = RecordedMistake(each["held_out"], each["explodes"])
        yield MatchedMistake(variant, each["says"]), lambda steps, losses=each["losses"]: losses[:steps]


def _one_step(claimed: object, shapes: Mapping[str, tuple[int, int]]) -> Any:
    if isinstance(claimed, str):
        return claimed
    try:
        return check_matrices(claimed, shapes)
    except CapstoneFailed as error:
        return str(error)


def _measured(evidence: Evidence, result: RunResult, recorded: Mapping[str, Any], known: Sequence[str]) -> Measured:
    def surprise(names: list[str]) -> float:
        if names != measurable(recorded["names"][-recorded["counts"]["hot"] :], recorded["chars"]):
            raise _NotRecorded
        return recorded["surprise"]

    return Measured(
        evidence=evidence,
        held_out_loss=recorded["held_out_loss"],
        bigram_loss=recorded["bigram_loss"],
        names=recorded["names"],
        surprise=surprise,
        unigram_surprise=recorded["unigram_surprise"],
        known=frozenset(known),
    )


def _judged(check: CapstoneCheck, result: RunResult | StoppedRun, measured: Proved, problem: str) -> dict:
    is_open = _needs_another_training(check, result, measured.evidence)
    try:
        judged = judge_one(check, result, measured, problem)
    except _NotRecorded:
        judged, is_open = judge_one(check, StoppedRun(result.losses, result.one_step), measured), True
    data = {name: getattr(judged, name) for name in ("name", "task", "title", "points", "earned", "status", "message")}
    if is_open and not judged.earned:
        data["message"] = ""  # it says why there are no points, which is not known here
    return {**data, "open": is_open}


def _needs_another_training(check: CapstoneCheck, result: RunResult | StoppedRun, evidence: Evidence) -> bool:
    """Whether `capstone` may find more: it also trains from a learner's own first weights and names, and knows the
    weights of each mistake's training.
    """
    is_right = evidence.equal_right == evidence.total or evidence.equal_right == len(result.losses)
    if is_right or (check.own and isinstance(result, StoppedRun)):
        return False
    if check.function is every_loss_equals:
        return evidence.mistake is None and not isinstance(result, StoppedRun)
    if check.function is parts_take_the_step:
        return not isinstance(result.one_step, str) and not (evidence.own_parts and evidence.equal)
    return True
