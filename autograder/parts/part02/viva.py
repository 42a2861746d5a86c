"""Calls of part 2 that can be worked out on paper."""

from autograder.grading.part_probes import Call


def calls(draw):
    """Few letters, short words."""
    a, b, c = sorted(draw.sample("abcdefghijkl", 3))
    docs = [c + a, b + a + a]
    rows, share = [a + b, c, b + c, b, a], draw.choice((0.2, 0.4))
    return [
        Call(
            "2.1",
            "docs_of",
            ("gap.txt", "'emma', '', ' ' and 'ava', one per line"),
            "a line with nothing but spaces is empty once they are stripped, and is skipped.",
            right=["emma", "ava"],
        ),
        Call(
            "2.1",
            "docs_of",
            ("twice.txt", "'mia', 'ava', 'mia' and 'eve', one per line"),
            "repeated lines stay, and so does the file's order.",
            right=["mia", "ava", "mia", "eve"],
        ),
        Call(
            "2.3",
            "split",
            (rows, share, 42),
            "the first list is for training, the second has the share of the names that is held out.",
            only_lengths=True,
        ),
        Call("2.2", "facts_of_tokenizer", (docs,), "chars are sorted, each once; BOS comes after them, and counts."),
        Call(
            "2.2", "encoded", (docs, [a + c, b]), "BOS comes before and after; a letter's id is its position in chars."
        ),
        Call("2.2", "decoded", (docs, [[3, 2, 0, 3], [1]]), "decode drops every BOS, and works without one."),
        Call(
            "2.4",
            "bigrams",
            ([b + a, a],),
            "rows are previous tokens, columns the next ones; BOS before and after a name counts.",
        ),
        Call(
            "2.4",
            "bigram_losses",
            ([a], [[0, 1], [1, 0]], [[a]]),
            "with 1 added to each count every pair has the probability (1 + 1) / (1 + 2), so the loss is ln 1.5.",
        ),
        Call(
            "2.4",
            "bigram_losses",
            ([a + b], [[0] * 3] * 3, [[b], [a + b, b]]),
            "without any counts each of the 3 tokens has the probability 1/3: ln 3, for any docs.",
        ),
    ]
