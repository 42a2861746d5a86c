"""A recursive loss over the rest of the name, and training as a generator that yields a loss a step."""

from dataclasses import dataclass
from random import Random

from part01_autograd import Value
from part02_tokenizer import Tokenizer
from part03_layers import softmax
from part04_parameters import Config, flatten, init_state_dict
from part05_gpt import gpt
from part06_adam import Adam, linear_decay


@dataclass
class Trained:
    tokenizer: Tokenizer
    config: Config
    state_dict: dict
    losses: list


def total_loss(tokens, position, keys, values, state_dict, config):
    if position == min(len(tokens) - 1, config.block_size):
        return Value(0.0)
    here = softmax(gpt(tokens[position], position, keys, values, state_dict, config))[tokens[position + 1]].log()
    return total_loss(tokens, position + 1, keys, values, state_dict, config) - here


def predictions(tokens, config):
    return min(len(tokens) - 1, config.block_size)


def sequence_loss(tokens, state_dict, config):
    if len(tokens) < 2:
        raise ValueError("nothing to predict")
    keys, values = ([list() for _ in range(config.n_layer)] for _ in range(2))
    return total_loss(tokens, 0, keys, values, state_dict, config) / predictions(tokens, config)


def training_step(tokens, state_dict, config, optimizer, lr):
    (loss := sequence_loss(tokens, state_dict, config)).backward()
    optimizer.step(lr)
    return float(loss.data)


def steps(docs, num_steps, tokenizer, state_dict, config):
    optimizer = Adam(flatten(state_dict))
    for step in range(num_steps):
        tokens = tokenizer.encode(docs[step - step // len(docs) * len(docs)])
        yield step, training_step(tokens, state_dict, config, optimizer, linear_decay(step, num_steps))


def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=None):
    rng = Random(seed) if rng is None else rng
    docs = [doc for doc in docs]
    rng.shuffle(docs)
    tokenizer = Tokenizer(docs)
    config = Config(vocab_size=tokenizer.vocab_size) if config is None else config
    trained = Trained(tokenizer, config, init_state_dict(config, rng), [])
    for step, loss in steps(docs, num_steps, tokenizer, trained.state_dict, config):
        trained.losses.append(loss)
        if on_step is not None:
            on_step(step, loss)
    return trained


def held_out_loss(docs, trained):
    names = [trained.tokenizer.encode(doc) for doc in docs]
    count = sum(predictions(name, trained.config) for name in names)
    shares = (predictions(name, trained.config) / count for name in names)
    return sum(
        share * sequence_loss(name, trained.state_dict, trained.config).data for share, name in zip(shares, names)
    )
