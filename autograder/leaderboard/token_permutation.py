"""Send matrices to a recipe and back, as digits. Everything that the recipe returns is checked.

The digits of a matrix are the hexadecimal ones of its doubles, row by row. Needs no numpy, as recipe_answers.py.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Mapping, Sequence

from autograder.leaderboard.recipe_source import RecipeError

HEXADECIMAL = re.compile(r"[0-9a-f]*")
DIGITS = 16  # of a double
BY_TOKEN = ("wte", "lm_head")  # each row belongs to a token

Shape = tuple[int, int]


class TokenPermutation:
    """Encode and decode matrices for a recipe. Rows that belong to tokens are permuted."""

    def __init__(self, order: Sequence[int]) -> None:
        self.order = order  # the token of each row that the recipe sees

    def to_recipe(self, weights: Mapping[str, str], gradients: Mapping[str, str]) -> list[list[str]]:
        """The arguments of an update after the step: the names of the matrices, their digits, those of the gradient."""
        return [list(weights), *([self._seen(name, of[name]) for name in weights] for of in (weights, gradients))]

    def from_recipe(self, answer: object, shapes: Mapping[str, Shape], step: int) -> dict[str, str]:
        """The digits of the new weights. Raises RecipeError unless they are finite numbers, as many as before."""
        where = f", step {step}: update returned"
        if type(answer) is str:
            raise RecipeError(f"{where} {_kind(answer)}: end it with `return weights`, a dict of flat lists.")
        if type(answer) is not list or len(answer) != len(shapes):
            raise RecipeError(f"{where} something other than the matrices.")
        new = {}
        for (name, shape), digits in zip(shapes.items(), answer):
            if digits is None:
                raise RecipeError(f", step {step}: update left out {name}.")
            if type(digits) is list:
                raise RecipeError(f"{where} for {name} {_described(digits)}: {_wanted(shape)}.")
            if type(digits) is not str or not HEXADECIMAL.fullmatch(digits) or len(digits) % DIGITS:
                raise RecipeError(f"{where} something other than numbers for {name}.")
            size = shape[0] * shape[1]
            if len(digits) != DIGITS * size:
                raise RecipeError(f"{where} {len(digits) // DIGITS:,} numbers for {name}: {_wanted(shape)}.")
            numbers = array("d", bytes.fromhex(digits))
            if not all(map(math.isfinite, numbers)):
                wrong = [place for place, number in enumerate(numbers) if not math.isfinite(number)]
                raise RecipeError(
                    f"{where} numbers for {name} that are infinite or NaN: {len(wrong):,} of {size:,}, first "
                    f"{name}[{wrong[0]}]. The cause is a division by almost 0, or growing steps: try a smaller "
                    "learning rate."
                )
            new[name] = self._meant(name, digits)
        return new

    def _rows(self, digits: str) -> list[str]:
        length = len(digits) // len(self.order)
        return [digits[start : start + length] for start in range(0, len(digits), length)]

    def _seen(self, name: str, digits: str) -> str:
        if name not in BY_TOKEN:
            return digits
        rows = self._rows(digits)
        return "".join(rows[token] for token in self.order)

    def _meant(self, name: str, digits: str) -> str:
        if name not in BY_TOKEN:
            return digits
        of_token = dict(zip(self.order, self._rows(digits)))
        return "".join(of_token[token] for token in range(len(self.order)))


def _wanted(shape: Shape) -> str:
    rows, columns = shape
    return f"it must be one flat list of {rows * columns:,} numbers, {rows} rows of {columns} one after the other"


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
