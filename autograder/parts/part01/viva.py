"""Calls of part 1 that can be worked out on paper."""

from autograder.grading.part_probes import Call


def calls(draw):
    """Small whole numbers. In 1.4, the last argument asks for the learner's own operators."""
    a, b = draw.sample(range(2, 8), 2)
    twice = "a value that is used twice gets the sum of both gradients."
    return [
        Call("1.1", "slopes_of_product", (a, -b), "each factor's gradient is the other factor."),
        Call("1.1", "slopes_of_product", (-b, a), "the local gradient for each factor is the other factor."),
        Call("1.1", "slopes_of_sum", (a, -b), "a sum grows as fast as each of its terms: both local gradients are 1."),
        Call("1.1", "value_of_product", (a, -b), "the factors stay as they are; the product is a new Value."),
        Call("1.2", "number_minus_value", (a, b), "the number is on the left; the gradient for x is -1."),
        Call("1.2", "quotient", (a * b, b), "the gradient for y is -x / y**2."),
        Call("1.2", "powers", (a, [2, 3]), "the derivative of x**n is n x**(n - 1)."),
        Call(
            "1.2",
            "number_over_value",
            (a * b * b, b),
            "the number is the numerator; the gradient for x is -number / x**2.",
        ),
        Call(
            "1.3",
            "relus",
            ([a, -b, 0],),
            "the gradient is 1 above zero, otherwise 0; at zero itself the course uses 0.",
        ),
        Call("1.3", "relus", ([-a, 0, b],), "both the value and the gradient are 0 up to zero itself."),
        Call("1.3", "exponentials", ([0],), "e to the power of 0 is 1, and exp is its own derivative."),
        Call("1.3", "logarithms", ([1],), "ln 1 is 0; the derivative is 1 / x."),
        Call("1.4", "used_twice", (a, b, True), twice + " Here x gets y from the product, and 1 from the sum."),
        Call("1.4", "shared_in_the_middle", (a, b, True), twice + " h gets 2 before it passes its gradient on, once."),
        Call(
            "1.4",
            "two_results",
            (a, b, True),
            "backward adds to existing gradients: y from the first, 2 x from x * x.",
        ),
        Call("1.4", "ladder", (1, a - 1, 2, True), "each step makes z = z (y + 1): the result is x (y + 1)**2."),
    ]
