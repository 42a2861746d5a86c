"""The model of lab 1 on plain numbers, written on its own. It also works on complex numbers, which gives exact slopes:
see part 5's oracle, whose attention it uses.
"""

from __future__ import annotations

import cmath
import math
import random

from autograder.parts.part05 import oracle as part5


def layernorm(x: list[float], gain: list[float], bias: list[float], eps: float = 1e-5) -> list[float]:
    mean = sum(x) / len(x)
    variance = sum(number * number for number in x) / len(x) - mean * mean
    return [g * (number - mean) / (variance + eps) ** 0.5 + b for number, g, b in zip(x, gain, bias)]


def gelu(x: float) -> float:
    """With tanh, which has no trouble with large numbers."""
    tanh = cmath.tanh if isinstance(x, complex) else math.tanh
    return 0.5 * x * (1 + tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


def norms(sizes: dict[str, int]) -> list[str]:
    """The names of all norms, in order."""
    return [f"layer{i}.{name}" for i in range(sizes["n_layer"]) for name in ("ln1", "ln2")] + ["ln_f"]


def weights(sizes: dict[str, int], seed: int) -> dict[str, list[list[float]]]:
    """The numbers of the model that the probes make."""
    drawn, rng = part5.draw_weights(sizes, seed), random.Random(seed + 1)
    for name in norms(sizes):
        gains = [rng.uniform(0.5, 1.5) for _ in range(sizes["n_embd"])]
        drawn[name] = [gains, [rng.gauss(0, 0.5) for _ in range(sizes["n_embd"])]]
    return drawn


def read(tokens: list[int], model: dict, sizes: dict) -> list[list[float]]:
    """The logits (tokens, vocab_size) after each of the tokens."""
    keys, values = part5.caches(sizes)
    rows = []
    for position, token in enumerate(tokens):
        x = [sum(pair) for pair in zip(model["wte"][token], model["wpe"][position])]
        for layer in range(sizes["n_layer"]):
            normed = layernorm(x, *model[f"layer{layer}.ln1"])
            update, _, keys, values = part5.attention(normed, layer, keys, values, model, sizes)
            x = [sum(pair) for pair in zip(x, update)]
            hidden = part5.multiply(model[f"layer{layer}.mlp_fc1"], layernorm(x, *model[f"layer{layer}.ln2"]))
            update = part5.multiply(model[f"layer{layer}.mlp_fc2"], [gelu(h) for h in hidden])
            x = [sum(pair) for pair in zip(x, update)]
        rows.append(part5.multiply(model["lm_head"], layernorm(x, *model["ln_f"])))
    return rows
