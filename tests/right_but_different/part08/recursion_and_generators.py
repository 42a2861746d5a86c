"""A name by recursion on what came before, an endless generator of names, and part 3's softmax."""

from itertools import islice
from random import Random

import part05_gpt
from part01_autograd import Value
from part03_layers import softmax


def temperature_softmax(logits, temperature):
    if not temperature > 0:
        raise ValueError("temperature")
    return [p.data for p in softmax([Value(logit.data / temperature) for logit in logits])]


def rest_of_name(tokens, caches, trained, temperature, rng):
    if len(tokens) > trained.config.block_size:
        return tokens
    logits = part05_gpt.gpt(tokens[-1], len(tokens) - 1, *caches, trained.state_dict, trained.config)
    everything = list(range(len(logits)))
    (token,) = rng.choices(everything, temperature_softmax(logits, temperature), k=1)
    if token == trained.tokenizer.bos:
        return tokens
    return rest_of_name(tokens + [token], caches, trained, temperature, rng)


def sample(trained, temperature, rng):
    layers = range(trained.config.n_layer)
    caches = ([[] for _ in layers], [[] for _ in layers])
    return trained.tokenizer.decode(rest_of_name([trained.tokenizer.bos], caches, trained, temperature, rng))


def names(trained, temperature, rng):
    while True:
        yield sample(trained, temperature, rng)


def sample_many(trained, count=20, temperature=0.5, seed=42, rng=None):
    return list(islice(names(trained, temperature, Random(seed) if rng is None else rng), count))
