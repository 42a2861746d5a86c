"""The whole course in one file: a GPT that learns to invent names, in plain Python.

    python solutions/microgpt_simple.py --steps 1000 --seed 42

Read it from top to bottom: numbers that remember their slopes, the model, training, sampling, the command line.
The architecture, its sizes and its settings are those of microgpt: https://karpathy.github.io/2026/02/12/microgpt/
"""

from __future__ import annotations

import argparse
import gc
import math
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

N_EMBD, N_HEAD, N_LAYER, BLOCK_SIZE = 16, 4, 1, 16
HEAD_DIM = N_EMBD // N_HEAD
NAMES = Path(__file__).resolve().parent.parent / "datasets" / "names.txt"
HELD_OUT_ROWS = 200  # of about 3,200, evenly spread: all of them would take as long as the training itself


class Value:
    """A number, the numbers it was made from, and its slope along each of them."""

    __slots__ = ("data", "grad", "children", "local_grads")

    def __init__(self, data, children=(), local_grads=()):
        self.data, self.grad, self.children, self.local_grads = data, 0.0, children, local_grads

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def exp(self):
        result = math.exp(self.data)
        return Value(result, (self,), (result,))

    def log(self):
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def relu(self):
        return Value(max(0.0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __truediv__(self, other):
        return self * other**-1

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen, to_visit = [], set(), [(self, False)]
        while to_visit:  # children before the numbers made from them, without recursion
            value, children_done = to_visit.pop()
            if children_done:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                to_visit.append((value, True))
                to_visit.extend([(child, False) for child in reversed(value.children)])
        self.grad = 1.0
        for value in reversed(order):
            for child, local_grad in zip(value.children, value.local_grads):
                child.grad += local_grad * value.grad


def linear(x, w):
    return [sum(weight * xi for weight, xi in zip(row, x)) for row in w]


def softmax(logits):
    largest = max(logit.data for logit in logits)
    exps = [(logit - largest).exp() for logit in logits]
    total = sum(exps)
    return [e / total for e in exps]


def rmsnorm(x):
    scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def init_weights(vocab_size, rng):
    def matrix(rows, columns):
        return [[Value(rng.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]

    weights = {name: matrix(size, N_EMBD) for name, size in (("wte", vocab_size), ("wpe", BLOCK_SIZE))}
    weights["lm_head"] = matrix(vocab_size, N_EMBD)
    for layer in range(N_LAYER):
        for name in ("wq", "wk", "wv", "wo"):
            weights[f"{name}{layer}"] = matrix(N_EMBD, N_EMBD)
        weights[f"fc1{layer}"] = matrix(4 * N_EMBD, N_EMBD)
        weights[f"fc2{layer}"] = matrix(N_EMBD, 4 * N_EMBD)
    return weights


def gpt(token, position, keys, values, weights):
    """One token in, the logits of the next one out; keys and values of earlier positions are in the caches."""
    x = rmsnorm([t + p for t, p in zip(weights["wte"][token], weights["wpe"][position])])  # n_embd
    for layer in range(N_LAYER):
        normed = rmsnorm(x)
        query = linear(normed, weights[f"wq{layer}"])
        keys[layer].append(linear(normed, weights[f"wk{layer}"]))
        values[layer].append(linear(normed, weights[f"wv{layer}"]))
        joined = []
        for start in range(0, N_EMBD, HEAD_DIM):
            head = slice(start, start + HEAD_DIM)
            scores = [sum(q * k for q, k in zip(query[head], key[head])) * HEAD_DIM**-0.5 for key in keys[layer]]
            shares = softmax(scores)  # one per position so far
            for j in range(start, start + HEAD_DIM):
                joined.append(sum(share * value[j] for share, value in zip(shares, values[layer])))
        x = [a + b for a, b in zip(x, linear(joined, weights[f"wo{layer}"]))]
        hidden = [h.relu() for h in linear(rmsnorm(x), weights[f"fc1{layer}"])]  # 4 * n_embd
        x = [a + b for a, b in zip(x, linear(hidden, weights[f"fc2{layer}"]))]
    return linear(x, weights["lm_head"])


def losses_of(name, model):
    """The model's surprise at each token of the name and at its end, in nats."""
    tokens = [model.bos, *(model.chars.index(char) for char in name), model.bos]
    keys, values = [[] for _ in range(N_LAYER)], [[] for _ in range(N_LAYER)]
    losses = []
    for position in range(min(BLOCK_SIZE, len(tokens) - 1)):
        probabilities = softmax(gpt(tokens[position], position, keys, values, model.weights))
        losses.append(-probabilities[tokens[position + 1]].log())
    return losses


def train(names, num_steps, rng, on_step):
    names = list(names)
    rng.shuffle(names)
    chars = sorted(set("".join(names)))
    model = SimpleNamespace(chars=chars, bos=len(chars), weights=init_weights(len(chars) + 1, rng))
    parameters = [value for matrix in model.weights.values() for row in matrix for value in row]
    m, v = [0.0] * len(parameters), [0.0] * len(parameters)
    gc.disable()  # no cycles here: looking for them would double the time
    for step in range(num_steps):
        losses = losses_of(names[step % len(names)], model)
        loss = sum(losses) * (1 / len(losses))
        loss.backward()
        rate = 0.01 * (1 - step / num_steps)
        for i, p in enumerate(parameters):  # Adam
            m[i] = 0.85 * m[i] + 0.15 * p.grad
            v[i] = 0.99 * v[i] + 0.01 * p.grad**2
            m_hat, v_hat = m[i] / (1 - 0.85 ** (step + 1)), v[i] / (1 - 0.99 ** (step + 1))
            p.data -= rate * m_hat / (v_hat**0.5 + 1e-8)
            p.grad = 0.0
        on_step(step, loss.data)
    gc.enable()
    return model


def sample(model, temperature, rng):
    keys, values = [[] for _ in range(N_LAYER)], [[] for _ in range(N_LAYER)]
    token, name = model.bos, ""
    for position in range(BLOCK_SIZE):
        probabilities = softmax([logit / temperature for logit in gpt(token, position, keys, values, model.weights)])
        token = rng.choices(range(model.bos + 1), weights=[p.data for p in probabilities])[0]
        if token == model.bos:
            break
        name += model.chars[token]
    return name


def held_out_loss(names, model):
    losses = [loss.data for name in names for loss in losses_of(name, model)]
    return sum(losses) / len(losses)


def read_names(path: str | Path, any_characters: bool = False) -> list[str]:
    """Return the names in a file, one a line. Raise ValueError, with a sentence for the user, at what can't be used."""
    try:
        names = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        raise ValueError(f"Can't read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not text in UTF-8: save it in that encoding.") from error
    for name in names:
        if len(name) > BLOCK_SIZE:
            raise ValueError(f"{path}: {name!a} has {len(name)} characters; the model has {BLOCK_SIZE} positions.")
        if not any_characters and not (name.isascii() and name.isalpha() and name.islower()):
            raise ValueError(
                f"{path}: {name!a} has other characters than a to z. Write the names in lower case, "
                "or say --any-characters to give each character a number of its own."
            )
    if len(set("".join(names))) < 2:
        raise ValueError(f"{path} has {len(set(''.join(names)))} distinct characters: there is nothing to learn.")
    return names


def split(names, rng):
    """Nine in ten distinct names for training, the others held out, each with all its rows."""
    distinct = list(dict.fromkeys(names))
    rng.shuffle(distinct)
    held = set(distinct[: round(len(distinct) * 0.1)])
    return [name for name in names if name not in held], [name for name in names if name in held]


def main(train: Callable, sample: Callable, held_out_loss: Callable, description: str) -> None:
    """The command line; `microgpt_fast.py` calls it with its own three functions."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--steps", type=int, default=1000, help="training steps, one name each (default 1000)")
    parser.add_argument("--seed", type=int, default=42, help="of the order of the names and the weights (default 42)")
    parser.add_argument("--data", default=NAMES, help="a file with one name a line (default: the course's names)")
    parser.add_argument("--temperature", type=float, nargs="+", default=[0.3, 0.5, 1.0], help="one or more, above 0")
    parser.add_argument("--all", action="store_true", help="train on all rows: nothing is held out")
    parser.add_argument("--any-characters", action="store_true", help="accept other characters than a to z")
    options = parser.parse_args()
    if options.steps < 0 or min(options.temperature) <= 0:
        parser.error("--steps must be 0 or more, --temperature above 0.")
    try:
        names = read_names(options.data, options.any_characters)
    except ValueError as error:
        sys.exit(str(error))
    training, held_out = (names, []) if options.all else split(names, random.Random(42))

    def log(step, loss):
        if step % 50 == 0 or step == options.steps - 1:
            print(f"step {step + 1:5} of {options.steps}   loss {loss:.4f}", flush=True)

    rng = random.Random(options.seed)
    model = train(training, options.steps, rng=rng, on_step=log)
    known = [name for name in held_out if set(name) <= set("".join(training))]
    known = known[:: max(1, len(known) // HELD_OUT_ROWS)]
    if known:
        print(f"held-out loss {held_out_loss(known, model):.4f} nats per token, over {len(known)} held-out rows")
    state = rng.getstate()
    for temperature in options.temperature:
        rng.setstate(state)  # so that nothing but the temperature differs
        print(f"\ntemperature {temperature}:", " ".join(sample(model, temperature, rng) for _ in range(20)))


if __name__ == "__main__":
    main(train, sample, held_out_loss, __doc__.splitlines()[0])
