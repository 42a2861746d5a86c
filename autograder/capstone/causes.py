"""Why a training differs from the grader's own: the first step that does, and a known mistake that explains it."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.capstone.ways import WAYS, train
from autograder.wording import command

SAME_LOSS = 1e-6  # rounding of another order of operations, after 1,000 steps
SAME_FIRST_LOSS = 1e-9
STEPS_AFTER = 3  # that must agree too, from the first difference on
LATEST = 100  # a mistake shows sooner; later differences have rarer causes


def explain(
    losses: Sequence[float], expected: Sequence[float], docs: Sequence[str], seed: int, num_steps: int | None = None
) -> str:
    """The first step whose loss differs, and what is likely wrong: lines for the learner. Some loss must differ.

    num_steps: of the whole training, where these losses are its beginning only.
    """
    num_steps = num_steps or len(expected)
    step = first_difference(losses, expected)
    words = (
        f"Step {step + 1} is the first that differs: its loss is {losses[step]:.6f} instead of {expected[step]:.6f}.\n"
    )
    stop = min(step + 1 + STEPS_AFTER, len(expected))
    for way in WAYS if step < LATEST else ():
        compared, tolerance = (1, SAME_FIRST_LOSS) if way.initial else (stop, SAME_LOSS)
        if way.initial is None or step == 0:
            tried = list(train(way, docs, seed, num_steps, compared))
            if first_difference(losses[:compared], tried, tolerance) is None:
                return words + f"Likely:     {way.says} Your losses equal those of this known mistake.\n"
    words += f"Likely:     {usual_cause(step, num_steps)}\n"
    return words + f"Which part it is: {command('check')} checks each by itself.\n"


def first_difference(losses: Sequence[float], expected: Sequence[float], tolerance: float = SAME_LOSS) -> int | None:
    """The first step whose losses differ, from 0; None when all are equal."""
    pairs = enumerate(zip(losses, expected))
    return next((step for step, (a, b) in pairs if not abs(a - b) <= tolerance), None)


def usual_cause(step: int, total: int) -> str:
    """What usually makes the losses differ from this step on (counted from 0)."""
    if step == 0:
        return "the forward pass or the loss; or the weights' order or spread."
    if step == 1:
        return "a gradient, or the optimiser's first step."
    if step < LATEST:
        return "Adam's memory, gradients that are not zeroed, or the learning rate."
    return f"what is rare among {total:,} names: the longest of them; or the learning rate's end."
