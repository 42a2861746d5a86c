"""Public checks of part 1. The expected gradients are closed forms: nothing here asks the reference."""

import math

from autograder.grading.checks import check


def power(x, n):
    return [x**n, n * x ** (n - 1)]


INNER = "pass the operands themselves as children, not copies of their numbers: h is the result of x and y, not a leaf."


def along_both(student, a, b, expected):
    """Operations on h = x + y, which have the same gradient for x and y. expected: [number, gradient] by operation."""
    answers = [[number, slope, slope] for number, slope in expected.values()]
    student.of_an_inner_value(a, b, list(expected)).must_be(answers, likely=INNER)


@check("1.1", points=0.25)
def test_a_sum_holds_the_sum(student, draw):
    """a sum has the right number."""
    for a, b in ((2.0, 3.0), draw.numbers(2)):
        student.value_of_sum(a, b).must_be(
            [a + b, a, b], likely="the new Value's data is self.data + other.data; self and other stay unchanged."
        )


@check("1.1", points=0.25)
def test_a_product_holds_the_product(student, draw):
    """a product has the right number."""
    for a, b in ((2.0, 3.0), draw.numbers(2)):
        student.value_of_product(a, b).must_be(
            [a * b, a, b], likely="the new Value's data is self.data * other.data; self and other stay unchanged."
        )


@check("1.1", points=0.25)
def test_a_sum_passes_slope_1_to_both(student, draw):
    """the local gradients of a sum are 1."""
    likely = "when x grows by 1, so does x + y: pass (self, other) as children, with local gradient 1 for each."
    for a, b in ((2.0, 3.0), draw.numbers(2)):
        student.slopes_of_sum(a, b).must_be([1, 1], likely=likely)
        student.x_plus_x(b).must_be([2 * b, 2], likely="x is used twice here: pass it twice, each with gradient 1.")
        student.of_an_inner_value(a, b, ["h + y", "y + h"]).must_be([[a + 2 * b, 1, 2]] * 2, likely=INNER)


@check("1.1", points=0.25)
def test_a_product_passes_the_other_factor_to_each(student, draw):
    """a factor's local gradient is the other factor."""
    for a, b in ((2.0, 3.0), draw.numbers(2)):
        student.slopes_of_product(a, b).must_be(
            [b, a],
            likely="d(x * y)/dx = y and d(x * y)/dy = x: the local gradient of each factor is the other's data.",
        )
        student.x_times_x(b).must_be(
            [b * b, 2 * b], likely="x is used twice here: pass it twice, each with gradient x."
        )
        student.of_an_inner_value(a, b, ["h * y", "y * h"]).must_be([[(a + b) * b, b, a + 2 * b]] * 2, likely=INNER)


@check("1.2", points=0.5)
def test_a_power_holds_value_and_slope(student, draw):
    """a power has the right number and local gradient."""
    for a, exponents in ((2.0, [3]), (draw.number(1.2, 3.0), [3, 2, -1, 0.5, draw.number(1.3, 1.9)])):
        student.powers(a, exponents).must_be(
            [power(a, n) for n in exponents],
            likely="the derivative of x^n is n * x^(n-1): for x^3 at 2 that is 3 * 2^2 = 12.",
        )
    along_both(student, 1.0, a, {"h ** 3": power(1.0 + a, 3)})


@check("1.2", points=0.25)
def test_a_negation_turns_value_and_slope_around(student, draw):
    """a negation changes the sign of number and gradient."""
    for a in (4.0, draw.number()):
        student.negation(a).must_be([-a, -1], likely="-x is x times -1, so its derivative is -1.")
    along_both(student, 1.0, a, {"-h": [-(1.0 + a), -1]})


@check("1.2", points=0.25)
def test_a_difference_has_slopes_1_and_minus_1(student, draw):
    """the gradients of a difference are 1 and -1."""
    for a, b in ((5.0, 3.0), draw.numbers(2)):
        student.difference(a, b).must_be(
            [a - b, 1, -1], likely="x - y falls when y grows. Written as x + (-y), the sign comes out right."
        )
    student.of_an_inner_value(a, b, ["h - y", "y - h"]).must_be([[a, 1, 0], [-a, -1, 0]], likely=INNER)


@check("1.2", points=0.25)
def test_a_quotient_has_a_slope_along_both(student, draw):
    """a quotient has a gradient for both operands."""
    for a, b in ((6.0, 2.0), (draw.number(), draw.number(0.6, 2.5))):
        student.quotient(a, b).must_be(
            [a / b, 1 / b, -a / b**2], likely="x / y is x * y ** -1. Its derivative for y is -x / y^2: mind the sign."
        )
    a = draw.number(0.6, 2.5)
    student.of_an_inner_value(a, b, ["h / y", "y / h"]).must_be(
        [[(a + b) / b, 1 / b, -a / b**2], [b / (a + b), -b / (a + b) ** 2, a / (a + b) ** 2]], likely=INNER
    )


@check("1.2", points=0.25)
def test_a_plain_number_may_stand_on_the_right(student, draw):
    """a plain number may be on the right."""
    for a, number in ((3.0, 2), (draw.number(), draw.number(0.6, 2.5))):
        student.numbers_on_the_right(a, number).must_be(
            [[a + number, 1], [a * number, number], [a - number, 1], [a / number, 1 / number]],
            likely="if other is a plain number, make it a Value first. After that, do the same as for two Values.",
        )
    along_both(
        student,
        1.0,
        a,
        {"h + 3": [4 + a, 1], "h * 3": [3 + 3 * a, 3], "h - 3": [a - 2, 1], "h / 4": [(1 + a) / 4, 0.25]},
    )


@check("1.2", points=0.25)
def test_a_plain_number_may_be_added_or_multiplied_from_the_left(student, draw):
    """a plain number may be on the left of + and *."""
    for number, a in ((2, 3.0), draw.numbers(2)):
        student.sum_and_product_of_a_number(number, a).must_be(
            [[number + a, 1], [number * a, number]],
            likely="Python calls __radd__ and __rmul__ here: return self + other and self * other.",
        )
    along_both(student, 1.0, a, {"3 + h": [4 + a, 1], "3 * h": [3 + 3 * a, 3]})


@check("1.2", points=0.25)
def test_a_number_minus_a_value_keeps_the_order(student, draw):
    for number, a in ((5, 2.0), draw.numbers(2)):
        student.number_minus_value(number, a).must_be(
            [number - a, -1], likely="in __rsub__ the number is on the left: compute other - self, not self - other."
        )
    along_both(student, 1.0, a, {"3 - h": [2 - a, -1]})


@check("1.2", points=0.25)
def test_a_number_over_a_value_keeps_the_order(student, draw):
    for number, a in ((6, 2.0), (draw.number(1.1, 3.0), draw.number(0.3, 0.9))):
        student.number_over_value(number, a).must_be(
            [number / a, -number / a**2],
            likely="in __rtruediv__ the number is divided: compute other / self, not self / other.",
        )
    along_both(student, 1.0, a, {"3 / h": [3 / (1 + a), -3 / (1 + a) ** 2]})


@check("1.3", points=0.5)
def test_exp_is_its_own_slope(student, draw):
    """exp is its own derivative."""
    for numbers in ([2.0], [draw.number(), draw.number(0.5, 2.0), 0.0, -40.0]):
        student.exponentials(numbers).must_be(
            [[math.exp(a), math.exp(a), a] for a in numbers],
            likely="the derivative of e^x is e^x, the number that you have just computed; x itself does not change.",
        )
    a, b = draw.numbers(2, 0.3, 1.0)
    along_both(student, a, b, {"h.exp()": [math.exp(a + b)] * 2})


@check("1.3", points=0.5)
def test_log_has_slope_1_over_x(student, draw):
    """the derivative of log is 1/x."""
    for numbers in ([2.0], [draw.number(1.2, 3.0), draw.number(0.1, 0.9), 50.0, 0.001]):
        student.logarithms(numbers).must_be(
            [[math.log(a), 1 / a, a] for a in numbers],
            likely="log is the natural logarithm, and its derivative is 1 / self.data (not 1 / the logarithm).",
        )
    a, b = draw.numbers(2, 0.3, 1.0)
    along_both(student, a, b, {"h.log()": [math.log(a + b), 1 / (a + b)]})


@check("1.3", points=0.5)
def test_relu_lets_only_positive_numbers_through(student, draw):
    drawn = [draw.number(1.1, 3.0), draw.number(-3.0, -1.1), 0.01, -0.01, draw.number(20.0, 90.0)]
    for numbers in ([2.0, -2.0], drawn):
        student.relus(numbers).must_be(
            [[a, 1, a] if a > 0 else [0, 0, a] for a in numbers],
            likely="above 0 the result is x, with local gradient 1. Below 0 the result stays 0: local gradient 0.",
        )
    a, b = draw.numbers(2, 0.3, 1.0)
    along_both(student, a, b, {"h.relu()": [a + b, 1]})


NOT_REACHED = "self.grad is 1: step 1 is done. The inputs have no gradient yet: does the walk reach them?"
ACCUMULATES = "each use adds its contribution to the grad (gradient accumulation): x gets the sum of both."
PAIRS = "multiply v.grad by the local gradient that belongs to this child: zip(v._children, v._local_grads)."


def likely_of_first_step(value):
    """What is likely wrong after one operator: the grad of the result comes first, then those of its inputs."""
    if type(value) is not list or value[1:2] != [1]:
        return "d(self)/d(self) = 1: set self.grad = 1 before you go to the children."
    if value[0] != 0:
        return "the grad of a new Value is 0."
    return NOT_REACHED if value[2] == 0 else PAIRS


def likely_of_two_uses(value, a, b):
    """The likely cause of wrong gradients of x and y, where x is used twice: in the product x * y and in a sum.

    value: what the learner's code gave, the gradients of x and y. a, b: the numbers in x and y. If the gradient of y is
    right, a gradient of x was overwritten. If it is wrong, the local gradients of the product are.
    """
    if type(value) is list and value[1:] == [0]:
        return "y has no gradient yet: does the walk go on from x * y to its children?"
    return ACCUMULATES if type(value) is not list or value[1:] == [a] else PAIRS


@check("1.4", points=0.25)
def test_the_result_itself_has_grad_1(student, draw):
    """the result has grad 1, and its inputs get their gradients."""
    for a, b in ((2.0, 3.0), draw.numbers(2)):
        answer = student.own_slope(a, b)
        answer.must_be([0, 1, 1, a], likely=likely_of_first_step(answer.value))


@check("1.4", points=0.5)
def test_a_value_used_twice_gets_both_gradients(student, draw):
    for a, b in ((2.0, 3.0), draw.numbers(2)):
        student.added_to_itself(b).must_be([2], likely=ACCUMULATES)
        for answer in (student.used_twice(a, b), student.used_twice_mirrored(a, b)):
            answer.must_be([b + 1, a], likely=likely_of_two_uses(answer.value, a, b))


@check("1.4", points=0.5)
def test_a_shared_value_passes_its_gradient_on_once(student, draw):
    for a, b in ((2.0, 3.0), draw.numbers(2)):
        student.shared_in_the_middle(a, b).must_be(
            [2, 2 * b, 2 * a],
            likely="h is used twice, so h.grad is 2. h passes that on once, after both contributions have arrived.",
        )


@check("1.4", points=0.5)
def test_paths_of_different_length_meet_before_they_go_on(student, draw):
    """a value waits for the longest path to it."""
    likely = (
        "h may pass its grad on only when the longer path has arrived too: list each value after its children, and go "
        "through the list from its end."
    )
    for a, b in ((2.0, 3.0), draw.numbers(2, 0.5, 2.0)):
        expected = [1 + a * b, b + 2 * a * b**2, a + 2 * a**2 * b]
        student.short_path_first(a, b).must_be(expected, likely=likely)
        student.long_path_first(a, b).must_be(expected, likely=likely)


@check("1.4", points=0.25)
def test_values_made_of_one_or_of_two_wait_for_their_turn(student, draw):
    """values with one child and with two wait for their turn."""
    likely = (
        "h passes its grad on after e, which was computed from h. Only this decides the order: which value was "
        "computed from which. The number of children does not matter."
    )
    for a, b in ((0.5, 2.0), draw.numbers(2, 0.4, 1.4)):
        h, e = a * b, math.exp(a * b)
        along_h = e * h + e + 1
        expected = [h, along_h, along_h * b, along_h * a]
        student.one_child_and_two(a, b).must_be(expected, likely=likely)
        student.one_child_and_two_mirrored(a, b).must_be(expected, likely=likely)


@check("1.4", points=0.25)
def test_backward_visits_each_value_once(student, draw):
    likely = (
        "each step uses z twice, so every step doubles the number of paths: visit each value once, after all "
        "contributions to its grad have arrived."
    )
    # 140 steps are as deep as the graph of a training step: 280 values on the longest path.
    for a, b, steps in ((2.0, 3.0, 2), (draw.number(), draw.number(-0.1, 0.1), 140)):
        expected = [(1 + b) ** steps, steps * a * (1 + b) ** (steps - 1)]
        student.ladder(a, b, steps).must_be(expected, likely=likely)
        student.ladder_mirrored(a, b, steps).must_be(expected, likely=likely)


@check("1.4", points=0.25)
def test_backward_on_a_second_result_adds_to_the_grads(student, draw):
    """backward on a second result adds to the gradients."""
    for a, b in ((2.0, 3.0), draw.numbers(2)):
        student.two_results(a, b).must_be(
            [b + 2 * a, a],
            likely="backward adds to existing grads: it neither overwrites them nor sets them to 0 first.",
        )
        student.one_result_twice(a, b).must_be(
            [1, 2 * b, 2 * a],
            likely="every backward starts with self.grad = 1; only the grads of the other values add up.",
        )


@check("1.5", points=1)
def test_backward_follows_a_chain_of_50_000_values(student, draw):
    """backward follows chains of 5,000 and 50,000 values."""
    a, factors = draw.number(), [1 + draw.randint(-99, 99) / 1_000_000 for _ in range(3)]
    for length in (5_000, 50_000):
        turns = [len(range(i, length, 3)) for i in range(3)]
        slope = math.prod(factor**n for factor, n in zip(factors, turns))
        student.chain(a, factors, length).must_be(
            [2 * a * (slope + 1), *(a * a * slope * n / factor for factor, n in zip(factors, turns))],
            likely="replace the recursion by a loop over a list of the values that are still to visit.",
        )
