"""A recipe's answers, and what a recipe that gave none is told."""

from __future__ import annotations

import math
import re

from autograder.grading.compare import is_number, show
from autograder.grading.failures import Facts, sentence_of
from autograder.leaderboard.rules import LARGEST_BATCH, LARGEST_STD, NUM_STEPS
from autograder.leaderboard.source import RecipeError
from autograder.sandbox import WAITED, Limits, Reply, Worker

MISSING = re.compile(r"has no attribute '(initial_std|batch_size|update)'")
SIGNATURES = {
    "initial_std": "initial_std(matrix)",
    "batch_size": "batch_size(step)",
    "update": "update(step, weights, gradient)",
}


def settings(worker: Worker, matrices: list[str], num_steps: int) -> tuple[list[float], list[int]]:
    """Standard deviations by matrix and names by step, checked."""
    answer = value(worker.call("settings", [matrices, num_steps]), "", worker.limits)
    if type(answer) is not list or [len(part) if type(part) is list else -1 for part in answer] != [
        len(matrices),
        num_steps,
    ]:
        raise RecipeError(": initial_std and batch_size were not answered.")
    stds, sizes = answer
    for name, std in zip(matrices, stds):
        if not is_number(std) or not 0 <= std <= LARGEST_STD:
            raise RecipeError(
                f": initial_std({name!r}) is {show(std)}, and must be a number from 0 to {LARGEST_STD:g}.{_return(std)}"
            )
    for step, size in enumerate(sizes):
        if type(size) is not int or not 1 <= size <= LARGEST_BATCH:
            wanted = f"a whole number, 1 to {LARGEST_BATCH}"
            raise RecipeError(f": batch_size({step}) is {show(size)}, and must be {wanted}.{_return(size)}")
    return stds, sizes


def _return(answer: object) -> str:
    return " Is a return missing?" if answer is None else ""


def value(reply: Reply, where: str, limits: Limits) -> object:
    """What a call gave. Raises RecipeError with a sentence when it failed. where: in which step. limits: of the run."""
    if reply.failure is None:
        return reply.value
    missing = MISSING.search(reply.message)
    if reply.failure == "missing" and missing:
        raise RecipeError(f": The recipe has no function {missing[1]}: spell it as the stub does.")
    of_one_call = reply.message.startswith((WAITED, f"no answer after {limits.call_seconds:.3g} seconds"))
    if reply.failure == "timeout" and not of_one_call:
        raise RecipeError(
            f"{where}: The time of a run is used up: {limits.cpu_seconds} seconds of processor time, "
            f"{limits.total_seconds:g} with waiting. It must do for {NUM_STEPS:,} steps: "
            f"{limits.cpu_seconds / NUM_STEPS:g} seconds per step."
        )
    line = f" ({reply.file}, line {reply.line})" if reply.line else ""
    raise RecipeError(f"{where}: {sentence_of(reply, Facts(signature_of=SIGNATURES.get))}{line}")


def need_finite(loss: float, step: int) -> None:
    """Raise RecipeError when a loss is infinite or NaN."""
    if not math.isfinite(loss):
        raise RecipeError(
            f", step {step}: the loss is no finite number any more, since the weights have grown too large: "
            "try a smaller learning rate."
        )
