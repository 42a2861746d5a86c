"""What came of a run, checked for form: nothing that a submission says of itself gets further unseen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder import model
from autograder.grading.compare import is_number


class CapstoneFailed(Exception):
    """The run gave nothing that can be graded; the text is a sentence for the learner."""


@dataclass(frozen=True)
class Outcome:
    """What came of a run, checked for form: the learner's claims about losses and names, and weights to measure."""

    chars: list[str]
    losses: list[float]
    weights: model.Weights
    names: list[str]
    cold: list[str]
    hot: list[str]
    seconds: float
    interpreter: str
    remarks: tuple[str, ...]


def read_outcome(value: object, docs: list[str], num_steps: int) -> dict:
    """The answer's parts, checked for form. docs: what was trained on. Raises CapstoneFailed with a sentence."""
    if type(value) is not dict or set(value) != {"chars", "losses", "weights", "names", "cold", "hot"}:
        raise CapstoneFailed("The answer of the training run does not have the expected form.")
    chars = sorted(set("".join(docs)))
    if value["chars"] != chars:
        raise CapstoneFailed(f"trained.tokenizer.chars should be the {len(chars)} sorted letters of the names.")
    losses = value["losses"]
    if type(losses) is not list or len(losses) != num_steps or not all(map(is_number, losses)):
        raise CapstoneFailed(f"trained.losses should hold {num_steps} numbers, one for each step.")
    for key, count in (("names", 20), ("cold", 40), ("hot", 40)):
        if type(value[key]) is not list or len(value[key]) != count or any(type(n) is not str for n in value[key]):
            raise CapstoneFailed(f"sample_many(trained, count={count}, ...) should return {count} strings.")
    facts = {key: value[key] for key in ("chars", "names", "cold", "hot")}
    return {**facts, "losses": [float(loss) for loss in losses], "weights": read_weights(value["weights"])}


def read_weights(matrices: object) -> model.Weights:
    """The weights as numpy's, their names, shapes and numbers checked. Raises CapstoneFailed with a sentence."""
    wanted = model.shapes(model.Sizes())
    if type(matrices) is not dict or set(matrices) != set(wanted):
        raise CapstoneFailed(f"trained.state_dict should have the matrices {', '.join(wanted)}.")
    for name, (rows, columns) in wanted.items():
        matrix = matrices[name]
        right = type(matrix) is list and len(matrix) == rows
        if not right or not all(type(row) is list and len(row) == columns for row in matrix):
            raise CapstoneFailed(f"{name} should have {rows} rows of {columns} numbers.")
        if not all(is_number(x) and abs(x) < 1e6 for row in matrix for x in row):
            raise CapstoneFailed(f"{name} holds something that is no finite number.")
    return {name: np.array(matrices[name], dtype=np.float64) for name in wanted}
