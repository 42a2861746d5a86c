"""Collects [query][layer][head] and turns it around in tuples; ranks by picking the least surprising one each time."""

from part05_gpt import gpt
from part07_training import held_out_loss


def attention_map(name, trained):
    config, chars = trained.config, trained.tokenizer.chars
    keys, values = [[] for _ in range(config.n_layer)], [[] for _ in range(config.n_layer)]
    rows = []
    for position, token in zip(range(config.block_size), [len(chars)] + [chars.index(char) for char in name]):
        looks = []
        gpt(token, position, keys, values, trained.state_dict, config, looks)
        rows.append([[tuple(weight.data for weight in head) for head in layer] for layer in looks])
    layers, heads = range(config.n_layer), range(config.n_head)
    return tuple(tuple(tuple(row[layer][head] for row in rows) for head in heads) for layer in layers)


def rank_names(names, trained):
    rest, ranked = list(names), []
    losses = {name: held_out_loss([name], trained) for name in set(names)}
    while rest:
        ranked.append(min(rest, key=losses.get))
        rest.remove(ranked[-1])
    return tuple(ranked)
