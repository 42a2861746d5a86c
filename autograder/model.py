"""The grader's own microgpt in numpy: forward, backward, Adam, training and sampling.

It shares no arithmetic with solutions/, so that each of the two shows the other's mistakes. Weights are float64
matrices under the state dict's keys, outputs × inputs. A config is anything with the fields of `Sizes`, part 4's too.
A name is a list of tokens, [bos, ..., bos]. Shapes: B names, T positions, n = n_embd, d = n_embd / n_head.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

Weights = dict[str, np.ndarray]
EPS = 1e-5  # of rmsnorm


@dataclass(frozen=True)
class Sizes:
    """The sizes of the model."""

    vocab_size: int = 27
    n_embd: int = 16
    n_head: int = 4
    n_layer: int = 1
    block_size: int = 16


def shapes(config: Sizes) -> dict[str, tuple[int, int]]:
    """Rows and columns of every matrix, in drawing order."""
    n = config.n_embd
    found = {"wte": (config.vocab_size, n), "wpe": (config.block_size, n), "lm_head": (config.vocab_size, n)}
    for layer in range(config.n_layer):
        sizes = {"attn_wq": (n, n), "attn_wk": (n, n), "attn_wv": (n, n), "attn_wo": (n, n)}
        sizes |= {"mlp_fc1": (4 * n, n), "mlp_fc2": (n, 4 * n)}
        found |= {f"layer{layer}.{name}": size for name, size in sizes.items()}
    return found


def draw_weights(config: Sizes, rng: random.Random, std: float = 0.08) -> Weights:
    """Part 4's `init_state_dict`: the same draws in the same order."""
    return {name: np.array([[rng.gauss(0, std) for _ in range(c)] for _ in range(r)])
            for name, (r, c) in shapes(config).items()}  # fmt: skip


def encode(doc: str, chars: Sequence[str]) -> list[int]:
    """Part 2's `Tokenizer.encode`. chars: the sorted characters; BOS is the number after the last of them."""
    return [len(chars), *map(list(chars).index, doc), len(chars)]


def _softmax(x: np.ndarray) -> np.ndarray:
    exps = np.exp(x - x.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def _rmsnorm(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scale = (np.einsum("...i,...i->...", x, x) / x.shape[-1] + EPS)[..., None] ** -0.5
    return x * scale, scale


def _rmsnorm_backward(grad: np.ndarray, normed: np.ndarray, scale: np.ndarray) -> np.ndarray:
    along = np.einsum("...i,...i->...", grad, normed)[..., None] / normed.shape[-1]
    return scale * (grad - normed * along)


def _relu(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What becomes of x, and the slope there."""
    return np.maximum(x, 0.0), x > 0


def _forward(inputs: np.ndarray, weights: Weights, config: Sizes) -> tuple[np.ndarray, list[tuple]]:
    """inputs: B × T. Return the logits, B × T × vocab_size, and what each stage leaves for the backward pass."""
    names, length = inputs.shape
    future = np.triu(np.full((length, length), -np.inf), 1)
    by_head = (names, length, config.n_head, config.n_embd // config.n_head)
    x, scale = _rmsnorm(weights["wte"][inputs] + weights["wpe"][:length])
    saved = [(x, scale)]
    for layer in range(config.n_layer):
        wq, wk, wv, wo, fc1, fc2 = _layer(weights, layer)
        normed, scale = _rmsnorm(x)
        q, k, v = ((normed @ w.T).reshape(by_head).swapaxes(1, 2) for w in (wq, wk, wv))  # B × heads × T × d
        attention = _softmax(q @ k.swapaxes(2, 3) * by_head[-1] ** -0.5 + future)  # B × heads × T × T
        joined = (attention @ v).swapaxes(1, 2).reshape(names, length, config.n_embd)
        x = x + joined @ wo.T
        middle, middle_scale = _rmsnorm(x)
        hidden, slope = _relu(middle @ fc1.T)  # B × T × 4n
        x = x + hidden @ fc2.T
        saved.append((normed, scale, q, k, v, attention, joined, middle, middle_scale, hidden, slope))
    saved.append((x,))
    return x @ weights["lm_head"].T, saved


def _layer(weights: Weights, layer: int) -> list[np.ndarray]:
    return [
        weights[f"layer{layer}.{name}"] for name in ("attn_wq", "attn_wk", "attn_wv", "attn_wo", "mlp_fc1", "mlp_fc2")
    ]


def _backward(grad: np.ndarray, inputs: np.ndarray, weights: Weights, saved: list[tuple]) -> Weights:
    """grad: slopes along the logits. `_forward` from its end to its beginning: the gradient of every matrix."""
    found = {}

    def linear(name: str, grad: np.ndarray, x: np.ndarray) -> np.ndarray:
        found[name] = grad.reshape(-1, grad.shape[-1]).T @ x.reshape(-1, x.shape[-1])
        return grad @ weights[name]

    grad = linear("lm_head", grad, saved[-1][0])
    for layer in reversed(range(len(saved) - 2)):
        normed, scale, q, k, v, attention, joined, middle, middle_scale, hidden, slope = saved[layer + 1]
        branch = linear(f"layer{layer}.mlp_fc2", grad, hidden) * slope
        grad = grad + _rmsnorm_backward(linear(f"layer{layer}.mlp_fc1", branch, middle), middle, middle_scale)
        branch = linear(f"layer{layer}.attn_wo", grad, joined)
        branch = branch.reshape(*grad.shape[:2], q.shape[1], q.shape[3]).swapaxes(1, 2)
        shares = branch @ v.swapaxes(2, 3)
        scores = attention * (shares - (attention * shares).sum(axis=-1, keepdims=True)) * q.shape[3] ** -0.5
        parts = {"q": scores @ k, "k": scores.swapaxes(2, 3) @ q, "v": attention.swapaxes(2, 3) @ branch}
        parts = {name: part.swapaxes(1, 2).reshape(grad.shape) for name, part in parts.items()}
        branch = sum(linear(f"layer{layer}.attn_w{name}", part, normed) for name, part in parts.items())
        grad = grad + _rmsnorm_backward(branch, normed, scale)
    grad = _rmsnorm_backward(grad, *saved[0])
    found["wte"], found["wpe"] = np.zeros_like(weights["wte"]), np.zeros_like(weights["wpe"])
    np.add.at(found["wte"], inputs, grad)
    found["wpe"][: inputs.shape[1]] = grad.sum(axis=0)
    return {name: found[name] for name in weights}


def _padded(batch: Sequence[Sequence[int]], block_size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, targets and which positions count, each B × T. No position looks ahead, so padding disturbs nothing."""
    counts = [min(block_size, len(tokens) - 1) for tokens in batch]
    inputs, targets = np.zeros((2, len(batch), max(counts)), dtype=int)
    for row, (tokens, count) in enumerate(zip(batch, counts)):
        inputs[row, :count], targets[row, :count] = tokens[:count], tokens[1 : count + 1]
    return inputs, targets, np.arange(max(counts)) < np.array(counts)[:, None]


class Passes(NamedTuple):
    """How a model computes: `_forward` and `_backward`, or others with the same arguments."""

    forward: Callable
    backward: Callable


RIGHT = Passes(_forward, _backward)


def logits(tokens: Sequence[int], weights: Weights, config: Sizes, passes: Passes = RIGHT) -> np.ndarray:
    """The logits after each of the tokens: T × vocab_size."""
    return passes.forward(np.array([tokens]), weights, config)[0][0]


def attention(tokens: Sequence[int], weights: Weights, config: Sizes) -> np.ndarray:
    """The attention weights: n_layer × n_head × T × T. Row t ends with T - t - 1 zeros."""
    return np.array([stage[5][0] for stage in _forward(np.array([tokens]), weights, config)[1][1:-1]])


def _surprise(found: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-log P of each target, B × T, and all probabilities, B × T × vocab_size."""
    shifted = found - found.max(axis=-1, keepdims=True)
    exps = np.exp(shifted)
    total = exps.sum(axis=-1, keepdims=True)
    return (np.log(total) - np.take_along_axis(shifted, targets[..., None], axis=-1))[..., 0], exps / total


def nats(batch: Sequence[Sequence[int]], weights: Weights, config: Sizes, passes: Passes = RIGHT) -> tuple[float, int]:
    """The sum of -log P over all predictions of all names, and how many there are."""
    inputs, targets, counted = _padded(batch, config.block_size)
    surprise, _ = _surprise(passes.forward(inputs, weights, config)[0], targets)
    return float(surprise[counted].sum()), int(counted.sum())


def loss_and_gradient(
    batch: Sequence[Sequence[int]], weights: Weights, config: Sizes, passes: Passes = RIGHT
) -> tuple[float, Weights]:
    """The mean of -log P over all predictions of all names (of one name: part 7's loss), and its gradient."""
    inputs, targets, counted = _padded(batch, config.block_size)
    found, saved = passes.forward(inputs, weights, config)
    surprise, grad = _surprise(found, targets)
    rows, columns = np.indices(targets.shape)
    grad[rows, columns, targets] -= 1.0  # the slope of -log softmax: the probabilities, less 1 at the target
    share = counted / counted.sum()
    return float((surprise * share).sum()), passes.backward(grad * share[..., None], inputs, weights, saved)


@dataclass
class Memory:
    """What Adam remembers: the steps taken, and the running means of all gradients and of their squares in one row."""

    steps: int = 0
    m: np.ndarray | float = 0.0
    v: np.ndarray | float = 0.0


def adam_step(weights: Weights, gradients: Weights, memory: Memory, lr: float) -> None:
    """Part 6's Adam with its defaults: moves the weights in place."""
    beta1, beta2, eps = 0.85, 0.99, 1e-8
    grad = np.concatenate([gradients[name].ravel() for name in weights])
    memory.steps += 1
    memory.m = beta1 * memory.m + (1 - beta1) * grad
    memory.v = beta2 * memory.v + (1 - beta2) * grad**2
    m_hat, v_hat = memory.m / (1 - beta1**memory.steps), memory.v / (1 - beta2**memory.steps)
    move(weights, lr * m_hat / (np.sqrt(v_hat) + eps))


def move(weights: Weights, moves: np.ndarray) -> None:
    """Take the moves of all matrices, in one row, away from the weights, in place."""
    start = 0
    for matrix in weights.values():
        matrix -= moves[start : start + matrix.size].reshape(matrix.shape)
        start += matrix.size


class Replayed(NamedTuple):
    """What a replayed training leaves behind: part 7's Trained, and the shuffled docs."""

    chars: list[str]
    config: Sizes
    weights: Weights
    losses: list[float]
    docs: list[str]


def replay(
    docs: Sequence[str],
    num_steps: int,
    seed: int = 42,
    config: Sizes | None = None,
    rng: random.Random | None = None,
    stop: int | None = None,
    on_step: Callable[[int, float, Weights], None] | None = None,
) -> Replayed:
    """Part 7's `train`. stop: end after so many of the num_steps. on_step gets the weights themselves: copy to keep."""
    rng = random.Random(seed) if rng is None else rng
    docs = list(docs)
    rng.shuffle(docs)
    chars = sorted(set("".join(docs)))
    config = Sizes(vocab_size=len(chars) + 1) if config is None else config
    weights, memory, losses = draw_weights(config, rng), Memory(), []
    for step in range(num_steps if stop is None else min(stop, num_steps)):
        loss, gradients = loss_and_gradient([encode(docs[step % len(docs)], chars)], weights, config)
        adam_step(weights, gradients, memory, 0.01 * (1 - step / num_steps))
        losses.append(loss)
        if on_step is not None:
            on_step(step, loss, weights)
    return Replayed(chars, config, weights, losses, docs)


def held_out_loss(
    docs: Iterable[str], weights: Weights, config: Sizes, chars: Sequence[str], passes: Passes = RIGHT
) -> float:
    """Part 7's `held_out_loss`: all nats by all predicted tokens. Names of like length go together: little padding."""
    batch = sorted((encode(doc, chars) for doc in docs), key=len)
    sums = [nats(batch[start : start + 64], weights, config, passes) for start in range(0, len(batch), 64)]
    return sum(found for found, _ in sums) / sum(count for _, count in sums)


def next_probabilities(
    tokens: Sequence[int], weights: Weights, config: Sizes, temperature: float, passes: Passes = RIGHT
) -> list[float]:
    """Part 8's `temperature_softmax` of the logits after the last token."""
    return _softmax(logits(tokens, weights, config, passes)[-1] / temperature).tolist()


def sample_many(
    weights: Weights,
    config: Sizes,
    chars: Sequence[str],
    count: int,
    temperature: float,
    rng: random.Random,
    passes: Passes = RIGHT,
) -> list[str]:
    """Part 8's `sample_many`, drawn with `rng.choices` token by token."""
    known: dict[tuple[int, ...], list[float]] = {}  # probabilities after tokens: many names begin alike

    def probabilities(tokens: list[int]) -> list[float]:
        key = tuple(tokens)
        if key not in known:
            known[key] = next_probabilities(tokens, weights, config, temperature, passes)
        return known[key]

    return [_sample(probabilities, config, chars, rng) for _ in range(count)]


def _sample(
    probabilities: Callable[[list[int]], list[float]], config: Sizes, chars: Sequence[str], rng: random.Random
) -> str:
    bos = len(chars)
    tokens = [bos]
    while len(tokens) <= config.block_size:
        tokens += rng.choices(range(config.vocab_size), weights=probabilities(tokens))
        if tokens[-1] == bos:
            break
    return "".join(chars[token] for token in tokens if token != bos)
