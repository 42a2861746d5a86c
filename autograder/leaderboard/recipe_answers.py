"""A recipe's answers, checked, and the score of a try. Needs no numpy: the course's page tries recipes with it, too."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from autograder.grading.compare import is_number, show
from autograder.grading.failures import Facts, sentence_of
from autograder.leaderboard.recipe_source import LARGEST_BATCH, LARGEST_STD, NUM_STEPS, RecipeError
from autograder.sandbox import WAITED, Limits, Reply

MISSING = re.compile(r"has no attribute '(initial_std|batch_size|update)'")
SIGNATURES = {
    "initial_std": "initial_std(matrix)",
    "batch_size": "batch_size(step)",
    "update": "update(step, weights, gradient)",
}


@dataclass(frozen=True)
class Score:
    """The score of a try. losses: held-out, by seed. control: on the ciphered names, None if not run. curve: the mean
    held-out loss of the runs after every 25 steps. names: sampled from the first run's model. names_per_step: the
    least and the most.
    """

    losses: tuple[float, ...]
    seeds: tuple[int, ...]
    control: float | None
    curve: tuple[float, ...]
    names: tuple[str, ...]
    seconds: float
    printed: str
    names_per_step: tuple[int, int] | None = None

    @property
    def mean(self) -> float:
        return sum(self.losses) / len(self.losses)


@dataclass(frozen=True)
class NoScore:
    """A try without a score, because the recipe breaks a rule or fails. reason: a sentence."""

    reason: str


def read_hyperparameters(answer: object, matrices: list[str], num_steps: int) -> tuple[list[float], list[int]]:
    """Return the standard deviation of each matrix and the names of each step, checked."""
    lengths = [len(part) if type(part) is list else -1 for part in answer] if type(answer) is list else []
    if lengths != [len(matrices), num_steps]:
        raise RecipeError(": initial_std and batch_size returned no answer.")
    stds, sizes = answer
    for name, std in zip(matrices, stds):
        if not is_number(std) or not 0 <= std <= LARGEST_STD:
            hint = f"must be a number from 0 to {LARGEST_STD:g}.{_hint_at_return(std)}"
            raise RecipeError(f": initial_std({name!r}) is {show(std)}, and {hint}")
    for step, size in enumerate(sizes):
        if type(size) is not int or not 1 <= size <= LARGEST_BATCH:
            hint = f"must be a whole number, 1 to {LARGEST_BATCH}.{_hint_at_return(size)}"
            raise RecipeError(f": batch_size({step}) is {show(size)}, and {hint}")
    return stds, sizes


def _hint_at_return(answer: object) -> str:
    return " Is a return missing?" if answer is None else ""


def reply_value(reply: Reply, where: str, limits: Limits) -> object:
    """Return the value of a reply. Raises RecipeError if the call failed. where: the step, for the message."""
    if reply.failure is None:
        return reply.value
    missing = MISSING.search(reply.message)
    if reply.failure == "missing" and missing:
        raise RecipeError(f": The recipe has no function {missing[1]}. Spell it as in the stub.")
    of_one_call = reply.message.startswith((WAITED, f"no answer after {limits.call_seconds:.3g} seconds"))
    if reply.failure == "timeout" and not of_one_call:
        raise RecipeError(
            f"{where}: The time of a run is used up: {limits.cpu_seconds} seconds of processor time, "
            f"{limits.total_seconds:g} with waiting. It must be enough for {NUM_STEPS:,} steps: "
            f"{limits.cpu_seconds / NUM_STEPS:g} seconds per step."
        )
    line = f" ({reply.file}, line {reply.line})" if reply.line else ""
    raise RecipeError(f"{where}: {sentence_of(reply, Facts(signature_of=SIGNATURES.get))}{line}")


def require_finite(step: int, loss: float) -> None:
    """Raise RecipeError when a loss is infinite or NaN."""
    if not math.isfinite(loss):
        raise RecipeError(
            f", step {step}: the loss is no longer a finite number, because the weights have grown too large. "
            "Try a smaller learning rate."
        )
