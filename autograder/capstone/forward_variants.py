"""Forward passes with a known mistake, and their gradients: part 1's Value with arrays instead of numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.model import EPS, Sizes, Weights


class Node:
    """An array that remembers what it was computed from: parents, each with the function that gives its gradient."""

    def __init__(self, data: np.ndarray, *parents: tuple[Node, Callable[[np.ndarray], np.ndarray]]) -> None:
        self.data, self.parents, self.grad = data, parents, np.zeros_like(data)

    def __add__(self, other: Node) -> Node:
        return Node(self.data + other.data, (self, lambda grad: grad), (other, lambda grad: grad))

    def __mul__(self, other: Node) -> Node:
        return Node(
            self.data * other.data,
            (self, lambda grad: _summed(grad * other.data, self)),
            (other, lambda grad: _summed(grad * self.data, other)),
        )

    def __matmul__(self, other: Node) -> Node:
        """Multiply two stacks of matrices, or a stack and one matrix."""
        return Node(
            self.data @ other.data,
            (self, lambda grad: grad @ other.data.swapaxes(-1, -2)),
            (other, lambda grad: _summed(self.data.swapaxes(-1, -2) @ grad, other)),
        )

    def times(self, factor: float) -> Node:
        return self.each(self.data * factor, factor)

    def each(self, data: np.ndarray, slope: np.ndarray | float) -> Node:
        """Apply a function to each number. data: its values. slope: its derivatives."""
        return Node(data, (self, lambda grad: grad * slope))

    def mean(self) -> Node:
        """The mean along the last axis, which is kept."""
        return Node(
            self.data.mean(axis=-1, keepdims=True),
            (self, lambda grad: np.broadcast_to(grad / self.data.shape[-1], self.data.shape)),
        )

    def swapped(self, one: int, other: int) -> Node:
        return Node(self.data.swapaxes(one, other), (self, lambda grad: grad.swapaxes(one, other)))

    def shaped(self, *shape: int) -> Node:
        return Node(self.data.reshape(shape), (self, lambda grad: grad.reshape(self.data.shape)))

    def rows(self, places: np.ndarray) -> Node:
        def back(grad: np.ndarray) -> np.ndarray:
            gradient = np.zeros_like(self.data)
            np.add.at(gradient, places, grad)
            return gradient

        return Node(self.data[places], (self, back))

    def softmax(self) -> Node:
        exps = np.exp(self.data - self.data.max(axis=-1, keepdims=True))
        p = exps / exps.sum(axis=-1, keepdims=True)
        return Node(p, (self, lambda grad: p * (grad - (grad * p).sum(axis=-1, keepdims=True))))

    def backward(self, grad: np.ndarray) -> None:
        """Add the gradient of everything that this was computed from."""
        order, seen = [], set()

        def visit(node: Node) -> None:
            if id(node) not in seen:
                seen.add(id(node))
                for parent, _ in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = grad
        for node in reversed(order):
            for parent, back in node.parents:
                parent.grad = parent.grad + back(node.grad)


def _summed(grad: np.ndarray, node: Node) -> np.ndarray:
    """The gradient of a node that was broadcast to the shape of grad."""
    shape = node.data.shape
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    return grad.sum(axis=-1, keepdims=True) if shape[-1] == 1 else grad


def power(x: Node, exponent: float, eps: float = 0.0) -> Node:
    return x.each((x.data + eps) ** exponent, exponent * (x.data + eps) ** (exponent - 1))


def rmsnorm(x: Node, exponent: float = -0.5, eps: float = EPS, factor: float = 1.0) -> Node:
    """rmsnorm, with the mean of squares multiplied by `factor`."""
    return x * power((x * x).mean().times(factor), exponent, eps)


def layernorm(x: Node) -> Node:
    return rmsnorm(x + x.mean().times(-1.0) * Node(np.ones_like(x.data)))


def relu(x: Node) -> Node:
    return x.each(np.maximum(x.data, 0.0), x.data > 0)


def gelu(x: Node, rate: float = 2 * (2 / np.pi) ** 0.5, cubic: float = 0.044715) -> Node:
    """x times the sigmoid of rate · (x + cubic · x³): that of GPT-2, which is written with tanh there."""
    sigmoid = 1 / (1 + np.exp(-rate * (x.data + cubic * x.data**3)))
    slope = sigmoid + x.data * sigmoid * (1 - sigmoid) * rate * (1 + 3 * cubic * x.data**2)
    return x.each(x.data * sigmoid, slope)


@dataclass(frozen=True)
class ForwardVariant:
    """A forward pass: `forward` and `backward` replace those of model.py. The defaults are the right one.

    positions: whether wpe is added. norms: what gets x normalised, of embedding, attention, mlp, head; with sums, x is
    normalised after each residual. attention_onto, mlp_onto: what their output is added to: x, normed (x), nothing;
    lost: it is not used at all. side_by_side: the mlp gets x from before attention. made_by: the matrices that make
    query, key and value, x for none. scale: of the scores, by head_dim. heads: how many. past: whether a position looks
    further than at itself. joined: whether attn_wo is used. head: the matrix that makes the logits.
    """

    positions: bool = True
    norms: tuple[str, ...] = ("embedding", "attention", "mlp")
    attention_onto: str = "x"
    mlp_onto: str = "x"
    side_by_side: bool = False
    made_by: str = "qkv"
    scale: Callable[[int], float] = lambda head_dim: head_dim**-0.5
    heads: int | None = None
    past: bool = True
    joined: bool = True
    norm: Callable[[Node], Node] = rmsnorm
    activation: Callable[[Node], Node] = relu
    head: str = "lm_head"

    def forward(self, inputs: np.ndarray, weights: Weights, config: Sizes) -> tuple[np.ndarray, tuple]:
        """As model.py's: the logits (names, positions, vocab_size), and what the backward pass needs."""
        nodes = {name: Node(matrix) for name, matrix in weights.items()}
        x = nodes["wte"].rows(inputs)  # (names, positions, n_embd), as every x below
        if self.positions:
            x = x + nodes["wpe"].rows(np.broadcast_to(np.arange(inputs.shape[1]), inputs.shape))
        x = self._normed(x, "embedding")
        for layer in range(config.n_layer):
            own = {name.partition(".")[2]: node for name, node in nodes.items() if name.startswith(f"layer{layer}.")}
            before = self._normed(x, "attention")
            x, old = self._onto(self.attention_onto, x, before, self._attention(before, own, config)), x
            before = self._normed(old if self.side_by_side else x, "mlp")
            hidden = self.activation(_linear(before, own["mlp_fc1"]))  # (names, positions, 4 * n_embd)
            x = self._onto(self.mlp_onto, x, before, _linear(hidden, own["mlp_fc2"]))
        logits = _linear(self._normed(x, "head"), nodes[self.head])
        return logits.data, (nodes, logits)

    def backward(self, grad: np.ndarray, inputs: np.ndarray, weights: Weights, saved: tuple) -> Weights:
        """As model.py's: the gradient of every matrix."""
        nodes, logits = saved
        logits.backward(grad)
        return {name: node.grad for name, node in nodes.items()}

    def _normed(self, x: Node, place: str) -> Node:
        return self.norm(x) if place in self.norms else x

    def _onto(self, onto: str, x: Node, normed: Node, output: Node) -> Node:
        if onto == "lost":
            return x
        return self._normed(output if onto == "nothing" else (normed if onto == "normed" else x) + output, "sums")

    def _attention(self, x: Node, own: dict[str, Node], config: Sizes) -> Node:
        names, length, n_embd = x.data.shape
        heads = self.heads or config.n_head
        head_dim = n_embd // heads
        query, key, value = (  # each (names, heads, positions, head_dim)
            (x if made == "x" else _linear(x, own[f"attn_w{made}"]))
            .shaped(names, length, heads, head_dim)
            .swapped(1, 2)
            for made in self.made_by
        )
        seen = np.tri(length, dtype=bool) if self.past else np.eye(length, dtype=bool)
        scores = (query @ key.swapped(2, 3)).times(self.scale(head_dim))  # (names, heads, positions, positions)
        attention_weights = (scores + Node(np.broadcast_to(np.where(seen, 0.0, -1e300), scores.data.shape))).softmax()
        joined = (attention_weights @ value).swapped(1, 2).shaped(names, length, n_embd)
        return _linear(joined, own["attn_wo"]) if self.joined else joined


def _linear(x: Node, matrix: Node) -> Node:
    return x @ matrix.swapped(0, 1)
