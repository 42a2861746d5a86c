"""Calls of part 10 that can be worked out on paper: how many numbers there are."""

from autograder.grading.part_probes import Call


def calls(draw):
    """Short names, small models."""
    heads, layers = draw.choice((1, 2)), draw.choice((1, 2, 3))
    sizes = {"vocab_size": 4, "n_embd": 2 * heads, "n_head": heads, "n_layer": layers, "block_size": 6}
    name = "".join(draw.sample("abc", draw.choice((2, 3))))
    return [
        Call(
            "10.1",
            "attention_map",
            (name, "abc", sizes, 1),
            "layer, head, query, key: BOS is a query too, and query t sees t + 1 keys.",
            only_lengths=True,
        ),
        Call(
            "10.1",
            "attention_map",
            ("", "abc", sizes, 1),
            "the only query is BOS, and it has only itself to look at: a weight of 1 for each layer and head.",
        ),
        Call(
            "10.2",
            "rank_names",
            ([name, "a", name, "bc"], "abc", sizes, 1),
            "no name is left out, a repeated one is returned twice, and the caller's list stays as it is.",
            only_lengths=True,
        ),
    ]
