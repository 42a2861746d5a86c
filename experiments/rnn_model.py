"""A recurrent network (RNN) that reads the same names as the GPT: in numpy for training, and with `Value`s for timing.

Elman's simple network, 1990. Its memory is one vector h, which starts at 0:
    h_t = tanh(row of rnn_in for token t + rnn_h · h_(t-1)),    logits_t = rnn_out · h_t
As in the course's GPT, there are no biases, and each matrix is outputs × inputs. It has 2·vocab_size·hidden + hidden²
parameters, 4,171 with 43 hidden numbers. A test compares its gradients with finite differences.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from autograder import model

HIDDEN = 43  # the largest with at most the GPT's 4,192 parameters


def shapes(vocab_size: int = 27, hidden: int = HIDDEN) -> dict[str, tuple[int, int]]:
    """Rows and columns of each matrix."""
    return {"rnn_in": (vocab_size, hidden), "rnn_h": (hidden, hidden), "rnn_out": (vocab_size, hidden)}


def draw_weights(rng: random.Random, vocab_size: int = 27, std: float = 0.08) -> model.Weights:
    """Normal random numbers, drawn as part 4 draws those of the GPT."""
    return {name: np.array([[rng.gauss(0, std) for _ in range(columns)] for _ in range(rows)])
            for name, (rows, columns) in shapes(vocab_size).items()}  # fmt: skip


def forward(inputs: np.ndarray, weights: model.Weights, config=None) -> tuple[np.ndarray, np.ndarray]:
    """Return the logits (names, positions, vocab_size) after each of the inputs (names, positions), and all h
    (positions + 1, names, hidden), the first 0. config: not used; `model` passes it.
    """
    names, positions = inputs.shape
    h = np.zeros((positions + 1, names, weights["rnn_h"].shape[0]))
    for t in range(positions):  # one after the other: each h needs the one before
        h[t + 1] = np.tanh(weights["rnn_in"][inputs[:, t]] + h[t] @ weights["rnn_h"].T)
    return (h[1:] @ weights["rnn_out"].T).swapaxes(0, 1), h


class Gradients(NamedTuple):
    """weights: a matrix for each matrix. inputs (positions, names, hidden): of the row that was read at each place."""

    weights: model.Weights
    inputs: np.ndarray


def gradients(d_logits: np.ndarray, inputs: np.ndarray, weights: model.Weights, h: np.ndarray) -> Gradients:
    """Backpropagation through time."""
    d_logits = d_logits.swapaxes(0, 1)  # (positions, names, vocab_size)
    d_h = d_logits @ weights["rnn_out"]  # (positions, names, hidden)
    d_inputs = np.zeros_like(d_h)
    later = np.zeros_like(d_h[0])  # (names, hidden)
    for t in reversed(range(len(d_h))):
        d_inputs[t] = (d_h[t] + later) * (1 - h[t + 1] ** 2)
        later = d_inputs[t] @ weights["rnn_h"]
    d_rows = np.zeros_like(weights["rnn_in"])
    np.add.at(d_rows, inputs.T, d_inputs)
    d_matrices = {
        "rnn_in": d_rows,
        "rnn_h": np.einsum("tni,tnj->ij", d_inputs, h[:-1]),
        "rnn_out": np.einsum("tnv,tnh->vh", d_logits, h[1:]),
    }
    return Gradients(d_matrices, d_inputs)


def backward(d_logits: np.ndarray, inputs: np.ndarray, weights: model.Weights, h: np.ndarray) -> model.Weights:
    """The gradient of every matrix, as `model` calls it."""
    return gradients(d_logits, inputs, weights, h).weights


PASSES = model.Passes(forward, backward)


def train(
    docs: Sequence[str], seed: int, steps: int, names_per_step: int = 1, *, lr: float = 0.01
) -> tuple[model.Weights, list[str]]:
    """Train with the recipe of the course: shuffled names, Adam, a rate that falls to 0. Returns the weights and
    the characters.
    """
    rng, docs = random.Random(seed), list(docs)
    rng.shuffle(docs)
    chars = sorted(set("".join(docs)))
    weights, adam = draw_weights(rng, len(chars) + 1), model.AdamState()

    def loss_and_gradient(batch, weights, config):
        return model.loss_and_gradient(batch, weights, config, PASSES)

    def update(step: int, weights: model.Weights, gradients: model.Weights) -> model.Weights:
        model.adam_step(weights, gradients, adam, lr * (1 - step / steps))
        return weights

    names = model.batches(docs, chars, [names_per_step] * steps)
    for _step in model.train(weights, names, model.Sizes(), update, loss_function=loss_and_gradient):
        pass  # update changes the weights in place
    return weights, chars


def scalar_loss(tokens: Sequence[int], matrices: dict[str, list[list]]):
    """The mean loss of one name as a `Value`, computed from the reference's `Value`, `linear` and `softmax`."""
    from part01_autograd import Value
    from part03_layers import linear, softmax

    h = [Value(0.0) for _ in matrices["rnn_h"]]
    losses = []
    for token, following in zip(tokens, tokens[1:]):
        sums = [row + old for row, old in zip(matrices["rnn_in"][token], linear(h, matrices["rnn_h"]))]
        h = [1 - 2 / ((2 * number).exp() + 1) for number in sums]  # tanh
        losses.append(-softmax(linear(h, matrices["rnn_out"]))[following].log())
    return sum(losses) * (1 / len(losses))
