"""The loss from the logits in one go: log of the sum of exps, less the right logit; itertools instead of indices."""

import itertools
import random
from dataclasses import dataclass, field

import part04_parameters
from part02_tokenizer import Tokenizer
from part05_gpt import gpt
from part06_adam import Adam, linear_decay


@dataclass
class Trained:
    tokenizer: object
    config: object
    state_dict: dict
    losses: list = field(default_factory=list)


def cross_entropy(logits, target):
    top = max(logit.data for logit in logits)
    exps = [(logit - top).exp() for logit in logits]
    return sum(exps[1:], exps[0]).log() + top - logits[target]


def sequence_loss(tokens, state_dict, config):
    caches = tuple([[] for _ in range(config.n_layer)] for _ in range(2))
    pairs = itertools.islice(zip(tokens, tokens[1:]), config.block_size)
    total, seen = 0, 0
    for seen, (token, following) in enumerate(pairs, start=1):
        total = cross_entropy(gpt(token, seen - 1, *caches, state_dict, config), following) + total
    if not seen:
        raise ValueError("nothing to predict")
    return (1 / seen) * total


def training_step(tokens, state_dict, config, optimizer, lr):
    loss = sequence_loss(tokens, state_dict, config)
    before = loss.data
    loss.backward()
    optimizer.step(lr=lr)
    return before


def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=None):
    if not docs or num_steps < 0:
        raise ValueError("no names, or fewer than no steps")
    if rng is None:
        rng = random.Random()
        rng.seed(seed)
    order = list(range(len(docs)))  # a shuffle of the numbers is the same shuffle
    rng.shuffle(order)
    tokenizer = Tokenizer(docs)
    if config is None:
        config = part04_parameters.Config(tokenizer.vocab_size)
    trained = Trained(tokenizer, config, part04_parameters.init_state_dict(config, rng))
    optimizer = Adam(part04_parameters.flatten(trained.state_dict))
    for step, name in zip(range(num_steps), itertools.cycle(order)):
        rate = linear_decay(step, num_steps)
        loss = training_step(tokenizer.encode(docs[name]), trained.state_dict, config, optimizer, rate)
        trained.losses.append(loss)
        if on_step:
            on_step(step, loss)
    return trained


def held_out_loss(docs, trained):
    sizes, sums = [], []
    for doc in docs:
        sizes.append(min(len(doc) + 1, trained.config.block_size))
        loss = sequence_loss(trained.tokenizer.encode(doc), trained.state_dict, trained.config)
        sums.append(sizes[-1] * loss.data)
    return sum(sums) / sum(sizes)
