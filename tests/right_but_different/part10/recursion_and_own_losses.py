"""The map by recursion over the tokens, as tuples; the ranking by logits and log-sum-exp, decorated and sorted."""

import math

from part05_gpt import gpt


def read(trained, tokens, keys, values, position=0):
    """(weights by layer, logits) of each token."""
    if position == len(tokens):
        return []
    looks = []
    logits = gpt(tokens[position], position, keys, values, trained.state_dict, trained.config, attention=looks)
    return [(looks, logits)] + read(trained, tokens, keys, values, position + 1)


def read_name(trained, name):
    tokens = trained.tokenizer.encode(name)
    count = min(len(tokens) - 1, trained.config.block_size)
    keys, values = ([[] for _ in range(trained.config.n_layer)] for _ in range(2))
    return read(trained, tokens[:count], keys, values), tokens[1 : count + 1]


def attention_map(name, trained):
    steps, _ = read_name(trained, name)
    return tuple(
        tuple(
            tuple(tuple(float(weight.data) for weight in looks[layer][head]) for looks, _ in steps)
            for head in range(trained.config.n_head)
        )
        for layer in range(trained.config.n_layer)
    )


def surprise(name, trained):
    steps, targets = read_name(trained, name)
    nats = 0.0
    for (_, logits), target in zip(steps, targets):
        numbers = [logit.data for logit in logits]
        largest = max(numbers)
        nats += largest + math.log(sum(math.exp(number - largest) for number in numbers)) - numbers[target]
    return nats / len(targets)


def rank_names(names, trained):
    decorated = [(surprise(name, trained), place, name) for place, name in enumerate(names)]
    decorated.sort()
    return tuple(name for _, _, name in decorated)
