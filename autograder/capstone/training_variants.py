"""Known mistakes of a training, each as a way to train the grader's own model: every loss and the final weights follow.

A way must need a backward pass. One without, such as a training that moves nothing, could be forged with a forward
pass alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autograder import model
from autograder.capstone.forward_variants import Form, gelu, layernorm, relu, rmsnorm

DEFAULT_SEED = 42  # of part 7's train


@dataclass(frozen=True)
class Way:
    """A way to train. The defaults are the right one; says is what is wrong about it.

    draw: what happens before the first step, in order; `own` and `rng` say by which generator from then on.
    std: of the first weights. step_rate: learning rate by step and number of steps. times: the loss of a name as a
    multiple of the mean, by its number of predictions. tokens: of a name, the part that is used. m_corrected,
    v_corrected: whether Adam makes up for beginning at 0. eps_inside, rooted: what its step is divided by. form: the
    forward pass and its gradient. held_out: the held-out loss that 1,000 steps reach, the mean of 20 seeds, of forms
    far from a limit of 3 or 4 (benchmarks/capstone_ways.py). explodes: a training whose rounding grows until its losses
    say nothing; some end in an error, and some do not.
    """

    says: str = ""
    draw: str = "shuffle, weights"
    std: float = 0.08
    step_rate: Callable[[int, int], float] = lambda step, num_steps: 0.01 * (1 - step / num_steps)
    beta1: float = 0.85
    beta2: float = 0.99
    m_corrected: bool = True
    v_corrected: bool = True
    zeroed: bool = True
    eps_inside: bool = False
    rooted: bool = True
    adam: bool = True
    times: Callable[[int], float] = lambda count: 1.0
    tokens: Callable[[list[int]], list[int]] = lambda tokens: tokens
    offset: int = 0
    form: Form | model.Passes = model.STANDARD_PASSES
    held_out: float = 2.355
    explodes: bool = False


WAYS = (
    Way("the weights are drawn before the names are shuffled.", draw="weights, shuffle"),
    Way("the names are not shuffled before the weights are drawn.", draw="weights", held_out=2.403),
    Way("train makes a generator of its own though it gets one as rng.", draw="own, shuffle, weights", held_out=2.366),
    Way("the weights come from another generator than the one that shuffled.", draw="shuffle, own, weights"),
    Way(
        "the names are shuffled by another generator than the one of the weights.",
        draw="own, shuffle, rng, weights",
        held_out=2.365,
    ),
    Way("each step draws a name at random: step i takes name i of the shuffled copy.", draw="shuffle, weights, choice"),
    Way("each step draws a name at random, and they are not shuffled before.", draw="weights, choice"),
    Way("step i takes name i + 1 of the shuffled copy, and must take name i.", offset=1),
    Way("the first weights have the standard deviation 0.02 instead of 0.08.", std=0.02, held_out=2.363),
    Way("the first weights have the standard deviation 0.1 instead of 0.08.", std=0.1),
    Way("the first weights have the standard deviation 1 instead of 0.08.", std=1.0, explodes=True),
    Way(
        "the loss of a name is the sum over its positions, and must be their mean.",
        times=lambda count: count,
        held_out=2.35,
    ),
    Way(
        "the closing BOS is not predicted: it is the target of the last position.",
        tokens=lambda tokens: tokens[:-1],
        held_out=3.636,
    ),
    Way(
        "the opening BOS is left out: the first letter is never predicted.",
        tokens=lambda tokens: tokens[1:],
        held_out=2.614,
    ),
    Way("the loss of a name is divided by one more than its predictions.", times=lambda count: count / (count + 1)),
    Way(
        "Adam lacks the correction of its first steps, m / (1 - beta1^t) and v / (1 - beta2^t).",
        m_corrected=False,
        v_corrected=False,
    ),
    Way("Adam lacks the correction of m in its first steps, m / (1 - beta1^t).", m_corrected=False),
    Way("Adam lacks the correction of v in its first steps, v / (1 - beta2^t).", v_corrected=False, held_out=2.36),
    Way("Adam divides by v_hat, and must divide by its root.", rooted=False, explodes=True),
    Way("gradients are never set back to 0, so each step adds to those before.", zeroed=False, explodes=True),
    Way("Adam's eps is inside the root, and must be added to it.", eps_inside=True),
    Way("the step is plain descent, lr times the gradient, instead of Adam's.", adam=False, held_out=2.563),
    Way("Adam has beta1 = 0.9 instead of 0.85.", beta1=0.9),
    Way("Adam has beta2 = 0.999 instead of 0.99.", beta2=0.999),
    Way("Adam has beta1 = 0.9 and beta2 = 0.999 instead of 0.85 and 0.99.", beta1=0.9, beta2=0.999),
    Way(
        "the learning rate does not fall: linear_decay is not used.",
        step_rate=lambda step, num_steps: 0.01,
        held_out=2.449,
    ),
    Way(
        "the learning rate falls one step too early: steps are counted from 0.",
        step_rate=lambda step, num_steps: 0.01 * (1 - (step + 1) / num_steps),
    ),
    Way(
        "the learning rate falls too fast: it reaches 0 in the last step.",
        step_rate=lambda step, num_steps: 0.01 * (1 - step / max(1, num_steps - 1)),
    ),
    Way(
        "the learning rate begins at 0.001 instead of 0.01.",
        step_rate=lambda step, num_steps: 0.001 * (1 - step / num_steps),
        held_out=2.46,
    ),
    Way("the position embedding is not added.", form=Form(positions=False), held_out=2.373),
    Way("the attention scores are not divided by the root of head_dim.", form=Form(scale=lambda head_dim: 1.0)),
    Way(
        "the attention scores are divided by head_dim or the root of n_embd, not the root of head_dim.",
        form=Form(scale=lambda head_dim: 1 / head_dim),
    ),
    Way("attention adds nothing.", form=Form(attention_onto="lost"), held_out=2.363),
    Way("the feed-forward block adds nothing.", form=Form(mlp_onto="lost"), held_out=2.361),
    Way("the residual around attention is missing.", form=Form(attention_onto="nothing"), held_out=2.427),
    Way("the residual around the mlp is missing.", form=Form(mlp_onto="nothing"), held_out=2.388),
    Way("both residuals are missing.", form=Form(attention_onto="nothing", mlp_onto="nothing"), held_out=2.452),
    Way("both residuals begin at the normalised x.", form=Form(attention_onto="normed", mlp_onto="normed")),
    Way("the residual around attention begins at the normalised x.", form=Form(attention_onto="normed")),
    Way("the residual around the mlp begins at the normalised x.", form=Form(mlp_onto="normed")),
    Way("the mlp gets the x from before attention.", form=Form(side_by_side=True)),
    Way("the norm after the embeddings is missing.", form=Form(norms=("attention", "mlp")), held_out=2.384),
    Way("the norm before attention is missing.", form=Form(norms=("embedding", "mlp"))),
    Way("the norm before the mlp is missing.", form=Form(norms=("embedding", "attention"))),
    Way("the norms before attention and mlp are missing.", form=Form(norms=("embedding",))),
    Way(
        "x is normalised before lm_head, too, as in GPT-2.",
        form=Form(norms=("embedding", "attention", "mlp", "head")),
        held_out=2.368,
    ),
    Way(
        "x is normalised after each residual, not before attention and mlp.",
        form=Form(norms=("embedding", "sums")),
        held_out=2.373,
    ),
    Way("the norm is a LayerNorm, which takes the mean away.", form=Form(norm=layernorm)),
    Way(
        "the norm takes the sum of squares, and must take their mean.",
        form=Form(norm=lambda x: rmsnorm(x, factor=x.data.shape[-1])),
        held_out=2.386,
    ),
    Way(
        "the norm divides by the mean of squares, and must divide by its root.",
        form=Form(norm=lambda x: rmsnorm(x, exponent=-1.0)),
        held_out=2.369,
    ),
    Way("the norm's eps is 1e-6 instead of 1e-5.", form=Form(norm=lambda x: rmsnorm(x, eps=1e-6))),
    Way("the ReLU is missing.", form=Form(activation=lambda x: x), held_out=2.366),
    Way("the mlp has a GELU instead of the ReLU.", form=Form(activation=gelu)),
    Way(
        "the mlp has the short GELU, x * sigmoid(1.702 * x), instead of the ReLU.",
        form=Form(activation=lambda x: gelu(x, rate=1.702, cubic=0.0)),
    ),
    Way("the mlp squares the ReLU.", form=Form(activation=lambda x: relu(x) * relu(x))),
    Way("attention is not split into heads.", form=Form(heads=1)),
    Way("a position sees only itself.", form=Form(past=False), held_out=2.364),
    Way("attn_wo is not used.", form=Form(joined=False), held_out=2.351),
    Way("the query is made with attn_wk.", form=Form(made_by="kkv")),
    Way("the key is made with attn_wq.", form=Form(made_by="qqv")),
    Way("attn_wq and attn_wk are exchanged.", form=Form(made_by="kqv")),
    Way("keys and values are exchanged.", form=Form(made_by="qvk")),
    Way("the values are the keys.", form=Form(made_by="qkk")),
    Way("the values are x itself: attn_wv is not used.", form=Form(made_by="qkx"), held_out=2.35),
    Way("the logits are made with wte instead of lm_head.", form=Form(head="wte"), held_out=2.399),
)


class Training(NamedTuple):
    """What a way of training gives. names: in the order of the steps. rng: the generator, where the training leaves
    it, None when it began elsewhere.
    """

    losses: list[float]
    weights: model.Weights
    names: list[str]
    rng: random.Random | None


class Begun(NamedTuple):
    """Where a run says that it began: the first weights, and the name of each step."""

    weights: model.Weights
    names: list[str]


def train(
    way: Way, docs: Sequence[str], seed: int, num_steps: int, stop: int | None = None, begun: Begun | None = None
) -> Training:
    """The first `stop` of num_steps steps, all when None. begun: in place of what the way draws."""
    stop = num_steps if stop is None else stop
    given, names = random.Random(seed), list(docs)
    rng = given
    chars = sorted(set("".join(names)))
    config = model.Sizes(vocab_size=len(chars) + 1)
    weights: model.Weights = {}
    if begun is not None:
        names, weights = begun.names, {name: matrix.copy() for name, matrix in begun.weights.items()}
    for act in way.draw.split(", ") if begun is None else ():
        if act == "own":
            rng = random.Random(DEFAULT_SEED)
        elif act == "rng":
            rng = given
        elif act == "shuffle":
            rng.shuffle(names)
        elif act == "choice":
            names = [rng.choice(names) for _ in range(num_steps)]
        else:
            weights = model.draw_weights(config, rng, way.std)
    m = v = total = 0.0
    losses = []
    for step in range(stop):
        tokens = model.encode(names[(step + way.offset) % len(names)], chars)
        tokens = way.tokens(tokens)
        loss, gradient = model.loss_and_gradient([tokens], weights, config, way.form)
        times = way.times(min(config.block_size, len(tokens) - 1))
        losses.append(times * loss)
        flat = times * np.concatenate([gradient[name].ravel() for name in weights])
        total = flat if way.zeroed else total + flat
        rate, t = way.step_rate(step, num_steps), step + 1
        m, v = way.beta1 * m + (1 - way.beta1) * total, way.beta2 * v + (1 - way.beta2) * total**2
        m_hat = m / (1 - way.beta1**t) if way.m_corrected else m
        v_hat = v / (1 - way.beta2**t) if way.v_corrected else v
        root = np.sqrt(v_hat + 1e-8) if way.eps_inside else (np.sqrt(v_hat) if way.rooted else v_hat) + 1e-8
        model.subtract_flat(weights, rate * (m_hat / root if way.adam else total))
    return Training(losses, weights, names, given if begun is None else None)
