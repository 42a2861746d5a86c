"""What the checks of part 10 expect, from part 5's oracle: a model on plain numbers, written on its own."""

from autograder.parts.part05 import oracle

LETTERS = "Aeklmnr"  # sorted; the capital is a letter of its own


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
    """[layer][head][query] lists of weights."""
    tokens = encode(name, letters)[:-1][: sizes["block_size"]]
    looks = oracle.read(tokens, oracle.draw_weights(sizes, seed), sizes)[1]
    layers, heads = range(sizes["n_layer"]), range(sizes["n_head"])
    return [[[by_layer[layer][head] for by_layer in looks] for head in heads] for layer in layers]


def draw_names(draw, sizes, seed, count=5):
    """Names whose order by loss per token is clear, and differs from the orders that mistakes would give."""
    weights, longest = oracle.draw_weights(sizes, seed), 8
    while True:
        names = [draw.word(1, longest, LETTERS) for _ in range(count)]
        losses = {name: oracle.loss_per_token(encode(name), weights, sizes) for name in names}
        nats = {name: losses[name] * min(len(name) + 1, sizes["block_size"]) for name in names}
        other_orders = [
            names,
            sorted(names),
            sorted(names, key=len),
            sorted(names, key=nats.get),
            sorted(names, key=lambda name, losses=losses: round(losses[name], 1)),
            sorted(names, key=lambda name, nats=nats: nats[name] / len(name)),
        ]
        if sizes["block_size"] <= longest:  # nats of the tokens that are read, divided by all tokens
            other_orders.append(sorted(names, key=lambda name, nats=nats: nats[name] / (len(name) + 1)))
        ranked = sorted(names, key=losses.get)
        gaps = [losses[after] - losses[before] for before, after in zip(ranked, ranked[1:])]
        if min(gaps) > 1e-3 and all(ranked != order for order in other_orders):
            return names, ranked
