"""The pictures of the learner's pages by name, drawn from what the reference computes when the site is built."""

from __future__ import annotations

import functools
import math
import random
import sys
from collections.abc import Callable

from autograder.course import ROOT, SOLUTIONS

sys.path.append(str(SOLUTIONS))

from part00_setup import numerical_gradient  # noqa: E402 - found by the line above
from part01_autograd import Value  # noqa: E402
from part02_tokenizer import bigram_counts, bigram_loss, load_docs, split_docs  # noqa: E402
from part03_layers import linear, rmsnorm, softmax  # noqa: E402
from part04_parameters import Config, flatten, init_state_dict  # noqa: E402
from part05_gpt import attend, gpt  # noqa: E402
from part06_adam import Adam  # noqa: E402
from part07_training import sequence_loss, training_step  # noqa: E402
from part08_generation import temperature_softmax  # noqa: E402
from part09_understanding import attention_score_count, kv_cache_floats, uniform_loss  # noqa: E402
from part10_experiments import attention_map  # noqa: E402
from weights import load_trained  # noqa: E402

from notebook_tools import (  # noqa: E402
    arrows,
    cache,
    curves,
    graph,
    growth,
    heads,
    histograms,
    letters,
    loop,
    means,
    paths,
    products,
    reading,
    shapes,
    slices,
    steps,
    stream,
    surprise,
    svg,
    tables,
    temperatures,
    walks,
)


@functools.cache
def trained():
    """The kept model: 1,000 steps."""
    return load_trained(ROOT / "datasets" / "trained_weights.json")


@functools.cache
def counted() -> tuple[list[list[int]], float]:
    """The bigram counts of the training names, and their loss on the held-out names."""
    training, held_out = split_docs(load_docs(ROOT / "datasets" / "names.txt"))
    counts = bigram_counts(training, trained().tokenizer)
    return counts, bigram_loss(counts, held_out, trained().tokenizer)


def fresh():
    """A model before training."""
    return init_state_dict(Config(), random.Random(42))


def error_against_h(width: float) -> svg.Picture:
    """Part 0: both rulers on e^x at 1, as in the page's worked example."""
    sizes = [10.0**-power for power in range(1, 13)]
    one_sided = [abs((math.exp(1 + h) - math.exp(1)) / h - math.e) for h in sizes]
    central = [abs(numerical_gradient(lambda xs: math.exp(xs[0]), [1.0], h)[0] - math.e) for h in sizes]
    return steps.drawing(sizes, {"both sides (central)": central, "one side": one_sided}, width)


def backpropagation(width: float) -> svg.Picture:
    """Part 1: the page's worked example."""
    a, b = Value(2.0), Value(-3.0)
    d = a * b
    e = d + a
    y = e**2
    nodes = graph.read(y, {"a": a, "b": b, "d": d, "e": e, "y": y})
    return walks.step_by_step(nodes, "Backpropagation through y = (a·b + a)², step by step", width)


def two_walks(width: float) -> svg.Picture:
    """Part 1: what a walk that does not wait computes."""
    return walks.two_walks(walks.diamond(), "A value that is used twice: the naive walk and the right one", width)


def topological_order(width: float) -> svg.Picture:
    """Part 1: the list, value by value."""
    return walks.building_the_order(walks.diamond(), "The topological order, built by a depth-first search", width)


def bigrams(width: float) -> svg.Picture:
    """Part 2: the training names' pairs."""
    return tables.drawing(counted()[0], [*trained().tokenizer.chars, "BOS"], width)


def dot_products(width: float) -> svg.Picture:
    """Part 3: the notebook's three rows."""
    x, w = [1.0, 2.0], [[3.0, 4.0], [0.0, -1.0], [2.0, -1.0]]
    outputs = linear([Value(value) for value in x], [[Value(value) for value in row] for row in w])
    return products.drawing(x, w, [output.data for output in outputs], width)


def norms(width: float) -> svg.Picture:
    """Part 3: five vectors and what rmsnorm makes of them."""
    before = [[1.5, -2.0], [0.7, 2.6], [-2.7, 0.6], [0.6, 0.4], [-0.3, -0.4]]
    after = [[y.data for y in rmsnorm([Value(value) for value in x])] for x in before]
    return arrows.drawing(before, after, width)


def weights(width: float) -> svg.Picture:
    """Part 4: each matrix as it is drawn, and after training."""
    before, after = (
        {name: [value.data for value in flatten({name: matrix})] for name, matrix in state_dict.items()}
        for state_dict in (fresh(), trained().state_dict)
    )
    return histograms.drawing(before, after, width)


EMMA = [[2.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]  # how much of a vowel, how much of a consonant


def _values(rows: list[list[float]]) -> list[list[Value]]:
    return [[Value(float(number)) for number in row] for row in rows]


def mean_of_the_past(width: float) -> svg.Picture:
    """Part 5: attention with equal weights."""
    weights = [[1 / (place + 1)] * (place + 1) for place in range(4)]
    return means.drawing(weights, EMMA, "emma", "The mean of the past", width=width)


def query_key_value(width: float) -> svg.Picture:
    """Part 5: the notebook's three matrices, by which vowels look for consonants."""
    x = _values(EMMA)
    queries, keys, values = (
        [linear(vector, _values(matrix)) for vector in x]
        for matrix in ([[0, 1], [2, 0]], [[1, 0], [0, 1]], [[0, 3], [0, 0]])
    )
    found = means.compared(queries, keys, softmax)
    return means.drawing(found, values, "emma", "Vowels look for consonants", "values", width)


def two_heads(width: float) -> svg.Picture:
    """Part 5: the notebook's two heads."""
    query, *rows = _values([[1, 1, 0, 2], [1, 1, 2, 0], [2, 0, 1, 1], [10, 0, 0, 5], [0, 10, 5, 0]])
    return slices.drawing(query, rows[:2], rows[2:], 2, attend, width)


def growing_cache(width: float) -> svg.Picture:
    """Part 5: the cache after each letter."""
    return cache.drawing(["BOS", *"emma"], width=width)


def block(width: float) -> svg.Picture:
    """Part 5: the notebook's block of two numbers."""
    x, updates = [3.0, 4.0], []
    for name, output in (("attention", [1.0, -1.0]), ("mlp", [0.5, 2.0])):
        updates.append((name, rmsnorm(_values([x])[0]), output))
        x = [old + new for old, new in zip(x, output)]
    return stream.drawing([3.0, 4.0], updates, "One block: what each part reads, and what it adds", width)


def forward_step(width: float) -> svg.Picture:
    """Part 5: one token through the default model, when two others have been read."""
    return shapes.drawing(Config(), 3, width)


def attention(width: float) -> svg.Picture:
    """Part 5: the kept model reads a name."""
    found = attention_map("aliyah", trained())[0]
    return heads.drawing(found, ["BOS", *"aliyah"], "What each head looks at while it reads aliyah", width)


def valley(width: float) -> svg.Picture:
    """Part 6: two optimisers, forty steps."""
    plain, adaptive = ([Value(-8.0), Value(1.5)] for _ in range(2))
    optimizer = Adam(adaptive)
    walked = {
        "plain descent": paths.walk(plain, paths.descend(plain, lr=0.45), steps=40),
        "Adam": paths.walk(adaptive, lambda: optimizer.step(0.3), steps=40),
    }
    return paths.drawing(walked, "Two ways down a valley, 40 steps each", width)


def _nats(name: str, state_dict) -> list[float]:
    """The surprise at each letter of a name and at its end."""
    chars = trained().tokenizer.chars
    read = reading.read(name, gpt, chars, state_dict, Config())
    targets = [*map(chars.index, name), len(chars)]
    return [-math.log(softmax(logits)[target].data) for logits, target in zip(read.logits, targets)]


@functools.cache
def _one_step() -> tuple[list[float], float, float]:
    """The surprise at each letter of emma, and the loss before and after a step on it, from fresh weights."""
    state_dict, config, tokens = fresh(), Config(), trained().tokenizer.encode("emma")
    nats = _nats("emma", state_dict)
    before = training_step(tokens, state_dict, config, Adam(flatten(state_dict)), lr=0.01)
    return nats, before, sequence_loss(tokens, state_dict, config).data


def one_training_step(width: float) -> svg.Picture:
    """Part 7: from a fresh model."""
    nats, before, after = _one_step()
    return loop.drawing(["BOS", *"emma", "BOS"], nats, before, after, len(flatten(fresh())), 0.01, width)


def loss_curve(width: float) -> svg.Picture:
    """Part 7: the kept model's training."""
    lines = {"knowing nothing": uniform_loss(27), "pairs of letters, held out": counted()[1]}
    return curves.drawing(trained().losses, lines, "The loss over 1,000 steps of training", 100, width)


def temperature(width: float) -> svg.Picture:
    """Part 8: the same logits at three temperatures."""
    model = trained()
    logits = reading.read("ma", gpt, model.tokenizer.chars, model.state_dict, model.config).logits[-1]
    rows = {temperature: temperature_softmax(logits, temperature) for temperature in (0.5, 1.0, 2.0)}
    return temperatures.drawing(rows, [*model.tokenizer.chars, "end"], "What comes after ma, by temperature", width)


def costs(width: float) -> svg.Picture:
    """Part 9: what grows like n and what like n²."""
    config = Config(block_size=256)
    grows = {
        "numbers in the caches": lambda length: kv_cache_floats(config, length),
        "attention scores": lambda length: attention_score_count(config, length),
    }
    return growth.drawing(grows, (16, 256), "What a longer text costs", width)


def letter_map(width: float) -> svg.Picture:
    """Part 10: the rows of wte."""
    rows = zip(trained().tokenizer.chars, trained().state_dict["wte"])
    vectors = {letter: [value.data for value in row] for letter, row in rows}
    return letters.drawing(vectors, "The 26 letters in embedding space", width)


@functools.cache
def _surprises() -> dict[str, list[float]]:
    return {name: _nats(name, trained().state_dict) for name in ("alana", "benjamin", "xzavier")}


def surprising_letters(width: float) -> svg.Picture:
    """Part 10: two usual names and an odd one."""
    return surprise.drawing(_surprises(), "Where in a name the model is surprised", uniform_loss(27), width)


PICTURES: dict[str, Callable[[float], svg.Picture]] = {
    "error-against-h": error_against_h,
    "backpropagation": backpropagation,
    "two-walks": two_walks,
    "topological-order": topological_order,
    "bigrams": bigrams,
    "dot-products": dot_products,
    "norms": norms,
    "weights": weights,
    "mean-of-the-past": mean_of_the_past,
    "query-key-value": query_key_value,
    "two-heads": two_heads,
    "growing-cache": growing_cache,
    "block": block,
    "forward-step": forward_step,
    "attention": attention,
    "valley": valley,
    "one-training-step": one_training_step,
    "loss-curve": loss_curve,
    "temperature": temperature,
    "costs": costs,
    "letter-map": letter_map,
    "surprising-letters": surprising_letters,
}


@functools.cache
def draw(name: str, width: float) -> svg.Picture:
    """The picture of this name for a column of this width."""
    return PICTURES[name](width)
