"""The grader's model with another norm or activation: functions of `autograder.model` are replaced temporarily.

A norm returns the normalised vectors and the factor by which each was scaled, and its backward function gets these. An
activation returns its values and derivatives. As in the course, they have no parameters: LayerNorm has no gain and
bias, so that every variant has the same 4,192 parameters. A test compares their gradients with finite differences.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from unittest import mock

import numpy as np

from autograder import model


def layernorm(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Subtract the mean, then divide by the root of the mean square. Ba, Kiros, Hinton 2016: arXiv 1607.06450."""
    centred = x - x.mean(axis=-1, keepdims=True)
    scale = ((centred**2).mean(axis=-1, keepdims=True) + model.EPS) ** -0.5
    return centred * scale, scale


def layernorm_backward(grad: np.ndarray, normed: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """As rmsnorm's, without the component along the mean: adding a constant to all numbers changes nothing."""
    along = (grad * normed).mean(axis=-1, keepdims=True)
    return scale * (grad - grad.mean(axis=-1, keepdims=True) - normed * along)


def gelu(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x times a smooth step, by the usual formula with tanh. Hendrycks, Gimpel 2016: arXiv 1606.08415."""
    factor = np.sqrt(2 / np.pi)
    t = np.tanh(factor * (x + 0.044715 * x**3))
    inner = factor * (1 + 3 * 0.044715 * x**2)  # the derivative of the argument of tanh
    return 0.5 * x * (1 + t), 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * inner


def squared_relu(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The square of ReLU. So and others 2021: arXiv 2109.08668."""
    positive = np.maximum(x, 0.0)
    return positive**2, 2 * positive


NORMS = {"RMSNorm": {}, "LayerNorm": {"_rmsnorm": layernorm, "_rmsnorm_backward": layernorm_backward}}
ACTIVATIONS = {"ReLU": {}, "GELU": {"_relu": gelu}, "squared ReLU": {"_relu": squared_relu}}


@contextlib.contextmanager
def variant(norm: str, activation: str) -> Iterator[None]:
    """Inside this context, autograder.model uses this norm and this activation."""
    with contextlib.ExitStack() as stack:
        for name, function in {**NORMS[norm], **ACTIVATIONS[activation]}.items():
            stack.enter_context(mock.patch.object(model, name, function))
        yield
