"""Calls of part 4 that can be worked out on paper."""

from autograder.grading.part_probes import Call


def calls(draw):
    """Small models."""
    n, layers = draw.choice((2, 4)), draw.choice((1, 2, 3))
    vocabulary, block = draw.sample(range(5, 10), 2)
    a, b = draw.sample(range(1, 9), 2)
    return [
        Call(
            "4.1",
            "counts",
            (vocabulary, n, 2, 1, block),
            "matrices are outputs x inputs; fc1 widens four times, fc2 goes back.",
        ),
        Call(
            "4.2", "flat", ([["b", [[a, b], [3, 4]]], ["a", [[0]]]],), "matrix by matrix in the dict's order, by rows."
        ),
        Call(
            "4.2",
            "changed_in_place",
            ([["b", [[a], [b]]], ["a", [[0, 0]]]], [1, 2, 3, 4]),
            "flatten returns the same Values, so a change of one is seen in the dict.",
        ),
        Call(
            "4.3",
            "count",
            (vocabulary, n, 2, layers, block),
            "2 V n + B n outside of the layers, 4 n**2 + 8 n**2 in each; the number of heads changes nothing.",
        ),
    ]
