"""What the checks of part 10 expect, from part 5's oracle: a model on plain numbers, written on its own."""

from autograder.parts.part05 import oracle

LETTERS = "Aeklmnr"  # sorted; the capital is a separate letter


def model_sizes(layers=2, heads=3, positions=9, letters=LETTERS):
    return {
        "vocab_size": len(letters) + 1,
        "n_embd": 2 * heads,
        "n_head": heads,
        "n_layer": layers,
        "block_size": positions,
    }


def encode(name, letters=LETTERS):
    """BOS, the letters' numbers, BOS, as part 2's Tokenizer (the letters are sorted)."""
    return [len(letters), *map(letters.index, name), len(letters)]


def attention_map(name, sizes, seed, letters=LETTERS):
    """The attention weights, (n_layer, n_head, queries, keys)."""
    tokens = encode(name, letters)[:-1][: sizes["block_size"]]
    by_token = oracle.read(tokens, oracle.draw_weights(sizes, seed), sizes)[1]
    layers, heads = range(sizes["n_layer"]), range(sizes["n_head"])
    return [[[by_layer[layer][head] for by_layer in by_token] for head in heads] for layer in layers]


def likely_of_map(value, expected):
    """What to look at when a map is wrong: its shape, or else what gpt was given."""
    if shape(value) == shape(expected):
        return (
            "the rows have the right lengths, so look at what gpt gets: BOS first, each token with its position, KV "
            "caches that are new for each name, and a new attention list for each token."
        )
    return (
        "a map is [layer][head][query][key]. Queries are BOS and the name's characters, at most block_size of them; "
        "row t has t + 1 weights."
    )


def shape(value):
    """The lists of a value without what is in them."""
    return [shape(item) for item in value] if isinstance(value, list) else None


def draw_names(draw, sizes, seed, count=12, longest=8, letters=LETTERS):
    """Names whose order by loss per token is clear. It differs from the orders that mistakes would give, and these
    differ from each other, so that no mistake is taken for another.
    """
    weights, block_size = oracle.draw_weights(sizes, seed), sizes["block_size"]
    losses = {}
    while True:
        for name in (draw.word(1, longest, letters) for _ in range(2 if losses else count)):
            losses[name] = oracle.loss_per_token(encode(name, letters), weights, sizes)
        if len(losses) < count:
            continue
        names = draw.sample(list(losses), count)  # some of those so far: a loss costs more than a list that won't do
        nats = {name: losses[name] * min(len(name) + 1, block_size) for name in names}
        keys = [
            lambda name, losses=losses: losses[name],
            lambda name, losses=losses: -losses[name],
            lambda name, losses=losses: round(losses[name], 1),
            lambda name, nats=nats: nats[name],
            lambda name, nats=nats: nats[name] / len(name),
            lambda name, nats=nats: nats[name] / (len(name) + 2),
            str,
            len,
        ]
        if block_size <= longest:  # nats of the tokens that are read, divided by all; the mean of those, for all tokens
            keys += [
                lambda name, nats=nats: nats[name] / (len(name) + 1),
                lambda name, losses=losses: losses[name] * (len(name) + 1),
                lambda name, losses=losses: losses[name] * (len(name) + 1) / (len(name) + 2),
                lambda name, losses=losses: losses[name] * (len(name) + 1) / len(name),
            ]
        orders = [names, *(sorted(names, key=key) for key in keys)]
        ranked = orders[1]
        gaps = [losses[after] - losses[before] for before, after in zip(ranked, ranked[1:])]
        if min(gaps) > 1e-3 and len({*map(tuple, orders)}) == len(orders):
            return names, ranked
