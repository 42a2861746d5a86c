"""Known mistakes in training. Each is a way to train the grader's own model, with its losses and final weights.

Every variant must need a backward pass. Otherwise, for example if nothing moves, a forward pass alone could forge it.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

import numpy as np

from autograder import model
from autograder.capstone.agreement import HELD_OUT
from autograder.capstone.forward_variants import ForwardVariant, gelu, layernorm, relu, rmsnorm

DEFAULT_SEED = 42  # part 7's train has the same


class SetupStep(enum.Enum):
    """The actions before the first training step."""

    SHUFFLE_NAMES = enum.auto()
    DRAW_WEIGHTS = enum.auto()
    CHOOSE_NAMES = enum.auto()  # a name at random for each step
    OWN_RNG = enum.auto()  # from here on, use a generator that train creates
    GIVEN_RNG = enum.auto()  # from here on, use the generator that train receives


SHUFFLE_NAMES, DRAW_WEIGHTS, CHOOSE_NAMES, OWN_RNG, GIVEN_RNG = SetupStep


@dataclass(frozen=True)
class TrainingVariant:
    """A way to train. The defaults are correct; says is the mistake.

    setup: what happens before the first step, in order. std: of the first weights. learning_rate: by step and number of
    steps. loss_scale: the loss of a name as a multiple of the mean, by its number of predictions. tokens: the part of a
    name's tokens that is used. first_name: the place of the first step's name. m_corrected, v_corrected: whether Adam
    makes up for the start at 0. eps_inside, takes_root: what its step is divided by. adam: False is plain descent.
    passes: the forward pass and its gradient. held_out: the held-out loss after 1,000 steps, the mean of 20 seeds, of
    passes far from a limit of 3 or 4 (benchmarks/training_variants.py). explodes: rounding grows until the losses say
    nothing; some of these trainings end in an error, and some do not.
    """

    says: str = ""
    setup: tuple[SetupStep, ...] = (SHUFFLE_NAMES, DRAW_WEIGHTS)
    std: float = 0.08
    learning_rate: Callable[[int, int], float] = lambda step, num_steps: 0.01 * (1 - step / num_steps)
    beta1: float = 0.85
    beta2: float = 0.99
    m_corrected: bool = True
    v_corrected: bool = True
    zeroes_gradients: bool = True
    eps_inside: bool = False
    takes_root: bool = True
    adam: bool = True
    loss_scale: Callable[[int], float] | None = None
    tokens: Callable[[list[int]], list[int]] = lambda tokens: tokens
    first_name: int = 0
    passes: ForwardVariant | model.Passes = model.STANDARD_PASSES
    held_out: float = HELD_OUT
    explodes: bool = False

    def loss_and_gradient(
        self, batch: model.Batch, weights: model.Weights, config: model.Sizes
    ) -> tuple[float, model.Weights]:
        """Return the loss of a step's one name, and its gradient."""
        loss, gradients = model.loss_and_gradient(batch, weights, config, self.passes)
        if self.loss_scale is None:
            return loss, gradients
        scale = self.loss_scale(min(config.block_size, len(batch[0]) - 1))
        return scale * loss, {name: scale * gradient for name, gradient in gradients.items()}


class TrainingStart(NamedTuple):
    """The start of a training run: the first weights, and the names in the order of the steps. rng: the generator that
    train received, in its state after drawing; None if a run only claims this start.
    """

    weights: model.Weights
    names: list[str]
    rng: random.Random | None = None


class TrainedVariant(NamedTuple):
    """The result of a training run. names: in the order of the steps. rng: as in its start."""

    losses: list[float]
    weights: model.Weights
    names: list[str]
    rng: random.Random | None


def train(
    variant: TrainingVariant,
    docs: Sequence[str],
    seed: int,
    num_steps: int,
    stop: int | None = None,
    start: TrainingStart | None = None,
) -> TrainedVariant:
    """Train for the first `stop` of num_steps steps (None: all). start: replaces the variant's own setup."""
    chars = sorted(set("".join(docs)))
    config = model.Sizes(vocab_size=len(chars) + 1)
    if start is None:
        weights, names, rng = set_up(variant, docs, seed, num_steps, config)
    else:
        weights, names, rng = {name: matrix.copy() for name, matrix in start.weights.items()}, start.names, None
    in_turn = [*names[variant.first_name :], *names[: variant.first_name]] if variant.first_name else names
    batches = model.batches(in_turn, chars, repeat(1, num_steps if stop is None else stop))
    used_batches = ([variant.tokens(tokens) for tokens in batch] for batch in batches)
    update = VariantOptimizer(variant, num_steps).update
    steps = model.train(weights, used_batches, config, update, loss_function=variant.loss_and_gradient)
    return TrainedVariant([step.loss for step in steps], weights, names, rng)


def set_up(
    variant: TrainingVariant, docs: Sequence[str], seed: int, num_steps: int, config: model.Sizes
) -> TrainingStart:
    """Run the variant's actions before the first step."""
    rng = given_rng = random.Random(seed)
    names, weights = list(docs), {}
    for setup_step in variant.setup:
        if setup_step is OWN_RNG:
            rng = random.Random(DEFAULT_SEED)
        elif setup_step is GIVEN_RNG:
            rng = given_rng
        elif setup_step is SHUFFLE_NAMES:
            rng.shuffle(names)
        elif setup_step is CHOOSE_NAMES:
            names = [rng.choice(names) for _ in range(num_steps)]
        else:
            weights = model.draw_weights(config, rng, variant.std)
    return TrainingStart(weights, names, given_rng)


class VariantOptimizer:
    """Adam, or the optimiser that a variant uses instead."""

    def __init__(self, variant: TrainingVariant, num_steps: int) -> None:
        self.variant, self.num_steps = variant, num_steps
        self.gradient = self.m = self.v = 0.0  # flat

    def update(self, step: int, weights: model.Weights, gradients: model.Weights) -> model.Weights:
        """Change the weights in place, and return them."""
        variant, t = self.variant, step + 1
        gradient = model.flat(gradients, weights)
        self.gradient = gradient if variant.zeroes_gradients else self.gradient + gradient
        self.m = variant.beta1 * self.m + (1 - variant.beta1) * self.gradient
        self.v = variant.beta2 * self.v + (1 - variant.beta2) * self.gradient**2
        m_hat = self.m / (1 - variant.beta1**t) if variant.m_corrected else self.m
        v_hat = self.v / (1 - variant.beta2**t) if variant.v_corrected else self.v
        if variant.eps_inside:
            divisor = np.sqrt(v_hat + 1e-8)
        else:
            divisor = (np.sqrt(v_hat) if variant.takes_root else v_hat) + 1e-8
        direction = m_hat / divisor if variant.adam else self.gradient
        model.subtract_flat(weights, variant.learning_rate(step, self.num_steps) * direction)
        return weights


KNOWN_MISTAKES = (
    TrainingVariant("the weights are drawn before the names are shuffled.", setup=(DRAW_WEIGHTS, SHUFFLE_NAMES)),
    TrainingVariant("the names are not shuffled before the weights are drawn.", setup=(DRAW_WEIGHTS,), held_out=2.403),
    TrainingVariant(
        "train creates a new generator instead of using rng.",
        setup=(OWN_RNG, SHUFFLE_NAMES, DRAW_WEIGHTS),
        held_out=2.366,
    ),
    TrainingVariant(
        "the weights are not drawn with the generator that shuffled the names.",
        setup=(SHUFFLE_NAMES, OWN_RNG, DRAW_WEIGHTS),
    ),
    TrainingVariant(
        "the names are not shuffled with the generator that draws the weights.",
        setup=(OWN_RNG, SHUFFLE_NAMES, GIVEN_RNG, DRAW_WEIGHTS),
        held_out=2.365,
    ),
    TrainingVariant(
        "each step draws a name at random; step i must use name i of the shuffled copy.",
        setup=(SHUFFLE_NAMES, DRAW_WEIGHTS, CHOOSE_NAMES),
    ),
    TrainingVariant(
        "each step draws a name at random, and the names are not shuffled.", setup=(DRAW_WEIGHTS, CHOOSE_NAMES)
    ),
    TrainingVariant("step i uses name i + 1 of the shuffled copy, and must use name i.", first_name=1),
    TrainingVariant("the first weights have the standard deviation 0.02 instead of 0.08.", std=0.02, held_out=2.363),
    TrainingVariant("the first weights have the standard deviation 0.1 instead of 0.08.", std=0.1),
    TrainingVariant("the first weights have the standard deviation 1 instead of 0.08.", std=1.0, explodes=True),
    TrainingVariant(
        "the loss of a name is the sum over its positions, and must be their mean.",
        loss_scale=lambda count: count,
        held_out=2.35,
    ),
    TrainingVariant(
        "the closing BOS is not predicted: it is the target of the last position.",
        tokens=lambda tokens: tokens[:-1],
        held_out=3.636,
    ),
    TrainingVariant(
        "the opening BOS is left out: the first letter is never predicted.",
        tokens=lambda tokens: tokens[1:],
        held_out=2.614,
    ),
    TrainingVariant(
        "the loss of a name is divided by one more than its predictions.", loss_scale=lambda count: count / (count + 1)
    ),
    TrainingVariant(
        "Adam lacks the correction of its first steps, m / (1 - beta1^t) and v / (1 - beta2^t).",
        m_corrected=False,
        v_corrected=False,
    ),
    TrainingVariant("Adam lacks the correction of m in its first steps, m / (1 - beta1^t).", m_corrected=False),
    TrainingVariant(
        "Adam lacks the correction of v in its first steps, v / (1 - beta2^t).", v_corrected=False, held_out=2.36
    ),
    TrainingVariant("Adam divides by v_hat, and must divide by its root.", takes_root=False, explodes=True),
    TrainingVariant(
        "gradients are never reset to 0, so each step adds to the old ones.", zeroes_gradients=False, explodes=True
    ),
    TrainingVariant("Adam's eps is inside the root, and must be added to it.", eps_inside=True),
    TrainingVariant(
        "the step is plain gradient descent, lr times the gradient, instead of Adam's.", adam=False, held_out=2.563
    ),
    TrainingVariant("Adam has beta1 = 0.9 instead of 0.85.", beta1=0.9),
    TrainingVariant("Adam has beta2 = 0.999 instead of 0.99.", beta2=0.999),
    TrainingVariant("Adam has beta1 = 0.9 and beta2 = 0.999 instead of 0.85 and 0.99.", beta1=0.9, beta2=0.999),
    TrainingVariant(
        "the learning rate does not fall: linear_decay is not used.",
        learning_rate=lambda step, num_steps: 0.01,
        held_out=2.449,
    ),
    TrainingVariant(
        "the learning rate falls one step too early: steps are counted from 0.",
        learning_rate=lambda step, num_steps: 0.01 * (1 - (step + 1) / num_steps),
    ),
    TrainingVariant(
        "the learning rate falls too fast: it reaches 0 in the last step.",
        learning_rate=lambda step, num_steps: 0.01 * (1 - step / max(1, num_steps - 1)),
    ),
    TrainingVariant(
        "the learning rate starts at 0.001 instead of 0.01.",
        learning_rate=lambda step, num_steps: 0.001 * (1 - step / num_steps),
        held_out=2.46,
    ),
    TrainingVariant("the position embedding is not added.", passes=ForwardVariant(positions=False), held_out=2.373),
    TrainingVariant(
        "the attention scores are not divided by the root of head_dim.",
        passes=ForwardVariant(scale=lambda head_dim: 1.0),
    ),
    TrainingVariant(
        "the attention scores are divided by head_dim or the root of n_embd, not the root of head_dim.",
        passes=ForwardVariant(scale=lambda head_dim: 1 / head_dim),
    ),
    TrainingVariant("attention adds nothing.", passes=ForwardVariant(attention_onto="lost"), held_out=2.363),
    TrainingVariant("the feed-forward block adds nothing.", passes=ForwardVariant(mlp_onto="lost"), held_out=2.361),
    TrainingVariant(
        "the residual connection around attention is missing.",
        passes=ForwardVariant(attention_onto="nothing"),
        held_out=2.427,
    ),
    TrainingVariant(
        "the residual connection around the mlp is missing.", passes=ForwardVariant(mlp_onto="nothing"), held_out=2.388
    ),
    TrainingVariant(
        "both residual connections are missing.",
        passes=ForwardVariant(attention_onto="nothing", mlp_onto="nothing"),
        held_out=2.452,
    ),
    TrainingVariant(
        "both residual connections start from the normalised x.",
        passes=ForwardVariant(attention_onto="normed", mlp_onto="normed"),
    ),
    TrainingVariant(
        "the residual connection around attention starts from the normalised x.",
        passes=ForwardVariant(attention_onto="normed"),
    ),
    TrainingVariant(
        "the residual connection around the mlp starts from the normalised x.", passes=ForwardVariant(mlp_onto="normed")
    ),
    TrainingVariant("the mlp gets the x from before attention.", passes=ForwardVariant(side_by_side=True)),
    TrainingVariant(
        "the norm after the embeddings is missing.", passes=ForwardVariant(norms=("attention", "mlp")), held_out=2.384
    ),
    TrainingVariant("the norm before attention is missing.", passes=ForwardVariant(norms=("embedding", "mlp"))),
    TrainingVariant("the norm before the mlp is missing.", passes=ForwardVariant(norms=("embedding", "attention"))),
    TrainingVariant("the norms before attention and mlp are missing.", passes=ForwardVariant(norms=("embedding",))),
    TrainingVariant(
        "x is also normalised before lm_head, as in GPT-2.",
        passes=ForwardVariant(norms=("embedding", "attention", "mlp", "head")),
        held_out=2.368,
    ),
    TrainingVariant(
        "x is normalised after each residual connection, not before attention and mlp.",
        passes=ForwardVariant(norms=("embedding", "sums")),
        held_out=2.373,
    ),
    TrainingVariant("the norm is a LayerNorm, which also subtracts the mean.", passes=ForwardVariant(norm=layernorm)),
    TrainingVariant(
        "the norm uses the sum of squares, and must use their mean.",
        passes=ForwardVariant(norm=lambda x: rmsnorm(x, factor=x.data.shape[-1])),
        held_out=2.386,
    ),
    TrainingVariant(
        "the norm divides by the mean of squares, and must divide by its root.",
        passes=ForwardVariant(norm=lambda x: rmsnorm(x, exponent=-1.0)),
        held_out=2.369,
    ),
    TrainingVariant(
        "the norm's eps is 1e-6 instead of 1e-5.", passes=ForwardVariant(norm=lambda x: rmsnorm(x, eps=1e-6))
    ),
    TrainingVariant("the ReLU is missing.", passes=ForwardVariant(activation=lambda x: x), held_out=2.366),
    TrainingVariant("the mlp has a GELU instead of the ReLU.", passes=ForwardVariant(activation=gelu)),
    TrainingVariant(
        "the mlp has the short GELU, x * sigmoid(1.702 * x), instead of the ReLU.",
        passes=ForwardVariant(activation=lambda x: gelu(x, rate=1.702, cubic=0.0)),
    ),
    TrainingVariant("the mlp squares the ReLU.", passes=ForwardVariant(activation=lambda x: relu(x) * relu(x))),
    TrainingVariant("attention is not split into heads.", passes=ForwardVariant(heads=1)),
    TrainingVariant("each position attends only to itself.", passes=ForwardVariant(past=False), held_out=2.364),
    TrainingVariant("attn_wo is not used.", passes=ForwardVariant(joined=False), held_out=2.351),
    TrainingVariant("the query is made with attn_wk.", passes=ForwardVariant(made_by="kkv")),
    TrainingVariant("the key is made with attn_wq.", passes=ForwardVariant(made_by="qqv")),
    TrainingVariant("attn_wq and attn_wk are swapped.", passes=ForwardVariant(made_by="kqv")),
    TrainingVariant("keys and values are swapped.", passes=ForwardVariant(made_by="qvk")),
    TrainingVariant("the values are the keys.", passes=ForwardVariant(made_by="qkk")),
    TrainingVariant(
        "the values are x itself: attn_wv is not used.", passes=ForwardVariant(made_by="qkx"), held_out=2.35
    ),
    TrainingVariant(
        "the logits are made with wte instead of lm_head.", passes=ForwardVariant(head="wte"), held_out=2.399
    ),
)
