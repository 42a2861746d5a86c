"""Calls of part 9 that can be worked out on paper."""

from autograder.grading.part_probes import Call


def calls(draw):
    """Small models and texts."""
    layers, length = draw.choice((1, 2, 3)), draw.choice((3, 4, 5))
    heads = draw.choice((1, 2, 4))
    sizes = {"vocab_size": 27, "n_embd": 8, "n_head": heads, "n_layer": layers, "block_size": 16}
    return [
        Call("9.1", "uniform_losses", ([1],), "with one possible token the loss is 0: ln 1."),
        Call("9.1", "uniform_losses", ([heads * 2, 1],), "the loss is ln of how many tokens are possible."),
        Call("9.2", "perplexities", ([0],), "a loss of 0 means that only one token is possible."),
        Call("9.2", "perplexities", ([0, 1],), "perplexity is e to the power of the loss."),
        Call(
            "9.3", "kv_cache_floats", (sizes, length), "a key and a value of n_embd numbers, for each layer and token."
        ),
        Call(
            "9.4",
            "attention_score_count",
            (sizes, length),
            "1 + 2 + ... + length pairs, for each head and each layer.",
        ),
        Call(
            "9.4",
            "scores_of_many",
            (sizes, [1, 2, 3]),
            "the token that is added attends to every position so far: 1, then 2, then 3 more for each head and layer.",
        ),
    ]
