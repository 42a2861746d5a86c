"""Why a training differs from the grader's own: the first step that does, and what is likely wrong."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.capstone.evidence import Mistake, equal_losses
from autograder.wording import command

LATEST = 100  # an unknown mistake shows sooner; later differences have rarer causes


def explain(losses: Sequence[float], expected: Sequence[float], mistake: Mistake | None, num_steps: int) -> str:
    """The first step whose loss differs, and what is likely wrong: lines for the learner. Some loss must differ.

    mistake: the known one whose losses these are. num_steps: of the whole training, where these are only its beginning.
    """
    step = equal_losses(losses, expected)
    words = (
        f"Step {step + 1} is the first that differs: its loss is {losses[step]:.6f} instead of {expected[step]:.6f}.\n"
    )
    if mistake is not None:
        return words + f"Likely:     {mistake.says} Your losses equal those of this known mistake.\n"
    words += f"Likely:     {usual_cause(step, num_steps)}\n"
    return words + f"To find the part: {command('check')} checks each part separately.\n"


def usual_cause(step: int, total: int) -> str:
    """What usually makes the losses differ from this step on (counted from 0)."""
    if step == 0:
        return "the forward pass or the loss, or the order or spread of the first weights."
    if step == 1:
        return "a gradient, or the optimiser's first step."
    if step < LATEST:
        return "Adam's memory, gradients that are not reset to 0, or the learning rate."
    return f"a case that is rare among {total:,} names, such as the longest name; or the end of the learning rate."
