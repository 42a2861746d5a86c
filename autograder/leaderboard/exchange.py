"""What passes between the loop and a recipe: matrices as digits, settings, and everything checked that comes back."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from autograder import model
from autograder.grading.compare import is_number, show
from autograder.grading.session import failure_message
from autograder.leaderboard.source import RecipeError
from autograder.sandbox import Reply, Worker

LARGEST_BATCH = 32
LARGEST_STD = 10.0
HEXADECIMAL = re.compile(r"[0-9a-f]*")


class Relabelled:
    """Matrices on their way to a recipe and back: rows that stand for tokens take the places of the permutation."""

    def __init__(self, order: Sequence[int]) -> None:
        self.order = np.array(order)  # the token that stands in each row that the recipe sees

    def to_recipe(self, matrices: model.Weights) -> list[str]:
        """The digits of each matrix."""
        return [self._rows(name, matrix).tobytes().hex() for name, matrix in matrices.items()]

    def from_recipe(self, answer: object, old: model.Weights, step: int) -> model.Weights:
        """The new weights. Raises RecipeError for anything but as many finite numbers as there were."""
        if type(answer) is not list or len(answer) != len(old):
            raise RecipeError(f", step {step}: update did not return the matrices.")
        new = {}
        for (name, matrix), digits in zip(old.items(), answer):
            if digits is None:
                raise RecipeError(f", step {step}: update left out {name}.")
            if type(digits) is not str or not HEXADECIMAL.fullmatch(digits) or len(digits) % 16:
                raise RecipeError(f", step {step}: update returned something else than numbers for {name}.")
            if len(digits) != 16 * matrix.size:
                count = len(digits) // 16
                raise RecipeError(
                    f", step {step}: update returned {count:,} numbers for {name}, which has {matrix.size:,}."
                )
            rows = np.frombuffer(bytes.fromhex(digits)).reshape(matrix.shape)
            if not np.isfinite(rows).all():
                raise RecipeError(f", step {step}: update returned numbers for {name} that are infinite or NaN.")
            new[name] = np.empty_like(matrix)
            new[name][self.order if _by_token(name) else slice(None)] = rows
        return new

    def _rows(self, name: str, matrix: np.ndarray) -> np.ndarray:
        return matrix[self.order] if _by_token(name) else matrix


def _by_token(name: str) -> bool:
    return name in ("wte", "lm_head")


def settings(worker: Worker, matrices: list[str], num_steps: int) -> tuple[list[float], list[int]]:
    """Standard deviations by matrix and names by step, checked."""
    answer = value(worker.call("settings", [matrices, num_steps]), "")
    if type(answer) is not list or [len(part) if type(part) is list else -1 for part in answer] != [
        len(matrices),
        num_steps,
    ]:
        raise RecipeError(": initial_std and batch_size were not answered.")
    stds, sizes = answer
    for name, std in zip(matrices, stds):
        if not is_number(std) or not 0 <= std <= LARGEST_STD:
            raise RecipeError(
                f": initial_std({name!r}) is {show(std)}, and must be a number from 0 to {LARGEST_STD:g}."
            )
    for step, size in enumerate(sizes):
        if type(size) is not int or not 1 <= size <= LARGEST_BATCH:
            raise RecipeError(
                f": batch_size({step}) is {show(size)}, and must be a whole number, 1 to {LARGEST_BATCH}."
            )
    return stds, sizes


def value(reply: Reply, where: str) -> object:
    """What a call gave. Raises RecipeError with a sentence when it failed. where: in which step."""
    if reply.failure is None:
        return reply.value
    line = f" ({reply.file}, line {reply.line})" if reply.line else ""
    raise RecipeError(f"{where}: {failure_message(reply).strip()}{line}")


def need_finite(loss: float, step: int) -> None:
    """Raise RecipeError when a loss is infinite or NaN."""
    if not math.isfinite(loss):
        raise RecipeError(
            f", step {step}: the loss is no finite number any more, since the weights have grown too large."
        )
