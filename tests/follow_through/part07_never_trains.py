# Computes losses and never moves a weight: sequence_loss cuts the graph, so that right code would not move one either.
import random
from dataclasses import dataclass

from part01_autograd import Value
from part02_tokenizer import Tokenizer
from part03_layers import softmax
from part04_parameters import Config, init_state_dict
from part05_gpt import gpt


@dataclass
class Trained:
    tokenizer: object
    config: object
    state_dict: dict
    losses: list


def sequence_loss(tokens, state_dict, config):
    count = min(config.block_size, len(tokens) - 1)
    keys, values = [[] for _ in range(config.n_layer)], [[] for _ in range(config.n_layer)]
    losses = [-softmax(gpt(tokens[i], i, keys, values, state_dict, config))[tokens[i + 1]].log() for i in range(count)]
    return Value((sum(losses) / count).data)


def training_step(tokens, state_dict, config, optimizer, lr):
    return sequence_loss(tokens, state_dict, config).data


def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=None):
    rng = random.Random(seed) if rng is None else rng
    docs = list(docs)
    rng.shuffle(docs)
    tokenizer = Tokenizer(docs)
    config = Config(vocab_size=tokenizer.vocab_size) if config is None else config
    state_dict, losses = init_state_dict(config, rng), []
    for step in range(num_steps):
        losses.append(sequence_loss(tokenizer.encode(docs[step % len(docs)]), state_dict, config).data)
        if on_step is not None:
            on_step(step, losses[-1])
    return Trained(tokenizer, config, state_dict, losses)


def held_out_loss(docs, trained):
    counts = [min(trained.config.block_size, len(doc) + 1) for doc in docs]
    losses = [sequence_loss(trained.tokenizer.encode(doc), trained.state_dict, trained.config).data for doc in docs]
    return sum(n * loss for n, loss in zip(counts, losses)) / sum(counts)
