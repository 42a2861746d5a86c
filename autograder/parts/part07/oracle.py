"""What the checks of part 7 share: random models and names, and what the grader's own model makes of them."""

import random

from autograder import model

LETTERS = "Dabce"  # sorted; the capital is a letter of its own
STD = 0.7  # of the weights: wide, so that a mistake anywhere shows in the first digits


def tokens_of(draw, sizes, length):
    """A random name of so many characters, as tokens."""
    bos = sizes[0] - 1
    return [bos, *(draw.randrange(bos) for _ in range(length)), bos]


def weights_of(sizes, seed):
    """The model that a probe makes of the same sizes and seed."""
    config = model.Sizes(*sizes)
    return model.draw_weights(config, random.Random(seed), STD), config


def losses_of(names, weights, config):
    """The loss of each name."""
    return [model.loss_and_gradient([tokens], weights, config)[0] for tokens in names]


def as_lists(weights):
    """Numpy's matrices as they come out of a worker."""
    return {name: matrix.tolist() for name, matrix in weights.items()}


def run_steps(weights, config, names, rates):
    """The losses of a few steps with a fresh optimiser; moves the weights."""
    memory, losses = model.Memory(), []
    for tokens, lr in zip(names, rates):
        loss, gradients = model.loss_and_gradient([tokens], weights, config)
        model.adam_step(weights, gradients, memory, lr)
        losses.append(loss)
    return losses


def words(draw, count):
    """Made-up words in random order that have every letter, so that the tokenizer knows all; one comes twice."""
    found = ["".join(draw.sample(LETTERS, len(LETTERS)))]
    while len(found) < count - 1:
        word = draw.word(1, 4, LETTERS)
        found += [word] if word not in found else []
    return draw.sample([*found, found[-1]], count)
