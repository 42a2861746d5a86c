"""All numbers drawn first, in one stream, scaled, and cut into rows afterwards; floats for counts."""

import math
from collections import OrderedDict
from typing import NamedTuple

from part01_autograd import Value


class Config(NamedTuple):
    vocab_size: int = 27
    n_embd: int = 16
    n_head: int = 4
    n_layer: int = 1
    block_size: int = 16


def count_parameters(config):
    n = config.n_embd
    return float(n * (config.vocab_size + config.block_size + config.vocab_size + config.n_layer * n * 12))


def init_state_dict(config, rng, std=0.08):
    stream = [rng.gauss(0, 1) * std for _ in range(int(count_parameters(config)))]
    n, position, state_dict = config.n_embd, 0, OrderedDict()

    def cut(name, rows, columns):
        nonlocal position
        state_dict[name] = []
        for _ in range(rows):
            state_dict[name].append([Value(number) for number in stream[position : position + columns]])
            position += columns

    cut("wte", config.vocab_size, n)
    cut("wpe", config.block_size, n)
    cut("lm_head", config.vocab_size, n)
    for prefix in [f"layer{i}." for i in range(config.n_layer)]:
        for name in ["attn_wq", "attn_wk", "attn_wv", "attn_wo"]:
            cut(prefix + name, n, n)
        cut(prefix + "mlp_fc1", 4 * n, n)
        cut(prefix + "mlp_fc2", n, 4 * n)
    assert math.isclose(position, count_parameters(config))
    return state_dict


def flatten(state_dict):
    flat = []
    for name in state_dict:
        for row in state_dict[name]:
            flat.extend(row)
    return flat
