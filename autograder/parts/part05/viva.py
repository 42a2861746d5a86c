"""Calls of part 5 that can be worked out on paper. Those with drawn weights are asked for lengths."""

from autograder.grading.part_probes import Call


def calls(draw):
    """Keys that are equal, or at a right angle to the query: the weights are equal then."""
    a, b, c = draw.sample(range(2, 9), 3)
    heads, layers, past = draw.choice((1, 2)), draw.choice((1, 2)), draw.choice((1, 2))
    sizes = {"vocab_size": 5, "n_embd": 2 * heads, "n_head": heads, "n_layer": layers, "block_size": 6}
    caches = [[[[0] * 2 * heads] * past, *[[]] * (layers - 1)] for _ in "kv"]
    tokens = draw.sample(range(5), draw.choice((2, 3)))
    one, flip, off = [[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, 0], [0, 0]]
    even = "all scores are equal, so softmax gives every position the same weight"
    return [
        Call(
            "5.1", "attention_output", ([a, 0], [[0, b], [0, c]], [[a, 2], [b, 4]]), f"{even}: the mean of the values."
        ),
        Call("5.1", "attention_weights", ([a, b], [[c, 1]] * 4, [[1, 0]] * 4), f"{even}; their size does not matter."),
        Call("5.1", "attention_weights", ([b, c], [[a, a]], [[c, b]]), "with one position there is nothing to choose."),
        Call(
            "5.2",
            "attention_by_hand",
            ([a, b], [[]], [[]], off, off, one, flip, 1),
            "the first token has only itself to look at: its value, times attn_wo.",
        ),
        Call(
            "5.2",
            "attention_by_hand",
            ([a, b], [[[0, 0]]], [[[c, 0]]], off, off, one, one, 2),
            "the queries are 0, so each head gives both positions the weight 1/2, over its own numbers.",
        ),
        Call(
            "5.2",
            "caches_by_hand",
            ([a, b], [[]], [[]], one, flip, one, one, 1),
            "keys get attn_wk x, values get attn_wv x; the query is not kept.",
        ),
        Call(
            "5.2",
            "head_weights",
            ([1] * 2 * heads, 0, *caches, sizes, 1),
            "one list per head, with one weight per position, the token's own included.",
            only_lengths=True,
        ),
        Call(
            "5.2",
            "caches_after",
            ([1] * 2 * heads, 0, *caches, sizes, 1),
            "keys and values, by layer, by position: only layer 0 has one more vector.",
            only_lengths=True,
        ),
        Call(
            "5.3",
            "mlp_by_hand",
            ([a, b], [[1, -1], [-1, 1]] * 4, [[1] * 8, [1, 0] * 4]),
            "half of the hidden numbers are negative, and ReLU makes them 0.",
        ),
        Call(
            "5.3",
            "mlp",
            ([1] * 2 * heads, 0, sizes, 1),
            "4 * n_embd numbers inside, n_embd outside.",
            only_lengths=True,
        ),
        Call(
            "5.4",
            "logits_by_hand",
            (1, 0, [[a, b], [a, 0], [b, 0]], [[-a, c], [0, 0], [b, c]], [[1, 0], [0, 1], [1, 1]]),
            "row token_id of wte plus row pos_id of wpe is [0, x]; rmsnorm makes that [0, root of 2]; then lm_head.",
        ),
        Call(
            "5.4",
            "attention_of_tokens",
            (tokens, sizes, 1),
            "an entry per token and layer, for all heads; token t (from 0) attends to t + 1 positions.",
            only_lengths=True,
        ),
        Call(
            "5.4",
            "logits_of_tokens",
            (tokens, sizes, 1),
            "one logit per possible next token, for each token read.",
            only_lengths=True,
        ),
    ]
