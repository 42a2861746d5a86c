"""How far a run agrees with a training of the grader's own: the evidence that the learner's parts trained the model.

Needs no numpy, so that the course's page judges a run with the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.invocation import command
from autograder.text import likely_line

# Two programs with the same arithmetic in a different order differ by 2e-15 in the losses and 3e-14 in the weights
# after 1,000 steps (three programs, Python 3.10 to 3.13). A change of the first weights in the last digit grows to
# 1e-11 in known mistakes that do not explode. Known mistakes differ from each other and from the right training by 3e-6
# or more within four steps, one of them later. With some seeds that is not enough, so the mistake that fits longest
# counts.
SAME = 1e-6
STEPS_AFTER = 3  # steps after the first difference that must agree too
MANY_STEPS = 100  # in a training run that diverges, this many losses agree before rounding matters
LATEST = 100  # unknown mistakes show sooner; later differences have rarer causes

HELD_OUT = 2.355  # the held-out loss of the correct training: the mean of 20 seeds


@dataclass(frozen=True)
class MatchedMistake:
    """A known mistake that explains a run. says: what is wrong. start: the run's claimed start, if used."""

    variant: Any  # a TrainingVariant, or what is recorded of one: held_out and explodes
    says: str
    start: Any = None


@dataclass(frozen=True)
class Evidence:
    """The evidence from a run.

    right: the grader's own training. matched: the training, correct or with a known mistake, that the run agrees with.
    equal_right, equal: the number of losses, from the first, that agree with each. same_weights: whether the final
    weights agree with matched, too. own_parts: whether a step with the learner's parts 1, 5 and 6 is that of the
    correct training or of the mistake. If it is not, the training did not use these parts.
    """

    right: Any  # a TrainedVariant, or what is recorded of one
    matched: Any
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


def gather(
    losses: Sequence[float],
    right: Any,
    matched: Any,
    mistake: MatchedMistake | None,
    weights_equal: Callable[[], bool],
    own_parts: bool,
) -> Evidence:
    """The evidence from a run with these losses. weights_equal: whether its final weights are those of matched."""
    equal = equal_losses(losses, matched.losses)
    if mistake and mistake.variant.explodes:
        equal = min(equal, MANY_STEPS)
    return Evidence(
        right=right,
        matched=matched,
        equal_right=equal_losses(losses, right.losses),
        mistake=mistake,
        equal=equal,
        same_weights=equal == len(right.losses) and not (mistake and mistake.variant.explodes) and weights_equal(),
        own_parts=own_parts,
    )


# A mistake, and the losses of the first steps of a training with it.
Candidate = tuple[MatchedMistake, Callable[[int], Sequence[float]]]


def mistake_that_fits(
    losses: Sequence[float], expected: Sequence[float], candidates: Iterable[Candidate]
) -> MatchedMistake | None:
    """The known mistake with these losses, up to a few steps after the first difference from the expected ones; None if
    there is none. If several fit, the one that fits longest.
    """
    step = equal_losses(losses, expected)
    if step == len(losses):
        return None
    stop = min(step + 1 + STEPS_AFTER, len(losses))
    # Most mistakes differ at once, so only those that begin like the run are trained further.
    fitting = [
        (mistake, losses_of)
        for mistake, losses_of in candidates
        if all(equal_losses(losses, losses_of(steps)) == steps for steps in (min(stop, STEPS_AFTER), stop))
    ]
    if len(fitting) > 1:
        fitting.sort(key=lambda candidate: -equal_losses(losses, candidate[1](len(losses))))
    return fitting[0][0] if fitting else None


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
        return f"{message}{likely_line(mistake.says)} Your losses equal those of this known mistake.\n"
    message += f"{likely_line(usual_cause(step, num_steps))}\n"
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
