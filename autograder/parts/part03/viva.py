"""Calls of part 3 that can be worked out on paper."""

from autograder.grading.part_probes import Call


def calls(draw):
    """Small whole numbers, equal logits, and vectors whose root mean square is a whole number: (1 + 49) / 2 is 25."""
    a, b = draw.sample(range(2, 6), 2)
    count, k = draw.choice((2, 4, 5)), draw.choice((1, 2, 3))
    signs = draw.choice(((1, -1), (-1, 1), (1, 1)))
    return [
        Call(
            "3.1", "linear_outputs", ([a, -1], [[1, b], [0, a], [b, 1]]), "one number for each row of w: row times x."
        ),
        Call(
            "3.1",
            "linear_gradients",
            ([a, b], [[1, -2]], [1]),
            "x gets the row of w as its gradient, the row gets x.",
        ),
        Call(
            "3.2",
            "softmax_outputs",
            ([a * 1000] * count,),
            "equal logits get equal probabilities, however large they are.",
        ),
        Call(
            "3.2",
            "softmax_surprise",
            ([0, 0], 0),
            "the gradient of the loss is the probabilities, minus 1 at the target.",
        ),
        Call(
            "3.3",
            "rmsnorm_outputs_with_eps",
            ([k * signs[0], 7 * k * signs[1]], 0),
            f"the mean of the squares is {25 * k * k}, its root {5 * k}; the mean itself is not subtracted.",
        ),
    ]
