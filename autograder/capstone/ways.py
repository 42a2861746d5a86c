"""Known mistakes of a training, each as a way to train the grader's own model.

A mistake in the forward pass can be written as a change of the first weights, and then explains the first loss alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from autograder import model

DEFAULT_SEED = 42  # of part 7's train


@dataclass(frozen=True)
class Way:
    """A way to train. The defaults are the right one; says is what is wrong about it.

    draw: what happens before the first step, in order; `own` and `rng` say by which generator from then on.
    std: of the first weights. step_rate: learning rate by step and number of steps. mean: divide a name's loss by its
    predictions. end: predict the closing BOS. initial: changes the first weights, for the first loss alone.
    """

    says: str = ""
    draw: str = "shuffle, weights"
    std: float = 0.08
    step_rate: Callable[[int, int], float] = lambda step, num_steps: 0.01 * (1 - step / num_steps)
    beta1: float = 0.85
    beta2: float = 0.99
    corrected: bool = True
    zeroed: bool = True
    eps_inside: bool = False
    adam: bool = True
    mean: bool = True
    end: bool = True
    offset: int = 0
    initial: Callable[[model.Weights], model.Weights] | None = None


WAYS = (
    Way("the weights are drawn before the names are shuffled.", draw="weights, shuffle"),
    Way("the names are not shuffled before the weights are drawn.", draw="weights"),
    Way("train makes a generator of its own though it is given one as rng.", draw="own, shuffle, weights"),
    Way("the weights come from another generator than the one that shuffled.", draw="shuffle, own, weights"),
    Way("the names are shuffled by another generator than the one of the weights.", draw="own, shuffle, rng, weights"),
    Way("each step draws a name at random: step i takes name i of the shuffled copy.", draw="shuffle, weights, choice"),
    Way("each step draws a name at random, and they are not shuffled before.", draw="weights, choice"),
    Way("step i takes name i + 1 of the shuffled copy, and must take name i.", offset=1),
    Way("the first weights have the standard deviation 0.02 instead of 0.08.", std=0.02),
    Way("the first weights have the standard deviation 0.1 instead of 0.08.", std=0.1),
    Way("the first weights have the standard deviation 1 instead of 0.08.", std=1.0),
    Way("the loss of a name is the sum over its positions, and must be their mean.", mean=False),
    Way("the closing BOS is not predicted: it is the target of the last position.", end=False),
    Way("Adam lacks the correction of its first steps, m / (1 - beta1^t) and v / (1 - beta2^t).", corrected=False),
    Way("gradients are never set back to 0, so each step adds to those before.", zeroed=False),
    Way("Adam's eps stands inside the root, and must be added to it.", eps_inside=True),
    Way("the step is plain descent, lr times the gradient, instead of Adam's.", adam=False),
    Way("Adam has beta1 = 0.9 instead of 0.85.", beta1=0.9),
    Way("Adam has beta2 = 0.999 instead of 0.99.", beta2=0.999),
    Way("Adam has beta1 = 0.9 and beta2 = 0.999 instead of 0.85 and 0.99.", beta1=0.9, beta2=0.999),
    Way("the learning rate does not fall: linear_decay is not used.", step_rate=lambda step, num_steps: 0.01),
    Way(
        "the learning rate falls one step too early: steps are counted from 0.",
        step_rate=lambda step, num_steps: 0.01 * (1 - (step + 1) / num_steps),
    ),
    Way(
        "the learning rate begins at 0.001 instead of 0.01.",
        step_rate=lambda step, num_steps: 0.001 * (1 - step / num_steps),
    ),
    Way("the position embedding is not added.", initial=lambda weights: _scaled(weights, "wpe", 0)),
    Way(
        "the attention scores are not divided by the root of head_dim.",
        initial=lambda weights: _scaled(weights, "layer0.attn_wq", 2),
    ),
    Way(
        "the attention scores are divided by the root of n_embd instead of head_dim.",
        initial=lambda weights: _scaled(weights, "layer0.attn_wq", 0.5),
    ),
    Way("attention adds nothing.", initial=lambda weights: _scaled(weights, "layer0.attn_wo", 0)),
    Way("the feed-forward block adds nothing.", initial=lambda weights: _scaled(weights, "layer0.mlp_fc2", 0)),
)  # fmt: skip


def train(way: Way, docs: Sequence[str], seed: int, num_steps: int, stop: int) -> Iterator[float]:
    """The losses of the first `stop` of num_steps steps."""
    given, names = random.Random(seed), list(docs)
    rng = given
    chars = sorted(set("".join(names)))
    config = model.Sizes(vocab_size=len(chars) + 1)
    weights: model.Weights = {}
    for act in way.draw.split(", "):
        if act == "own":
            rng = random.Random(DEFAULT_SEED)
        elif act == "rng":
            rng = given
        elif act == "shuffle":
            rng.shuffle(names)
        elif act == "choice":
            names = [rng.choice(names) for _ in range(stop)]
        else:
            weights = model.draw_weights(config, rng, way.std)
    weights = way.initial(weights) if way.initial else weights
    m = v = total = 0.0
    for step in range(stop):
        tokens = model.encode(names[(step + way.offset) % len(names)], chars)
        tokens = tokens if way.end else tokens[:-1]
        loss, gradient = model.loss_and_gradient([tokens], weights, config)
        times = 1 if way.mean else min(config.block_size, len(tokens) - 1)
        yield times * loss
        flat = times * np.concatenate([gradient[name].ravel() for name in weights])
        total = flat if way.zeroed else total + flat
        rate, t = way.step_rate(step, num_steps), step + 1
        m, v = way.beta1 * m + (1 - way.beta1) * total, way.beta2 * v + (1 - way.beta2) * total**2
        m_hat, v_hat = (m / (1 - way.beta1**t), v / (1 - way.beta2**t)) if way.corrected else (m, v)
        root = np.sqrt(v_hat + 1e-8) if way.eps_inside else np.sqrt(v_hat) + 1e-8
        model.move(weights, rate * (m_hat / root if way.adam else total))


def _scaled(weights: model.Weights, name: str, factor: float) -> model.Weights:
    return {**weights, name: factor * weights[name]}
