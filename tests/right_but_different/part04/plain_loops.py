"""Loops that append, tuples for rows, shapes by name in a helper, the count matrix by matrix."""

from dataclasses import dataclass
from itertools import chain

from part01_autograd import Value


@dataclass
class Config:
    vocab_size: int = 27
    n_embd: int = 16
    n_head: int = 4
    n_layer: int = 1
    block_size: int = 16


def table(config):
    """(name, rows, columns) of every matrix, in drawing order."""
    width = config.n_embd
    yield "wte", config.vocab_size, width
    yield "wpe", config.block_size, width
    yield "lm_head", config.vocab_size, width
    for number in range(config.n_layer):
        for letter in "qkvo":
            yield f"layer{number}.attn_w{letter}", width, width
        yield f"layer{number}.mlp_fc1", width * 4, width
        yield f"layer{number}.mlp_fc2", width, width * 4


def init_state_dict(config, rng, std=0.08):
    state_dict = {}
    for name, rows, columns in table(config):
        matrix = []
        for _ in range(rows):
            row = []
            for _ in range(columns):
                row.append(Value(rng.gauss(0.0, std)))
            matrix.append(tuple(row))
        state_dict[name] = tuple(matrix)
    return state_dict


def flatten(state_dict):
    rows = chain.from_iterable(state_dict.values())
    return tuple(chain.from_iterable(rows))


def count_parameters(config):
    return sum(rows * columns for _, rows, columns in table(config))
