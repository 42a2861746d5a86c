"""Calls of part 0 that can be worked out on paper."""

from autograder.grading.part_probes import Call


def calls(draw):
    """Small whole numbers, and a step of 1, which shows what central differences make of a cube."""
    a, b = draw.sample(range(2, 7), 2)
    x = draw.choice((-3, -2, 2, 3, 4))
    return [
        Call("0.1", "squares", ([a, -b, 0],), "the square of a negative number is positive."),
        Call("0.2", "slopes_of_product", (a, -b), "the slope of a product along one factor is the other factor."),
        Call(
            "0.2",
            "slope_of_cube",
            (x, 1),
            "with a step as large as 1 the difference is not the slope: ((x + 1)**3 - (x - 1)**3) / 2 is 3 x**2 + 1.",
        ),
        Call(
            "0.2",
            "slopes_of_sum_of_powers",
            ([a, b, 1], [2, -3, 1]),
            "the slope of c x is c everywhere, that of c x**2 is 2 c x, that of c x**3 is 3 c x**2.",
        ),
    ]
