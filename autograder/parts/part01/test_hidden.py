"""Hidden checks of part 1: more promises of the same docstrings."""

from autograder.grading.checks import check


@check("1.2", points=0.25)
def test_the_slope_of_a_power_holds_below_zero_and_at_zero(student, draw):
    """a power's gradient is right below and at zero."""
    for a in (-3.0, draw.number(-2.9, -1.1)):
        student.powers(a, [2, 3, -2, 1]).must_be(
            [[a**2, 2 * a], [a**3, 3 * a**2], [a**-2, -2 * a**-3], [a, 1]],
            likely="the derivative is n * x^(n-1), with the sign of x.",
        )
    student.powers(0.0, [1, 2, 3]).must_be(
        [[0, 1], [0, 0], [0, 0]], likely="compute x^(n-1) as a power: dividing x^n by x fails when x is 0."
    )


@check("1.2", points=0.25)
def test_python_can_sum_a_list_of_values(student, draw):
    """sum works on a list of Values."""
    for numbers in ([2.0, 3.0], draw.numbers(draw.randint(4, 7))):
        student.sum_of_a_list(numbers).must_be(
            [sum(numbers)] + [1] * len(numbers), likely="sum starts with 0 + the first value, which calls __radd__."
        )


@check("1.3", points=0.25)
def test_relu_has_slope_0_at_exactly_0(student, draw):
    """relu has gradient 0 at exactly 0."""
    a = draw.number(0.5, 2.0)
    for numbers in ([0.0], [0.0, a, 0, -a]):
        student.relus(numbers).must_be(
            [[a, 1, a] if a > 0 else [0, 0, a] for a in numbers],
            likely="the local gradient is 1 only where self.data > 0: at 0 itself it is 0.",
        )


@check("1.4", points=0.5)
def test_every_value_of_a_random_graph_gets_its_slope(student, draw):
    """every value of a random graph gets its gradient."""
    numbers, steps = draw.numbers(3, 0.5, 1.5), [["*", 0, 1], ["*", 1, 0], ["+", 3, 4]]  # 3 and 4: the same number
    for newest in range(5, 15):  # each step uses the newest value, so that all of them lead to the result
        sign, other = draw.choice("+*"), draw.randint(newest - 4, newest)
        steps.append([sign if newest < 9 else "+", *draw.sample([newest, other], 2)])
    student.graph(numbers, steps).must_be(
        slopes_by_pushing_forward(numbers, steps),
        likely="a value waits for all values that use it; two Values with the same number are still two values.",
    )


@check("1.4", points=0.5)
def test_a_second_backward_starts_afresh(student, draw):
    """a second backward is independent of the first."""
    for a, b in ((2.0, 3.0), draw.numbers(2)):
        student.next_step(a, b).must_be(
            [b + 1, b * (b + 1), a * (2 * b + 1)],
            likely="each call of backward needs a new set and a new list: create them inside the function.",
        )


def slopes_by_pushing_forward(numbers, steps):
    """The slope of the last value along each: nudge that one, and carry the nudge forward (no backward pass)."""
    values = list(numbers)
    for sign, i, j in steps:
        values.append(values[i] + values[j] if sign == "+" else values[i] * values[j])
    slopes = []
    for nudged in range(len(values)):
        moves = [0.0] * len(numbers)
        for k in range(len(values)):
            if k >= len(numbers):
                sign, i, j = steps[k - len(numbers)]
                moves.append(moves[i] + moves[j] if sign == "+" else moves[i] * values[j] + values[i] * moves[j])
            if k == nudged:
                moves[k] = 1.0
        slopes.append(moves[-1])
    return slopes
