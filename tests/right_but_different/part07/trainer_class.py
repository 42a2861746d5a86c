"""A class holds the model, one forward pass gives the list of losses of all positions, and a log of a quotient."""

from __future__ import annotations

import random
from typing import NamedTuple

from part02_tokenizer import Tokenizer
from part03_layers import softmax
from part04_parameters import Config, flatten, init_state_dict
from part05_gpt import gpt
from part06_adam import Adam, linear_decay


class Trained(NamedTuple):
    tokenizer: Tokenizer
    config: Config
    state_dict: dict
    losses: tuple


class Model:
    def __init__(self, state_dict, config):
        self.state_dict, self.config = state_dict, config

    def surprises(self, tokens):
        """The loss of each prediction of a name, as Values."""
        tokens = tokens[: self.config.block_size + 1]
        keys = {layer: [] for layer in range(self.config.n_layer)}
        values = {layer: [] for layer in range(self.config.n_layer)}
        found = []
        while len(found) < len(tokens) - 1:
            i = len(found)
            probabilities = softmax(gpt(tokens[i], i, keys, values, self.state_dict, self.config))
            found.append((1 / probabilities[tokens[i + 1]]).log())
        return found


def sequence_loss(tokens, state_dict, config):
    surprises = Model(state_dict, config).surprises(tokens)
    if not surprises:
        raise ValueError("nothing to predict")
    loss = surprises[0] * (1.0 / len(surprises))
    for surprise in surprises[1:]:
        loss = loss + surprise * (1.0 / len(surprises))
    return loss


def training_step(tokens, state_dict, config, optimizer, lr):
    for parameter in flatten(state_dict):
        parameter.grad = 0.0
    loss = sequence_loss(tokens, state_dict, config)
    loss.backward()
    optimizer.step(lr)
    return loss.data


def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=lambda step, loss: None):
    generator = rng or random.Random(seed)
    names = docs[:]
    generator.shuffle(names)
    tokenizer = Tokenizer(sorted(set(names)))
    sizes = config or Config(vocab_size=len(tokenizer.chars) + 1)
    matrices = init_state_dict(sizes, generator)
    optimizer = Adam(params=flatten(matrices))
    queue, losses = [], []
    while len(losses) < num_steps:
        queue = queue or names[::-1]
        step = len(losses)
        losses.append(
            training_step(tokenizer.encode(queue.pop()), matrices, sizes, optimizer, linear_decay(step, num_steps))
        )
        if on_step is not None:
            on_step(step, losses[step])
    return Trained(tokenizer, sizes, matrices, tuple(losses))


def held_out_loss(docs, trained):
    model = Model(trained.state_dict, trained.config)
    nats = [surprise.data for doc in docs for surprise in model.surprises(trained.tokenizer.encode(doc))]
    return sum(nats) / len(nats)
