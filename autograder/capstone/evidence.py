"""Compare a run's losses and weights with those of the grader's own training, correct or with a known mistake.

Losses and weights that agree with a training in numpy can only come from the same training: each of the 1,000 losses
depends on every gradient before it. Nothing else that a run reports is evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.capstone.capstone_run import NUM_STEPS, CapstoneTask
from autograder.capstone.forward_variants import ForwardVariant
from autograder.capstone.run_result import RunResult, StoppedRun
from autograder.capstone.training_variants import KNOWN_MISTAKES, TrainedVariant, TrainingStart, TrainingVariant, train
from autograder.invocation import command
from autograder.model import Passes, Weights

# Two programs with the same arithmetic in a different order differ by 2e-15 in the losses and 3e-14 in the weights
# after 1,000 steps (three programs, Python 3.10 to 3.13). A change of the first weights in the last digit grows to
# 1e-11 in known mistakes that do not explode. Known mistakes differ from each other and from the right training by 3e-6
# or more within four steps, one of them later. With some seeds that is not enough, so the mistake that fits longest
# counts.
SAME = 1e-6
STEPS_AFTER = 3  # steps after the first difference that must agree too
MANY_STEPS = 100  # in a training run that diverges, this many losses agree before rounding matters
LATEST = 100  # unknown mistakes show sooner; later differences have rarer causes

CORRECT = TrainingVariant()
OTHER_NAMES = "the names are not in the order of the shuffled copy."
OTHER_WEIGHTS = "the first weights are not those that init_state_dict draws after the shuffle."
OTHER_BEGINNING = "neither the order of the names nor the first weights are as described for train."


@dataclass(frozen=True)
class MatchedMistake:
    """A known mistake that explains a run. says: what is wrong. start: the run's claimed start, if used."""

    variant: TrainingVariant
    says: str
    start: TrainingStart | None = None


@dataclass(frozen=True)
class Evidence:
    """The evidence from a run.

    right: the grader's own training. matched: the training, correct or with a known mistake, that the run agrees with.
    equal_right, equal: the number of losses, from the first, that agree with each. same_weights: whether the final
    weights agree with matched, too. own_parts: whether a step with the learner's parts 1, 5 and 6 is that of the
    correct training or of the mistake. If it is not, the training did not use these parts.
    """

    right: TrainedVariant
    matched: TrainedVariant
    equal_right: int
    mistake: MatchedMistake | None
    equal: int
    same_weights: bool
    own_parts: bool

    @property
    def total(self) -> int:
        return len(self.right.losses)

    @property
    def own(self) -> bool:
        """Whether the learner's own parts trained the weights."""
        return self.own_parts and self.same_weights

    @property
    def passes(self) -> ForwardVariant | Passes:
        """The forward pass of the learner's model, as far as the evidence shows it."""
        return self.mistake.variant.passes if self.mistake and self.same_weights else CORRECT.passes

    @property
    def share(self) -> float:
        """The share of the points for agreement: half with a known mistake."""
        return 0.5 if self.mistake else 1.0

    @property
    def losses_share(self) -> float:
        """The share for agreement of the losses, with the mistake or with the correct training, whichever is better."""
        return max(self.share * share_of_steps(self.equal, self.total), share_of_steps(self.equal_right, self.total))


def share_of_steps(equal: int, total: int) -> float:
    """The share by the number of equal losses: all, the first 100, the first 10, or the first."""
    if equal == total:
        return 1.0
    return next((share for steps, share in ((MANY_STEPS, 1 / 2), (10, 1 / 3), (1, 1 / 6)) if equal >= steps), 0.0)


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
    equal = equal_losses(result.losses, matched.losses)
    if mistake and mistake.variant.explodes:
        equal = min(equal, MANY_STEPS)
    return Evidence(
        right=right,
        matched=matched,
        equal_right=equal_losses(result.losses, right.losses),
        mistake=mistake,
        equal=equal,
        same_weights=equal == len(right.losses)
        and not (mistake and mistake.variant.explodes)
        and result.weights is not None
        and equal_weights(result.weights, matched.weights),
        own_parts=right_step(result, task, (CORRECT, mistake.variant) if mistake else (CORRECT,)),
    )


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
    """The known mistake with these losses, up to a few steps after the first difference; None if there is none. If
    several fit, the one that fits longest.
    """
    step = equal_losses(losses, expected)
    if step == len(losses):
        return None
    stop = min(step + 1 + STEPS_AFTER, len(losses))
    # Most variants have the same start, and a shuffle takes as long as ten steps.
    starts: dict[tuple, TrainingStart] = {}
    candidates = []
    for mistake in _mistakes(task, reported_start):
        variant = mistake.variant
        if mistake.start is None and (variant.setup, variant.std) not in starts:
            starts[variant.setup, variant.std] = start_of(variant, task, num_steps)
        start = mistake.start or starts[variant.setup, variant.std]

        def equal(steps: int, variant: TrainingVariant = variant, start: TrainingStart = start) -> int:
            return equal_losses(losses, train(variant, task.docs, task.seed, num_steps, steps, start).losses)

        # Most variants differ at once, so only those that begin like the run are trained further.
        if all(equal(steps) == steps for steps in (min(stop, STEPS_AFTER), stop)):
            candidates.append((mistake, equal))
    if len(candidates) > 1:
        candidates.sort(key=lambda candidate: -candidate[1](len(losses)))
    return candidates[0][0] if candidates else None


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
    yield from (MatchedMistake(each, f"{says[:-1]}; and {each.says}", reported_start) for each in KNOWN_MISTAKES)


def equal_losses(losses: Sequence[float], expected: Sequence[float]) -> int:
    """The number of losses, from the first, that agree to 1e-6 (large ones: relatively)."""
    pairs = enumerate(zip(losses, expected))
    total = min(len(losses), len(expected))
    return next((step for step, (a, b) in pairs if not abs(a - b) <= SAME * max(1.0, abs(b))), total)


def explain(losses: Sequence[float], expected: Sequence[float], mistake: MatchedMistake | None, num_steps: int) -> str:
    """Lines for the learner: the first step whose loss differs, and the likely cause. Some loss must differ.

    mistake: the known mistake with these losses. num_steps: of the complete training, if this is only its beginning.
    """
    step = equal_losses(losses, expected)
    message = (
        f"Step {step + 1} is the first that differs: its loss is {losses[step]:.6f} instead of {expected[step]:.6f}.\n"
    )
    if mistake is not None:
        return message + f"Likely:     {mistake.says} Your losses equal those of this known mistake.\n"
    message += f"Likely:     {usual_cause(step, num_steps)}\n"
    return message + f"To find the part: {command('check')} checks each part separately.\n"


def usual_cause(step: int, total: int) -> str:
    """The usual cause if losses differ from this step on (counted from 0)."""
    if step == 0:
        return "the forward pass or the loss, or the order or spread of the first weights."
    if step == 1:
        return "a gradient, or the optimiser's first step."
    if step < LATEST:
        return "Adam's memory, gradients that are not reset to 0, or the learning rate."
    return f"a case that is rare among {total:,} names, such as the longest name, or the end of the schedule."
