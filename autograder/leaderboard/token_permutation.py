"""Send matrices to a recipe and back, as digits. Everything that the recipe returns is checked."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from autograder import model
from autograder.leaderboard.recipe_source import RecipeError

HEXADECIMAL = re.compile(r"[0-9a-f]*")


class TokenPermutation:
    """Encode and decode matrices for a recipe. Rows that belong to tokens are permuted."""

    def __init__(self, order: Sequence[int]) -> None:
        self.order = np.array(order)  # the token of each row that the recipe sees

    def to_recipe(self, matrices: model.Weights) -> list[str]:
        """The digits of each matrix."""
        return [self._rows(name, matrix).tobytes().hex() for name, matrix in matrices.items()]

    def from_recipe(self, answer: object, old: model.Weights, step: int) -> model.Weights:
        """The new weights. Raises RecipeError unless they are finite numbers, as many as before."""
        where = f", step {step}: update returned"
        if type(answer) is str:
            raise RecipeError(f"{where} {_kind(answer)}: end it with `return weights`, a dict of flat lists.")
        if type(answer) is not list or len(answer) != len(old):
            raise RecipeError(f"{where} something other than the matrices.")
        new = {}
        for (name, matrix), digits in zip(old.items(), answer):
            if digits is None:
                raise RecipeError(f", step {step}: update left out {name}.")
            if type(digits) is list:
                raise RecipeError(f"{where} for {name} {_described(digits)}: {_wanted(matrix)}.")
            if type(digits) is not str or not HEXADECIMAL.fullmatch(digits) or len(digits) % 16:
                raise RecipeError(f"{where} something other than numbers for {name}.")
            if len(digits) != 16 * matrix.size:
                raise RecipeError(f"{where} {len(digits) // 16:,} numbers for {name}: {_wanted(matrix)}.")
            rows = np.frombuffer(bytes.fromhex(digits)).reshape(matrix.shape)
            wrong = np.flatnonzero(~np.isfinite(rows))
            if wrong.size:
                raise RecipeError(
                    f"{where} numbers for {name} that are infinite or NaN: {wrong.size:,} of {rows.size:,}, first "
                    f"{name}[{wrong[0]}]. The cause is a division by almost 0, or growing steps: try a smaller "
                    "learning rate."
                )
            new[name] = np.empty_like(matrix)
            new[name][self.order if _by_token(name) else slice(None)] = rows
        return new

    def _rows(self, name: str, matrix: np.ndarray) -> np.ndarray:
        return matrix[self.order] if _by_token(name) else matrix


def _wanted(matrix: np.ndarray) -> str:
    rows, columns = matrix.shape
    return f"it must be one flat list of {matrix.size:,} numbers, {rows} rows of {columns} one after the other"


def _described(wrong: list) -> str:
    """Describe an answer that is not a flat list of numbers, in short plain ASCII."""
    kind, place, item = [*wrong, None, None, None][:3]
    if type(place) is not int:
        return _kind(kind)
    return f"{_kind(kind)} whose item {place} is {_kind(item)}"


def _kind(name: object) -> str:
    """The name of a type in a sentence: `a list`, `None`."""
    if type(name) is not str:
        return "something else"
    if name == "NoneType":
        return "None"
    name = ascii(name[:40])[1:-1]
    return f"{'an' if name[:1] in tuple('aeiou') else 'a'} {name}"


def _by_token(name: str) -> bool:
    return name in ("wte", "lm_head")
