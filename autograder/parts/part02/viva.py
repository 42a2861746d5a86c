"""Calls of part 2 that can be worked out on paper."""

from autograder.grading.part_probes import Call


def calls(draw):
    """Few letters, short words."""
    a, b, c = sorted(draw.sample("abcdefghijkl", 3))
    docs = [c + a, b + a + a]
    return [
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
    ]
