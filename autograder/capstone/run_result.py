"""A run's answer, checked for its form, since it comes from the learner's process."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder import model
from autograder.capstone.training_variants import TrainingStart
from autograder.grading.compare import is_number

# The names that a run samples: with the generator of the training, at temperature 0.3, at temperature 1.
COUNTS = {"names": 20, "cold": 40, "hot": 40}


class CapstoneFailed(Exception):
    """The run ended without a result; the message is a sentence for the learner. one_step: as in RunResult."""

    def __init__(self, sentence: str, one_step: model.Weights | str = "") -> None:
        super().__init__(sentence)
        self.one_step = one_step


@dataclass(frozen=True)
class StoppedRun:
    """The rest of a run that ended without a result: the losses that it reported before, and the one step."""

    losses: list[float]
    one_step: model.Weights | str
    weights: None = None
    start: None = None


@dataclass(frozen=True)
class RunResult:
    """A run's answer, checked for its form. Everything in it is a claim by the learner's code.

    start: the first weights and the name of each step, None if the run did not report them. one_step: the
    weights after one step that the grader ran with parts 1, 5 and 6, or a sentence that says why there are none.
    """

    chars: list[str]
    losses: list[float]
    weights: model.Weights
    names: list[str]
    cold: list[str]
    hot: list[str]
    start: TrainingStart | None
    one_step: model.Weights | str
    seconds: float
    interpreter: str
    remarks: tuple[str, ...]


def read_result(value: object, docs: list[str], num_steps: int) -> dict:
    """Parse the answer and check its form. docs: the training data. Raises CapstoneFailed with a message."""
    keys = {"chars", "losses", "weights", "names", "cold", "hot", "first_weights", "order"}
    if type(value) is not dict or set(value) != keys:
        raise CapstoneFailed("The answer of the training run does not have the expected form.")
    chars = sorted(set("".join(docs)))
    if value["chars"] != chars:
        raise CapstoneFailed(f"trained.tokenizer.chars should be the {len(chars)} sorted letters of the names.")
    losses = value["losses"]
    if type(losses) is not list or len(losses) != num_steps or not all(map(is_number, losses)):
        raise CapstoneFailed(f"trained.losses should contain {num_steps} numbers, one per step.")
    for key, count in COUNTS.items():
        if type(value[key]) is not list or len(value[key]) != count or any(type(n) is not str for n in value[key]):
            raise CapstoneFailed(f"sample_many(trained, count={count}, ...) should return {count} strings.")
    facts = {key: value[key] for key in ("chars", "names", "cold", "hot")}
    facts["start"] = read_start(value["first_weights"], value["order"], docs, num_steps)
    return {**facts, "losses": [float(loss) for loss in losses], "weights": read_weights(value["weights"])}


def read_start(matrices: object, order: object, docs: list[str], num_steps: int) -> TrainingStart | None:
    """The start that the run claims. order: the index in docs of each step's name."""
    if type(order) is not list or len(order) != num_steps:
        return None
    if not all(type(place) is int and 0 <= place < len(docs) for place in order):
        return None
    if len(set(order)) < OTHER_NAMES * min(num_steps, len(set(docs))):
        return None
    try:
        weights = read_weights(matrices)
    except CapstoneFailed:
        return None
    return TrainingStart(weights, [docs[place] for place in order]) if drawn_at_random(weights) else None


# The share of names that must differ. Nearly any model learns one repeated name; of 1,000 names drawn from all names
# with replacement, 98 % differ.
OTHER_NAMES = 0.9

# Other weights, such as zeros, can make a model in which nearly nothing moves, so that training hardly needs a backward
# pass. Some recipes start with zeros in the last matrix of a branch, which do move.
MAY_BE_ZERO = ("lm_head", "layer0.attn_wo", "layer0.mlp_fc2")
FIRST_IN_A_BRANCH = ("layer0.attn_wq", "layer0.attn_wk", "layer0.attn_wv", "layer0.mlp_fc1")


def drawn_at_random(weights: model.Weights) -> bool:
    """Whether every matrix looks like random numbers around 0, and each branch receives the embeddings: matrices that
    cancel them would reduce the model to one number per vector.
    """
    if not all(_is_noise(matrix) or (name in MAY_BE_ZERO and not matrix.any()) for name, matrix in weights.items()):
        return False
    return all(
        (rows @ weights[name].T).std() >= 0.5 * rows.std() * weights[name].std() * rows.shape[1] ** 0.5
        for rows in (weights["wte"], weights["wpe"])
        for name in FIRST_IN_A_BRANCH
    )


def _is_noise(matrix: np.ndarray) -> bool:
    """Mean within five standard errors of 0, deviation 0.01 to 2, hardly a zero, and rows in many directions: over the
    singular values, (sum of s^2)^2 / sum of s^4 is 6 to 14 for numbers drawn at random, 1 where rows are multiples.
    """
    if not (0.01 <= matrix.std() <= 2 and abs(matrix.mean()) <= 5 * matrix.std() / matrix.size**0.5):
        return False
    squares = np.linalg.svd(matrix, compute_uv=False) ** 2
    return np.count_nonzero(matrix) >= 0.9 * matrix.size and squares.sum() ** 2 / (squares**2).sum() >= 4


def read_weights(matrices: object) -> model.Weights:
    """The weights as numpy arrays, after checking names, shapes and numbers. Raises CapstoneFailed with a message."""
    wanted = model.shapes(model.Sizes())
    if type(matrices) is not dict or set(matrices) != set(wanted):
        raise CapstoneFailed(f"trained.state_dict should have the matrices {', '.join(wanted)}.")
    for name, (rows, columns) in wanted.items():
        matrix = matrices[name]
        right = type(matrix) is list and len(matrix) == rows
        if not right or not all(type(row) is list and len(row) == columns for row in matrix):
            raise CapstoneFailed(f"{name} should have {rows} rows of {columns} numbers.")
        if not all(is_number(x) and abs(x) < 1e6 for row in matrix for x in row):
            raise CapstoneFailed(f"{name} contains something that is not a finite number.")
    return {name: np.array(matrices[name], dtype=np.float64) for name in wanted}
