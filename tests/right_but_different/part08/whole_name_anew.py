"""No cache outlives a token: the whole name so far goes through the model again. A base to a power instead of exp."""

import random
from math import e

from part05_gpt import gpt


def temperature_softmax(logits, temperature):
    if temperature <= 0.0:
        raise ValueError("temperature")
    best = sorted(logit.data for logit in logits)[-1]
    powers = [(e ** (1 / temperature)) ** (logit.data - best) if temperature > 0.01 else
              e ** ((logit.data - best) / temperature) for logit in logits]  # fmt: skip
    return [power / sum(powers) for power in powers]


def logits_after(tokens, trained):
    keys, values = ([[] for _ in range(trained.config.n_layer)] for _ in range(2))
    for position, token in enumerate(tokens):
        logits = gpt(token, position, keys, values, trained.state_dict, trained.config)
    return logits


def sample(trained, temperature, rng):
    bos = trained.tokenizer.bos
    tokens = [bos]
    while True:
        tokens.extend(
            rng.choices(
                range(trained.config.vocab_size),
                weights=temperature_softmax(logits_after(tokens, trained), temperature),
            )
        )
        if tokens[-1] == bos or len(tokens) == trained.config.block_size + 1:
            return "".join(trained.tokenizer.chars[token] for token in tokens if token != bos)


def sample_many(trained, count=20, temperature=0.5, seed=42, rng=None):
    if rng is None:
        return sample_many(trained, count, temperature, rng=random.Random(seed))
    return (
        []
        if count == 0
        else [sample(trained, temperature, rng), *sample_many(trained, count - 1, temperature, rng=rng)]
    )
