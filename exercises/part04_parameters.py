"""Part 4: the model's parameters, 4,192 numbers in nine matrices. Training will adjust them.

Read the lesson first. To open it: make lesson part=4, or python -m autograder lesson 4
In your instructor's folder it is the notebook part04.ipynb; on the course's web page it is next to this code.

The *state dict* maps names to matrices. Its order matters, because the numbers are drawn in that order: two people
with the same seed then start from the same model.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from part01_autograd import Value


@dataclass(frozen=True)
class Config:
    """The sizes of the model (given)."""

    vocab_size: int = 27  # characters and BOS
    n_embd: int = 16  # numbers per token: the length of the model's vectors
    n_head: int = 4  # attention heads per layer; each works on n_embd / n_head numbers
    n_layer: int = 1
    block_size: int = 16  # the most tokens that the model can read at once

    def __post_init__(self) -> None:
        for name in ("vocab_size", "n_embd", "n_head", "n_layer", "block_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, it must be at least 1.")
        if self.n_embd % self.n_head:
            raise ValueError(f"n_head = {self.n_head} does not divide n_embd = {self.n_embd}.")


def init_state_dict(config: Config, rng: random.Random, std: float = 0.08) -> dict[str, list[list[Value]]]:
    """Return the model's matrices by name, each filled with `Value(rng.gauss(0, std))`, row by row.

    Keys in this order, with shapes (rows, columns), which are (outputs, inputs):
        wte      (vocab_size, n_embd)    a row per token: its embedding
        wpe      (block_size, n_embd)    a row per position
        lm_head  (vocab_size, n_embd)    turns the last vector into one logit per token
    then for each layer i = 0, 1, …:
        layer{i}.attn_wq, layer{i}.attn_wk, layer{i}.attn_wv, layer{i}.attn_wo    (n_embd, n_embd) each
        layer{i}.mlp_fc1  (4·n_embd, n_embd)
        layer{i}.mlp_fc2  (n_embd, 4·n_embd)
    There are no biases. Finish one matrix before you start the next. Draw each number once from rng, and do not seed
    rng: a second call with the same rng must give other numbers.

    >>> state_dict = init_state_dict(Config(), random.Random(42))
    >>> len(state_dict), len(state_dict["wte"]), len(state_dict["wte"][0])
    (9, 27, 16)
    """
    # TODO 4.1 init_state_dict: about 10 lines
    raise NotImplementedError("4.1 init_state_dict")


def flatten(state_dict: dict[str, list[list[Value]]]) -> list[Value]:
    """Return all parameters in one list: matrix by matrix in the dict's order, row by row.

    It must work for any dict of matrices, with any names and sizes. Return the same Value objects, not copies: the
    optimiser will change them in place.

    >>> [value.data for value in flatten({"one": [[Value(1.0), Value(2.0)]], "two": [[Value(3.0)], [Value(4.0)]]})]
    [1.0, 2.0, 3.0, 4.0]
    """
    # TODO 4.2 flatten: about 1 line
    raise NotImplementedError("4.2 flatten")


def count_parameters(config: Config) -> int:
    """Return how many parameters a model of these sizes has. Compute it from the sizes, without making a matrix.

    >>> count_parameters(Config())
    4192
    """
    # TODO 4.3 count_parameters: about 3 lines
    raise NotImplementedError("4.3 count_parameters")
