"""Calls of part 6 that can be worked out on paper, to a few digits."""

from autograder.grading.part_probes import Call


def calls(draw):
    """Adam's first steps do not depend on how large a gradient is."""
    a, b = draw.sample(range(1, 9), 2)
    lr, steps = draw.choice((0.1, 0.2, 0.5)), draw.choice((4, 5, 10))
    size = "after the correction, |m_hat| equals the root of v_hat: the step is lr, against the gradient's sign"
    return [
        Call("6.1", "first_step", ([a, b], [1000.0, -0.25], lr), f"{size}, for a gradient of any size."),
        Call(
            "6.1",
            "walk_by_adding",
            ([a], [[float(b)], [float(b)]], lr),
            f"{size}, because the gradient stays the same; step resets gradients to 0.",
        ),
        Call("6.1", "first_step", ([b], [0.0], lr), "with a gradient of 0, m and v stay 0, and eps prevents 0 / 0."),
        Call("6.2", "rates", (steps, lr), "a straight line that starts at lr; the last step's rate is not 0."),
        Call("6.2", "rate", (steps // 2, 2 * (steps // 2), lr), "half of the way along the line, half of lr is left."),
    ]
