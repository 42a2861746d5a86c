"""Hidden checks of part 3: more promises of the docstrings, with inputs that the public checks do not use."""

import math

from autograder.grading.checks import check
from autograder.parts.part03.test_public import dot, probabilities, scale

UNCHANGED = "print the numbers that you pass, before and after the call: they must be equal, and so must a and c"


@check("3.1", points=0.25)
def test_linear_adds_the_gradients_of_a_value_in_several_places(student, draw):
    """linear adds the gradients of a Value that occurs several times."""
    by_hand = "by hand: y = a*b + a*c, and a stands in x twice: it gets b + c = -12, and b gets a = 2"
    cases = [
        ([2, -5, -7], [0, 0], [[1, 2]], [1], by_hand),
        (
            draw.numbers(4),
            [0, 1, 0],
            [[2, 3, 2], [1, 0, 3]],
            draw.numbers(2),
            "compare with numerical_gradient of part 0",
        ),
    ]
    for numbers, x_places, w_places, g, likely in cases:

        def weighted(v, x_places=x_places, w_places=w_places, g=g):
            outputs = [dot([v[k] for k in x_places], [v[k] for k in row]) for row in w_places]
            return dot(g, outputs)

        # The function is quadratic: central differences with a step of 1 are exact.
        moved = [([*numbers[:i], n + 1, *numbers[i + 1 :]], [*numbers[:i], n - 1, *numbers[i + 1 :]])
                 for i, n in enumerate(numbers)]  # fmt: skip
        student.linear_shared(numbers, x_places, w_places, g).must_be(
            [(weighted(up) - weighted(down)) / 2 for up, down in moved], likely
        )


@check("3.1", points=0.25)
def test_linear_leaves_x_and_w_as_they_were(student, draw):
    """linear does not change x and w."""
    for x, w in (([2, 3], [[5, -7], [1, 2]]), (draw.numbers(3), draw.matrix(4, 3))):
        y = [dot(row, x) for row in w]
        student.linear_twice(x, w).must_be([y, [w[0][0] * x[0]], y, x, w], UNCHANGED)


@check("3.2", points=0.5)
def test_softmax_takes_logits_of_any_size(student, draw):
    """softmax works for logits of any size."""
    high = draw.number(2000, 3000)
    apart = [high, high + draw.number(0.1, 2.0), draw.number(), draw.number(-3000, -2000)]
    low = [draw.number(-5000, -4998) for _ in range(3)]
    cases = [
        ([0, -800], [1, 0]),
        ([2000, 2000, -2000], [1, 0, 0]),
        *((logits, draw.numbers(len(logits))) for logits in (apart, apart[::-1], low)),
    ]
    for logits, g in cases:
        p = probabilities(logits)
        student.softmax_outputs_and_gradients(logits, g).must_be(
            [p, [p[i] * (g[i] - dot(p, g)) for i in range(len(p))]],
            likely="with the largest logit taken from all of them, no exp is above exp(0) = 1, and one of them is 1",
        )


@check("3.2", points=0.5)
def test_softmax_leaves_the_logits_as_they_were(student, draw):
    """softmax does not change the logits."""
    for logits in ([1, 2, 4], draw.numbers(4)):
        p = probabilities(logits)
        student.softmax_twice(logits).must_be([p, [1.0], p, logits], UNCHANGED)


@check("3.3", points=0.5)
def test_rmsnorm_takes_a_vector_of_zeros(student, draw):
    """rmsnorm works for a vector of zeros."""
    by_hand = "by hand: the scale is 1 / root(0 + 0.04) = 5, so the first x gets 5*1 and the second 5*3"
    cases = [(0.04, [1, 3], by_hand), (draw.number(0.1, 2.0), draw.numbers(3), "the scale is 1 / root(0 + eps)")]
    for eps, g, likely in cases:
        student.rmsnorm_outputs_and_gradients([0.0] * len(g), eps, g).must_be(
            [[0] * len(g), [gi / math.sqrt(eps) for gi in g]], likely
        )


@check("3.3", points=0.5)
def test_rmsnorm_leaves_its_input_as_it_was(student, draw):
    """rmsnorm does not change its input."""
    for x, eps in (([3, -4], 0.5), (draw.numbers(4), draw.number(0.1, 2.0))):
        y = [xi * scale(x, eps) for xi in x]
        student.rmsnorm_twice(x, eps).must_be([y, [x[0] * scale(x[:1], eps)], y, x], UNCHANGED)
