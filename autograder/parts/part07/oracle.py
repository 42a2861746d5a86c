"""What the checks of part 7 share: random models and names, and what the grader's own model makes of them.

A guard before the logarithm is right: `log(max(p, 1e-6))`, or any lower bound; `log(p + 1e-6)`, or less. Each token
that a check asks of a fresh model has a probability of at least LEAST, so that a lower bound never shows, and such an
addition changes a number by much less than TOLERANCE. An addition of 1e-4 or more is a mistake with every seed: it
changes a loss, the mean of -ln p, by more than TOLERANCE * max(1, loss), since the mean of 1/p is at least e^loss.
tests/gates/test_guards_of_the_logarithm.py shows both.
"""

import random

import numpy as np

from autograder import model
from autograder.course import ROOT

NAMES_FILE = ROOT / "datasets" / "names.txt"
LETTERS = "Dabce"  # sorted; the capital is a separate letter
STD = 0.25  # of the weights: wide enough for mistakes to show in the first digits
LEAST = 0.05  # a lower probability is not asked of a fresh model
TOLERANCE = 1e-4  # of losses, gradients and weights

TINY = [3, 2, 1, 1, 4]  # two letters: vocab_size, n_embd, n_head, n_layer, block_size
LONG = [6, 2, 1, 1, 18]  # more positions than the course's own model


def tokens_of(draw, sizes, length):
    """A random name with this number of characters, as tokens."""
    bos = sizes[0] - 1
    return [bos, *(draw.randrange(bos) for _ in range(length)), bos]


def weights_of(sizes, seed, std=STD):
    """The model that a probe makes of the same sizes and seed."""
    config = model.Sizes(*sizes)
    return model.draw_weights(config, random.Random(seed), std), config


def draw_model(draw, sizes, names):
    """A seed, and its model, which gives no token of these names less than LEAST. One of them is not the likeliest, and
    its logit is negative: else a few mistakes would go unseen.
    """
    while True:
        seed = draw.randrange(1000)
        weights, config = weights_of(sizes, seed)
        targets = [target for tokens in names for target in targets_of(tokens, weights, config)]
        least = min(probability for probability, _ in targets)
        if LEAST <= least < 1 / config.vocab_size and min(logit for _, logit in targets) < 0:
            return seed, weights, config


def targets_of(tokens, weights, config):
    """The probability and the logit of each token that a name asks for."""
    count = min(len(tokens) - 1, config.block_size)
    logits = model.logits(tokens[:count], weights, config)  # (count, vocab_size)
    totals = np.exp(logits).sum(axis=1)  # (count)
    at_targets = logits[range(count), tokens[1 : count + 1]]
    return list(zip((np.exp(at_targets) / totals).tolist(), at_targets.tolist()))


def losses_of(names, weights, config):
    """The loss of each name."""
    return [model.loss_and_gradient([tokens], weights, config)[0] for tokens in names]


def as_lists(weights):
    """Numpy's matrices as they come out of a worker."""
    return {name: matrix.tolist() for name, matrix in weights.items()}


def run_steps(weights, config, names, rates):
    """The losses of a few steps with a fresh optimiser; moves the weights."""
    adam, losses = model.AdamState(), []
    for tokens, lr in zip(names, rates):
        loss, gradients = model.loss_and_gradient([tokens], weights, config)
        model.adam_step(weights, gradients, adam, lr)
        losses.append(loss)
    return losses


def words(draw, count, repeated=False):
    """Made-up words in random order, one of which has every letter. repeated: one comes twice."""
    drawn = ["".join(draw.sample(LETTERS, len(LETTERS)))]
    while len(drawn) < count - repeated:
        word = draw.word(1, 4, LETTERS)
        drawn += [word] if word not in drawn else []
    return draw.sample(drawn + drawn[-1:] * repeated, count)


def draw_seed(draw):
    """A seed of a training that is not 42, the default."""
    return draw.randrange(100, 1000)
