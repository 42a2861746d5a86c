"""Weights that a run reports, and the start that it claims: whether they look like numbers drawn at random."""

from __future__ import annotations

import numpy as np

from autograder import model
from autograder.capstone.run_result import CapstoneFailed, check_matrices
from autograder.capstone.training_variants import TrainingStart


def read_weights(matrices: object) -> model.Weights:
    """The weights as numpy arrays, after checking names, shapes and numbers. Raises CapstoneFailed with a message."""
    checked = check_matrices(matrices, model.shapes(model.Sizes()))
    return {name: np.array(matrix, dtype=np.float64) for name, matrix in checked.items()}


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
