"""Tokens drawn with one rng.random() each and running sums; the temperature is turned into a factor."""

import bisect
import itertools
import math
import random

from part05_gpt import gpt


def temperature_softmax(logits, temperature):
    if temperature <= 0:
        raise ValueError("temperature")
    sharpness = 1.0 / temperature
    scaled = [logit.data * sharpness for logit in logits]
    top = max(scaled)
    log_total = top + math.log(math.fsum(math.exp(x - top) for x in scaled))
    return tuple(math.exp(x - log_total) for x in scaled)


def draw(probabilities, rng):
    sums = list(itertools.accumulate(probabilities))
    return min(bisect.bisect(sums, rng.random() * sums[-1]), len(sums) - 1)


def sample(trained, temperature, rng):
    tokenizer = trained.tokenizer
    caches = [{layer: [] for layer in range(trained.config.n_layer)} for _ in "kv"]
    token, name = tokenizer.bos, ""
    while len(name) < trained.config.block_size:
        logits = gpt(token, len(name), caches[0], caches[1], trained.state_dict, trained.config)
        token = draw(temperature_softmax(logits, temperature), rng)
        if token == tokenizer.bos:
            return name
        name += tokenizer.chars[token]
    return name


def sample_many(trained, count=20, temperature=0.5, seed=42, rng=None):
    rng = rng or random.Random(seed)
    names = []
    for _ in range(count):
        names.append(sample(trained, temperature, rng))
    return names
