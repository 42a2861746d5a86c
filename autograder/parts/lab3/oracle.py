"""The scalar model on plain numbers, as lab 3 is compared with it: part 5's oracle, and the grader's numpy model for
gradients and training. Tests compare both with the reference's scalar parts.
"""

from __future__ import annotations

import random
from itertools import islice

from autograder import model
from autograder.parts.part05 import oracle as part5


def attention(x: list[list[float]], layer: int, sizes: dict[str, int], seed: int) -> list[list[float]]:
    """Part 5's multi_head_attention, position by position."""
    weights, (keys, values) = part5.draw_weights(sizes, seed), part5.caches(sizes)
    rows = []
    for row in x:
        output, _, keys, values = part5.attention(row, layer, keys, values, weights, sizes)
        rows.append(output)
    return rows


def loss_and_gradients(tokens: list[int], sizes: dict[str, int], seed: int) -> tuple[float, dict[str, list[float]]]:
    """Part 7's sequence_loss, and the first row of each gradient."""
    config = model.Sizes(**sizes)
    loss, gradients = model.loss_and_gradient([tokens], drawn(sizes, seed), config)
    return loss, {name: gradients[name][0].tolist() for name in model.shapes(config)}


def train(
    names: list[list[int]], sizes: dict[str, int], seed: int, steps: int, lr: float = 0.01
) -> tuple[list[float], dict[str, list[float]]]:
    """The losses of parts 6 and 7, and the first row of each matrix afterwards."""
    config, adam = model.Sizes(**sizes), model.AdamState()

    def update(step: int, weights: model.Weights, gradients: model.Weights) -> model.Weights:
        model.adam_step(weights, gradients, adam, lr * (1 - step / steps))
        return weights

    batches = ([names[step % len(names)]] for step in range(steps))
    losses, weights = [], drawn(sizes, seed)
    for step in islice(model.train(weights, batches, config, update), steps):
        losses.append(step.loss)
        weights = step.weights
    return losses, {name: weights[name][0].tolist() for name in model.shapes(config)}


def drawn(sizes: dict[str, int], seed: int) -> model.Weights:
    """The weights that the probes draw."""
    return model.draw_weights(model.Sizes(**sizes), random.Random(seed), std=0.5)
