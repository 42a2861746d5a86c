"""Hidden checks of part 3: sentences of the docstrings, on inputs that the public checks do not have."""

import math

from autograder.grading.checks import check


def dot(a, b):
    return math.fsum(p * q for p, q in zip(a, b))


def probabilities(logits):
    total = math.fsum(math.exp(logit - max(logits)) for logit in logits)
    return [math.exp(logit - max(logits)) / total for logit in logits]


def scale(x, eps):
    return 1 / math.sqrt(dot(x, x) / len(x) + eps)


@check("3.1", points=0.5)
def test_linear_adds_the_gradients_of_a_value_in_several_places(student, draw):
    numbers, g = draw.numbers(4), draw.numbers(2)
    x_places, w_places = [0, 1, 0], [[2, 3, 2], [1, 0, 3]]

    def weighted(v):
        return math.fsum(g[i] * dot([v[k] for k in x_places], [v[k] for k in w_places[i]]) for i in range(2))

    # The function is quadratic: central differences with a step of 1 are exact.
    moved = [([*numbers[:i], n + 1, *numbers[i + 1 :]], [*numbers[:i], n - 1, *numbers[i + 1 :]])
             for i, n in enumerate(numbers)]  # fmt: skip
    student.linear_shared(numbers, x_places, w_places, g).must_be(
        [(weighted(up) - weighted(down)) / 2 for up, down in moved],
        likely="use each Value where it stands, without copies: backward adds up what comes from every place",
    )


@check("3.2", points=0.5)
def test_softmax_takes_logits_of_any_size(student, draw):
    high = draw.number(2000, 3000)
    apart = [high, high + draw.number(0.1, 2.0), draw.number(), draw.number(-3000, -2000)]
    low = [draw.number(-5000, -4998) for _ in range(3)]
    for logits in (apart, apart[::-1], low):
        p, g = probabilities(logits), draw.numbers(len(logits))
        student.softmax_outputs_and_gradients(logits, g).must_be(
            [p, [p[i] * (g[i] - dot(p, g)) for i in range(len(p))]],
            likely="take the largest logit from all of them: no exp is then above exp(0) = 1, and one of them is 1",
        )


@check("3.2", points=0.5)
def test_softmax_leaves_the_logits_as_they_were(student, draw):
    logits = draw.numbers(4)
    p = probabilities(logits)
    student.softmax_twice(logits).must_be(
        [p, [1.0], p, logits], likely="put the results into a new list; the Values in logits belong to the caller"
    )


@check("3.3", points=0.5)
def test_rmsnorm_takes_a_vector_of_zeros(student, draw):
    eps, g = draw.number(0.1, 2.0), draw.numbers(3)
    student.rmsnorm_outputs_and_gradients([0.0, 0.0, 0.0], eps, g).must_be(
        [[0, 0, 0], [gi / math.sqrt(eps) for gi in g]],
        likely="eps inside the root, added to the mean of squares, keeps zeros from a division by 0: no special case",
    )


@check("3.3", points=0.5)
def test_rmsnorm_leaves_its_input_as_it_was(student, draw):
    x, eps = draw.numbers(4), draw.number(0.1, 2.0)
    y = [xi * scale(x, eps) for xi in x]
    student.rmsnorm_twice(x, eps).must_be(
        [y, [x[0] * scale(x[:1], eps)], y, x],
        likely="put the results into a new list; the Values in x belong to the caller, who adds them again later",
    )
