"""Compare a run's losses and weights with those of the grader's own training, correct or with a known mistake.

Losses and weights that agree with a training in numpy can only come from the same training: each of the 1,000 losses
depends on every gradient before it. Nothing else that a run reports is evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from autograder.capstone.agreement import SAME, Candidate, Evidence, MatchedMistake, gather, mistake_that_fits
from autograder.capstone.capstone_run import NUM_STEPS, CapstoneTask
from autograder.capstone.run_result import RunResult, StoppedRun
from autograder.capstone.training_variants import KNOWN_MISTAKES, TrainedVariant, TrainingStart, TrainingVariant, train
from autograder.model import Weights

CORRECT = TrainingVariant()
OTHER_NAMES = "the names are not in the order of the shuffled copy."
OTHER_WEIGHTS = "the first weights are not those that init_state_dict draws after the shuffle."
OTHER_BEGINNING = "neither the order of the names nor the first weights are as described for train."


def find_evidence(result: RunResult | StoppedRun, task: CapstoneTask, num_steps: int) -> Evidence:
    """Compare a run with the correct training and, if it differs, with the training of each known mistake."""
    right = train(CORRECT, task.docs, task.seed, num_steps)
    evidence = _evidence(result, task, right, right, None)
    if evidence.equal == evidence.total:
        return evidence
    mistake = find_mistake(result.losses, right.losses, task, num_steps, result.start)
    if mistake is None:
        return evidence
    matched = train(mistake.variant, task.docs, task.seed, num_steps, start=mistake.start)
    return _evidence(result, task, right, matched, mistake)


def _evidence(
    result: RunResult | StoppedRun,
    task: CapstoneTask,
    right: TrainedVariant,
    matched: TrainedVariant,
    mistake: MatchedMistake | None,
) -> Evidence:
    def weights_equal() -> bool:
        return result.weights is not None and equal_weights(result.weights, matched.weights)

    own_parts = right_step(result, task, (CORRECT, mistake.variant) if mistake else (CORRECT,))
    return gather(result.losses, right, matched, mistake, weights_equal, own_parts)


def right_step(result: RunResult | StoppedRun, task: CapstoneTask, variants: Iterable[TrainingVariant]) -> bool:
    """Whether the learner's parts take a step, from weights that the grader drew, as one of these variants does."""
    if isinstance(result.one_step, str):
        return False
    moved = (train(variant, task.docs, task.seed, NUM_STEPS, 1, task.single_step()).weights for variant in variants)
    return any(equal_weights(result.one_step, weights) for weights in moved)


def equal_weights(some: Weights, others: Weights) -> bool:
    return all(np.abs(some[name] - matrix).max() <= SAME for name, matrix in others.items())


def find_mistake(
    losses: Sequence[float],
    expected: Sequence[float],
    task: CapstoneTask,
    num_steps: int,
    reported_start: TrainingStart | None = None,
) -> MatchedMistake | None:
    """The known mistake with these losses; None if there is none."""
    # Most variants have the same start, and a shuffle takes as long as ten steps.
    starts: dict[tuple, TrainingStart] = {}

    def candidate(mistake: MatchedMistake) -> Candidate:
        variant = mistake.variant

        def losses_of(steps: int) -> list[float]:
            if mistake.start is None and (variant.setup, variant.std) not in starts:
                starts[variant.setup, variant.std] = start_of(variant, task, num_steps)
            start = mistake.start or starts[variant.setup, variant.std]
            return train(variant, task.docs, task.seed, num_steps, steps, start).losses

        return mistake, losses_of

    return mistake_that_fits(losses, expected, map(candidate, _mistakes(task, reported_start)))


def start_of(variant: TrainingVariant, task: CapstoneTask, num_steps: int) -> TrainingStart:
    """Where a variant's training starts."""
    before = train(variant, task.docs, task.seed, num_steps, 0)
    return TrainingStart(before.weights, before.names)


def _mistakes(task: CapstoneTask, reported_start: TrainingStart | None) -> Iterator[MatchedMistake]:
    yield from (MatchedMistake(variant, variant.says) for variant in KNOWN_MISTAKES)
    if reported_start is None:
        return
    right_start = start_of(CORRECT, task, NUM_STEPS)
    same_weights = equal_weights(reported_start.weights, right_start.weights)
    same_names = reported_start.names == right_start.names[: len(reported_start.names)]
    says = OTHER_NAMES if same_weights else OTHER_WEIGHTS if same_names else OTHER_BEGINNING
    yield MatchedMistake(CORRECT, says, reported_start)
    # From a given start, a variant with another setup or other first weights trains like the correct one.
    later = [each for each in KNOWN_MISTAKES if (each.setup, each.std) == (CORRECT.setup, CORRECT.std)]
    yield from (MatchedMistake(each, f"{says[:-1]}; and {each.says}", reported_start) for each in later)
