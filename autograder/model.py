"""The grader's own microgpt in numpy: forward, backward, Adam, training and sampling.

It shares no code for arithmetic with solutions/, so that each of the two reveals the other's mistakes. Weights are
float64 matrices under the state dict's keys, outputs × inputs. A config is anything with the fields of `Sizes`, part
4's too. A name is a list of tokens, [bos, ..., bos].

Shape comments use: names (in the batch), positions, n_embd, n_head, head_dim = n_embd / n_head, vocab_size.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, repeat
from typing import NamedTuple

import numpy as np

Weights = dict[str, np.ndarray]  # also the gradients: a matrix for each matrix
Batch = Sequence[Sequence[int]]  # the tokens of each name
EPS = 1e-5  # for rmsnorm


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
    shape_of = {"wte": (config.vocab_size, n), "wpe": (config.block_size, n), "lm_head": (config.vocab_size, n)}
    for layer in range(config.n_layer):
        in_layer = {"attn_wq": (n, n), "attn_wk": (n, n), "attn_wv": (n, n), "attn_wo": (n, n)}
        in_layer |= {"mlp_fc1": (4 * n, n), "mlp_fc2": (n, 4 * n)}
        shape_of |= {f"layer{layer}.{name}": shape for name, shape in in_layer.items()}
    return shape_of


def draw_weights(config: Sizes, rng: random.Random, std: float = 0.08) -> Weights:
    """Part 4's `init_state_dict`: the same draws in the same order."""
    return {name: np.array([[rng.gauss(0, std) for _ in range(columns)] for _ in range(rows)])
            for name, (rows, columns) in shapes(config).items()}  # fmt: skip


def encode(doc: str, chars: Sequence[str]) -> list[int]:
    """Part 2's `Tokenizer.encode`. chars: the sorted characters; BOS is the number after the last of them."""
    return [len(chars), *map(list(chars).index, doc), len(chars)]


# The layers, forward and backward. In the backward pass, d_x is the gradient of the loss with respect to x.


def _softmax(x: np.ndarray) -> np.ndarray:
    exps = np.exp(x - x.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def _rmsnorm(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x divided by the root of its mean square, and the factor (..., 1) by which each vector was scaled."""
    scale = (np.einsum("...i,...i->...", x, x) / x.shape[-1] + EPS)[..., None] ** -0.5
    return x * scale, scale


def _rmsnorm_backward(d_normed: np.ndarray, normed: np.ndarray, scale: np.ndarray) -> np.ndarray:
    projection = np.einsum("...i,...i->...", d_normed, normed)[..., None] / normed.shape[-1]  # (..., 1)
    return scale * (d_normed - normed * projection)


def _relu(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return relu(x) and its derivative at each number."""
    return np.maximum(x, 0.0), x > 0


class LayerWeights(NamedTuple):
    """The matrices of one layer."""

    attn_wq: np.ndarray  # (n_embd, n_embd), as wk, wv and wo
    attn_wk: np.ndarray
    attn_wv: np.ndarray
    attn_wo: np.ndarray
    mlp_fc1: np.ndarray  # (4 * n_embd, n_embd)
    mlp_fc2: np.ndarray  # (n_embd, 4 * n_embd)


def _layer_weights(weights: Weights, layer: int) -> LayerWeights:
    return LayerWeights(*(weights[f"layer{layer}.{name}"] for name in LayerWeights._fields))


class LayerActivations(NamedTuple):
    """The values of one layer's forward pass that its backward pass needs."""

    x_normed: np.ndarray  # (names, positions, n_embd)
    x_scale: np.ndarray  # (names, positions, 1)
    query: np.ndarray  # (names, n_head, positions, head_dim), as key and value
    key: np.ndarray
    value: np.ndarray
    attention_weights: np.ndarray  # (names, n_head, positions, positions)
    heads_joined: np.ndarray  # (names, positions, n_embd)
    x_mid_normed: np.ndarray  # (names, positions, n_embd), x_mid: the residual stream between attention and the mlp
    x_mid_scale: np.ndarray  # (names, positions, 1)
    hidden: np.ndarray  # (names, positions, 4 * n_embd)
    hidden_slope: np.ndarray  # (names, positions, 4 * n_embd)


class Activations(NamedTuple):
    """The values of the forward pass that the backward pass needs."""

    embedded: np.ndarray  # (names, positions, n_embd), after the first norm
    embedded_scale: np.ndarray  # (names, positions, 1)
    layers: list[LayerActivations]
    residual: np.ndarray  # (names, positions, n_embd), after the last layer


def _forward(inputs: np.ndarray, weights: Weights, config: Sizes) -> tuple[np.ndarray, Activations]:
    """Return the logits (names, positions, vocab_size) after each of the inputs (names, positions)."""
    names, positions = inputs.shape
    head_dim = config.n_embd // config.n_head
    by_head = (names, positions, config.n_head, head_dim)
    mask = np.triu(np.full((positions, positions), -np.inf), 1)  # (positions, positions): -inf in the future
    # (names, positions, n_embd)
    embedded, embedded_scale = _rmsnorm(weights["wte"][inputs] + weights["wpe"][:positions])
    residual, layers = embedded, []
    for layer in range(config.n_layer):
        wq, wk, wv, wo, fc1, fc2 = _layer_weights(weights, layer)
        x_normed, x_scale = _rmsnorm(residual)  # (names, positions, n_embd)
        # (names, n_head, positions, head_dim)
        query, key, value = ((x_normed @ w.T).reshape(by_head).swapaxes(1, 2) for w in (wq, wk, wv))
        # (names, n_head, positions, positions)
        attention_weights = _softmax(query @ key.swapaxes(2, 3) * head_dim**-0.5 + mask)
        heads_joined = (attention_weights @ value).swapaxes(1, 2).reshape(residual.shape)  # (names, positions, n_embd)
        residual = residual + heads_joined @ wo.T  # (names, positions, n_embd)
        x_mid_normed, x_mid_scale = _rmsnorm(residual)  # (names, positions, n_embd)
        hidden, hidden_slope = _relu(x_mid_normed @ fc1.T)  # (names, positions, 4 * n_embd)
        residual = residual + hidden @ fc2.T  # (names, positions, n_embd)
        layers.append(
            LayerActivations(
                x_normed, x_scale, query, key, value, attention_weights, heads_joined,
                x_mid_normed, x_mid_scale, hidden, hidden_slope,
            )
        )  # fmt: skip
    return residual @ weights["lm_head"].T, Activations(embedded, embedded_scale, layers, residual)


def _backward(d_logits: np.ndarray, inputs: np.ndarray, weights: Weights, activations: Activations) -> Weights:
    """Return the gradient of every matrix: backpropagation through `_forward`."""
    gradients = {}

    def linear(name: str, d_output: np.ndarray, x: np.ndarray) -> np.ndarray:
        """For output = x @ weights[name].T: store the gradient of the matrix, return the gradient of x."""
        gradients[name] = d_output.reshape(-1, d_output.shape[-1]).T @ x.reshape(-1, x.shape[-1])
        return d_output @ weights[name]

    d_residual = linear("lm_head", d_logits, activations.residual)  # (names, positions, n_embd)
    for layer, saved in reversed(list(enumerate(activations.layers))):
        names, n_head, positions, head_dim = saved.query.shape
        # (names, positions, 4 * n_embd)
        d_hidden = linear(f"layer{layer}.mlp_fc2", d_residual, saved.hidden) * saved.hidden_slope
        d_x_mid_normed = linear(f"layer{layer}.mlp_fc1", d_hidden, saved.x_mid_normed)  # (names, positions, n_embd)
        d_residual = d_residual + _rmsnorm_backward(d_x_mid_normed, saved.x_mid_normed, saved.x_mid_scale)
        d_joined = linear(f"layer{layer}.attn_wo", d_residual, saved.heads_joined)  # (names, positions, n_embd)
        # (names, n_head, positions, head_dim)
        d_heads = d_joined.reshape(names, positions, n_head, head_dim).swapaxes(1, 2)
        d_attention = d_heads @ saved.value.swapaxes(2, 3)  # (names, n_head, positions, positions)
        # (names, n_head, positions, 1)
        weighted_sum = (saved.attention_weights * d_attention).sum(axis=-1, keepdims=True)
        d_scores = saved.attention_weights * (d_attention - weighted_sum) * head_dim**-0.5
        by_matrix = {  # each (names, n_head, positions, head_dim)
            "attn_wq": d_scores @ saved.key,
            "attn_wk": d_scores.swapaxes(2, 3) @ saved.query,
            "attn_wv": saved.attention_weights.swapaxes(2, 3) @ d_heads,
        }
        d_x_normed = sum(  # (names, positions, n_embd)
            linear(f"layer{layer}.{name}", d_output.swapaxes(1, 2).reshape(d_residual.shape), saved.x_normed)
            for name, d_output in by_matrix.items()
        )
        d_residual = d_residual + _rmsnorm_backward(d_x_normed, saved.x_normed, saved.x_scale)
    d_embedding = _rmsnorm_backward(d_residual, activations.embedded, activations.embedded_scale)
    gradients["wte"] = np.zeros_like(weights["wte"])  # (vocab_size, n_embd)
    np.add.at(gradients["wte"], inputs, d_embedding)
    gradients["wpe"] = np.zeros_like(weights["wpe"])  # (block_size, n_embd)
    gradients["wpe"][: inputs.shape[1]] = d_embedding.sum(axis=0)
    return {name: gradients[name] for name in weights}


class Passes(NamedTuple):
    """How a model computes: `_forward` and `_backward`, or others with the same arguments."""

    forward: Callable
    backward: Callable


STANDARD_PASSES = Passes(_forward, _backward)


def logits(tokens: Sequence[int], weights: Weights, config: Sizes, passes: Passes = STANDARD_PASSES) -> np.ndarray:
    """Return the logits (positions, vocab_size) after each of the tokens."""
    return passes.forward(np.array([tokens]), weights, config)[0][0]


def attention_weights(tokens: Sequence[int], weights: Weights, config: Sizes) -> np.ndarray:
    """Return the attention weights (n_layer, n_head, positions, positions); the causal mask sets future
    positions to 0.
    """
    _, activations = _forward(np.array([tokens]), weights, config)
    return np.array([layer.attention_weights[0] for layer in activations.layers])


# The loss.


class PaddedBatch(NamedTuple):
    """A batch as arrays (names, positions). With the causal mask, padding at the end does not affect other
    positions.
    """

    inputs: np.ndarray
    targets: np.ndarray
    is_prediction: np.ndarray  # False at padding


def _pad(batch: Batch, block_size: int) -> PaddedBatch:
    counts = [min(block_size, len(tokens) - 1) for tokens in batch]
    inputs, targets = np.zeros((2, len(batch), max(counts)), dtype=int)  # each (names, positions)
    for row, (tokens, count) in enumerate(zip(batch, counts)):
        inputs[row, :count], targets[row, :count] = tokens[:count], tokens[1 : count + 1]
    is_prediction = np.arange(max(counts)) < np.array(counts)[:, None]  # (names, positions)
    return PaddedBatch(inputs, targets, is_prediction)


def _cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return -log P of each target (names, positions) and all probabilities (names, positions, vocab_size)."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    exps = np.exp(shifted)
    total = exps.sum(axis=-1, keepdims=True)  # (names, positions, 1)
    return (np.log(total) - np.take_along_axis(shifted, targets[..., None], axis=-1))[..., 0], exps / total


def nats(batch: Batch, weights: Weights, config: Sizes, passes: Passes = STANDARD_PASSES) -> tuple[float, int]:
    """Return the sum of -log P over all predictions of all names, and their number."""
    inputs, targets, is_prediction = _pad(batch, config.block_size)
    cross_entropy, _ = _cross_entropy(passes.forward(inputs, weights, config)[0], targets)
    return float(cross_entropy[is_prediction].sum()), int(is_prediction.sum())


def loss_and_gradient(
    batch: Batch, weights: Weights, config: Sizes, passes: Passes = STANDARD_PASSES
) -> tuple[float, Weights]:
    """Return the mean of -log P over all predictions of all names (of one name: part 7's loss), and its gradient."""
    inputs, targets, is_prediction = _pad(batch, config.block_size)
    logits, activations = passes.forward(inputs, weights, config)
    cross_entropy, probabilities = _cross_entropy(logits, targets)
    names, positions = np.indices(targets.shape)
    d_logits = probabilities
    d_logits[names, positions, targets] -= 1.0  # d(-log softmax) / d(logits): the probabilities, less 1 at the target
    share = is_prediction / is_prediction.sum()  # (names, positions): of each prediction in the mean
    gradients = passes.backward(d_logits * share[..., None], inputs, weights, activations)
    return float((cross_entropy * share).sum()), gradients


def held_out_loss(
    docs: Iterable[str], weights: Weights, config: Sizes, chars: Sequence[str], passes: Passes = STANDARD_PASSES
) -> float:
    """Part 7's `held_out_loss`: total nats divided by predicted tokens. Batches have names of similar length: less
    padding.
    """
    names = sorted((encode(doc, chars) for doc in docs), key=len)
    sums = [nats(names[start : start + 64], weights, config, passes) for start in range(0, len(names), 64)]
    return sum(total for total, _ in sums) / sum(count for _, count in sums)


# Training.


@dataclass
class AdamState:
    """Adam's number of steps, and the running means of the gradients (m) and of their squares (v), each one
    flat array.
    """

    steps: int = 0
    m: np.ndarray | float = 0.0
    v: np.ndarray | float = 0.0


def adam_step(weights: Weights, gradients: Weights, state: AdamState, lr: float) -> None:
    """Part 6's Adam with its defaults. It changes the weights in place."""
    beta1, beta2, eps = 0.85, 0.99, 1e-8
    gradient = flat(gradients, weights)
    state.steps += 1
    state.m = beta1 * state.m + (1 - beta1) * gradient
    state.v = beta2 * state.v + (1 - beta2) * gradient**2
    m_hat, v_hat = state.m / (1 - beta1**state.steps), state.v / (1 - beta2**state.steps)
    subtract_flat(weights, lr * m_hat / (np.sqrt(v_hat) + eps))


def flat(gradients: Weights, weights: Weights) -> np.ndarray:
    """Return all gradients as one flat array, in the order of the weights."""
    return np.concatenate([gradients[name].ravel() for name in weights])


def subtract_flat(weights: Weights, update: np.ndarray) -> None:
    """Subtract an update, given as one flat array, from the weights in place."""
    start = 0
    for matrix in weights.values():
        matrix -= update[start : start + matrix.size].reshape(matrix.shape)
        start += matrix.size


def batches(docs: Sequence[str], chars: Sequence[str], sizes: Iterable[int]) -> Iterator[list[list[int]]]:
    """Yield one batch per size: the next docs as tokens, starting again with the first after the last."""
    endless = cycle(docs)
    for size in sizes:
        yield [encode(doc, chars) for doc in islice(endless, size)]


class TrainingStep(NamedTuple):
    """The loss before a step, and the weights after it. The next step changes these matrices, so copy what you keep."""

    loss: float
    weights: Weights


def train(
    weights: Weights,
    batches: Iterable[Batch],
    config: Sizes,
    update: Callable[[int, Weights, Weights], Weights],
    *,
    loss_function: Callable[[Batch, Weights, Sizes], tuple[float, Weights]] | None = None,
    on_loss: Callable[[int, float], None] | None = None,
) -> Iterator[TrainingStep]:
    """The training loop for all numpy training: take a step for each batch, and yield it.

    update(step, weights, gradients) returns the new weights, and may change the old ones. loss_function returns the
    loss and its gradients: `loss_and_gradient` when None. on_loss(step, loss) is called before the update.
    """
    loss_function = loss_and_gradient if loss_function is None else loss_function
    for step, batch in enumerate(batches):
        loss, gradients = loss_function(batch, weights, config)
        if on_loss is not None:
            on_loss(step, loss)
        weights = update(step, weights, gradients)
        yield TrainingStep(loss, weights)


class Replayed(NamedTuple):
    """The result of a replayed training run: part 7's Trained, and the shuffled docs."""

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
    *,
    names_per_step: int = 1,
    lr: float = 0.01,
) -> Replayed:
    """Part 7's `train`. stop: end after this many of the num_steps. on_step gets the weights, not a copy.

    names_per_step, lr: for experiments.
    """
    rng = random.Random(seed) if rng is None else rng
    docs = list(docs)
    rng.shuffle(docs)
    chars = sorted(set("".join(docs)))
    config = Sizes(vocab_size=len(chars) + 1) if config is None else config
    weights, adam, losses = draw_weights(config, rng), AdamState(), []

    def update(step: int, weights: Weights, gradients: Weights) -> Weights:
        adam_step(weights, gradients, adam, lr * (1 - step / num_steps))
        return weights

    steps = num_steps if stop is None else min(stop, num_steps)
    training = train(weights, batches(docs, chars, repeat(names_per_step, steps)), config, update)
    for step, (loss, weights) in enumerate(training):
        losses.append(loss)
        if on_step is not None:
            on_step(step, loss, weights)
    return Replayed(chars, config, weights, losses, docs)


# Sampling.


def next_probabilities(
    tokens: Sequence[int], weights: Weights, config: Sizes, temperature: float, passes: Passes = STANDARD_PASSES
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
    passes: Passes = STANDARD_PASSES,
) -> list[str]:
    """Part 8's `sample_many`, drawn with `rng.choices` token by token."""
    known: dict[tuple[int, ...], list[float]] = {}  # probabilities by prefix: many names start with the same letters

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
