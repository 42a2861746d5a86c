"""The model of parts 5 and 10 on plain numbers, written a second time and on its own: it imports nothing of the
reference. All of it also works on complex numbers, which gives exact slopes: see `slopes`.
"""

from __future__ import annotations

import cmath
import functools
import math
import operator
import random
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.grading.checks import Draw

STEP = 1e-30  # of a complex step: so small that only the slope is left, and nothing is subtracted, so nothing cancels


def draw_weights(sizes: dict[str, int], seed: int, std: float = 0.5) -> dict[str, list[list[float]]]:
    """The numbers of init_state_dict(Config(**sizes), random.Random(seed), std), in lists that may be changed."""
    drawn = _drawn(tuple(sizes.items()), seed, std)
    return {name: [list(row) for row in rows] for name, rows in drawn.items()}


@functools.lru_cache(maxsize=8)
def _drawn(sizes_as_items: tuple[tuple[str, int], ...], seed: int, std: float) -> dict[str, list[list[float]]]:
    """A check draws the same numbers twice: when it looks for a telling seed, and for what it expects."""
    sizes = dict(sizes_as_items)
    rng, n = random.Random(seed), sizes["n_embd"]
    shapes = [("wte", sizes["vocab_size"], n), ("wpe", sizes["block_size"], n), ("lm_head", sizes["vocab_size"], n)]
    for layer in range(sizes["n_layer"]):
        shapes += [(f"layer{layer}.attn_w{letter}", n, n) for letter in "qkvo"]
        shapes += [(f"layer{layer}.mlp_fc1", 4 * n, n), (f"layer{layer}.mlp_fc2", n, 4 * n)]
    return {name: [[rng.gauss(0, std) for _ in range(columns)] for _ in range(rows)] for name, rows, columns in shapes}


def multiply(matrix: list[list[float]], vector: list[float]) -> list[float]:
    """(outputs, inputs) times (inputs): (outputs)."""
    return [sum(map(operator.mul, row, vector)) for row in matrix]


def rmsnorm(vector: list[float]) -> list[float]:
    root = (sum(number * number for number in vector) / len(vector) + 1e-5) ** 0.5
    return [number / root for number in vector]


def softmax(logits: list[float]) -> list[float]:
    largest = max(logit.real for logit in logits)
    exp = cmath.exp if any(isinstance(logit, complex) for logit in logits) else math.exp
    exps = [exp(logit - largest) for logit in logits]
    total = sum(exps)
    return [e / total for e in exps]


def attend(query: list[float], keys: list[list[float]], values: list[list[float]]) -> tuple[list[float], list[float]]:
    """One head: its output (head_dim) and its weight for each position (positions)."""
    attention_weights = softmax([score / math.sqrt(len(query)) for score in multiply(keys, query)])
    columns = [list(column) for column in zip(*values)]  # (head_dim, positions)
    return multiply(columns, attention_weights), attention_weights


def attention(x: list[float], layer: int, keys: list, values: list, weights: dict, sizes: dict) -> tuple:
    """All heads of a layer, as multi_head_attention: output (n_embd), attention weights (n_head, positions), and the
    caches afterwards, which are new lists: the arguments stay as they are.
    """
    query, key, value = (multiply(weights[f"layer{layer}.attn_w{letter}"], x) for letter in "qkv")
    keys = [cache + [key] if i == layer else cache for i, cache in enumerate(keys)]  # (n_layer, positions, n_embd)
    values = [cache + [value] if i == layer else cache for i, cache in enumerate(values)]
    head_dim = sizes["n_embd"] // sizes["n_head"]
    joined, attention_weights = [], []  # (n_embd), (n_head, positions)
    for head in range(sizes["n_head"]):
        first, last = head * head_dim, (head + 1) * head_dim
        head_keys, head_values = ([vector[first:last] for vector in cache[layer]] for cache in (keys, values))
        output, head_weights = attend(query[first:last], head_keys, head_values)
        joined += output
        attention_weights.append(head_weights)
    return multiply(weights[f"layer{layer}.attn_wo"], joined), attention_weights, keys, values


def draw_mlp(draw: Draw, sizes: dict[str, int], layer: int, reach: float = 2.0) -> tuple[list[float], int]:
    """x for the mlp of a layer, and a seed of weights with which the ReLU lets some numbers through and stops others,
    and an output is negative: else zeros, or code without a ReLU or with two, would be right for some seeds.
    """
    while True:
        x, seed = draw.numbers(sizes["n_embd"], -reach, reach), draw.randrange(1000)
        weights = draw_weights(sizes, seed)
        hidden = multiply(weights[f"layer{layer}.mlp_fc1"], x)
        if min(hidden) < -0.1 and max(hidden) > 0.1 and min(mlp(x, layer, weights)) < -0.1:
            return x, seed


def mlp(x: list[float], layer: int, weights: dict) -> list[float]:
    hidden = [h if h.real > 0 else 0.0 for h in multiply(weights[f"layer{layer}.mlp_fc1"], x)]  # (4·n_embd)
    return multiply(weights[f"layer{layer}.mlp_fc2"], hidden)


def caches(sizes: dict) -> tuple[list, list]:
    """Empty keys and values, one list per layer."""
    return [[] for _ in range(sizes["n_layer"])], [[] for _ in range(sizes["n_layer"])]


def gpt(token: int, position: int, keys: list, values: list, weights: dict, sizes: dict) -> tuple:
    """Read one token: the logits (vocab_size), the attention weights (n_layer, n_head, positions), and the caches
    afterwards (new lists).
    """
    residual = rmsnorm([sum(pair) for pair in zip(weights["wte"][token], weights["wpe"][position])])  # (n_embd)
    attention_weights = []
    for layer in range(sizes["n_layer"]):
        output, layer_weights, keys, values = attention(rmsnorm(residual), layer, keys, values, weights, sizes)
        attention_weights.append(layer_weights)
        residual = [sum(pair) for pair in zip(residual, output)]
        residual = [sum(pair) for pair in zip(residual, mlp(rmsnorm(residual), layer, weights))]
    return multiply(weights["lm_head"], residual), attention_weights, keys, values


def read(tokens: list[int], weights: dict, sizes: dict, first_position: int = 0) -> tuple[list, list]:
    """Read tokens one after the other: the logits (tokens, vocab_size) and [token][layer][head] attention weights."""
    keys, values = caches(sizes)
    logits, attention_weights = [], []
    for position, token in enumerate(tokens, first_position):
        token_logits, token_weights, keys, values = gpt(token, position, keys, values, weights, sizes)
        logits.append(token_logits)
        attention_weights.append(token_weights)
    return logits, attention_weights


def draw_model(draw: Draw, sizes: dict[str, int], tokens: list[int], first_position: int = 0) -> int:
    """A seed of weights with which the mlp of every layer counts: where its ReLU stops everything, code that leaves
    that mlp out would be right.
    """
    while True:
        seed = draw.randrange(1000)
        weights = draw_weights(sizes, seed)
        logits, _ = read(tokens, weights, sizes, first_position)
        names = [f"layer{layer}.mlp_fc2" for layer in range(sizes["n_layer"])]
        without = [{**weights, name: [[0.0] * len(row) for row in weights[name]]} for name in names]
        if all(abs(read(tokens, other, sizes, first_position)[0][-1][0] - logits[-1][0]) > 1e-3 for other in without):
            return seed


def caches_after(tokens: list[int], weights: dict, sizes: dict) -> dict[str, list]:
    """Keys and values of every layer after the tokens."""
    keys, values = caches(sizes)
    for position, token in enumerate(tokens):
        _, _, keys, values = gpt(token, position, keys, values, weights, sizes)
    return {"keys": keys, "values": values}


def loss_per_token(tokens: list[int], weights: dict, sizes: dict) -> float:
    """Nats per predicted token, at most block_size of them."""
    count = min(sizes["block_size"], len(tokens) - 1)
    logits, _ = read(tokens[:count], weights, sizes)
    return sum(-math.log(softmax(row)[target]) for row, target in zip(logits, tokens[1:])) / count


def weighted(coefficients: list, numbers: list) -> float:
    """The sum of all numbers times their coefficients, both nested alike."""
    if isinstance(numbers, list):
        return sum(map(weighted, coefficients, numbers))
    return coefficients * numbers


def slopes(function: Callable[[], float], numbers: list) -> list:
    """The slope of function() along each of the numbers (nested lists), which function reads from that very list.

    A step along the imaginary axis: f(x + ih) = f(x) + ih f'(x) to the last digit.
    """
    gradient = []
    for i, number in enumerate(numbers):
        if isinstance(number, list):
            gradient.append(slopes(function, number))
            continue
        numbers[i] = number + STEP * 1j
        gradient.append(function().imag / STEP)
        numbers[i] = number
    return gradient
