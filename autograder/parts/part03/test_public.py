"""Public checks of part 3. Expected values are closed forms on plain numbers, slopes also finite differences."""

import math

from autograder.grading.checks import check

NEAR = 1e-6  # what finite differences are good for


def dot(a, b):
    return math.fsum(p * q for p, q in zip(a, b))


def probabilities(logits):
    total = math.fsum(math.exp(logit - max(logits)) for logit in logits)
    return [math.exp(logit - max(logits)) / total for logit in logits]


def scale(x, eps):
    return 1 / math.sqrt(dot(x, x) / len(x) + eps)


def slopes(f, xs, h=1e-5):
    """Central differences of f at xs."""
    return [(f([*xs[:i], x + h, *xs[i + 1 :]]) - f([*xs[:i], x - h, *xs[i + 1 :]])) / (2 * h) for i, x in enumerate(xs)]


@check("3.1", points=1)
def test_linear_multiplies_each_row_with_the_vector(student, draw):
    for rows, columns in ((3, 5), (4, 2), (1, 3), (1, 3)):
        x, w = draw.numbers(columns), draw.matrix(rows, columns)
        student.linear_outputs(x, w).must_be(
            [dot(row, x) for row in w],
            likely="one output for each row of w, and every column takes part: try a w of 3 rows and 5 columns",
        )


@check("3.1", points=0.5)
def test_linear_passes_gradients_to_inputs_and_weights(student, draw):
    x, w, g = draw.numbers(4), draw.matrix(3, 4), draw.numbers(3)
    student.linear_gradients(x, w, g).must_be(
        [[dot(g, column) for column in zip(*w)], [[gi * xj for xj in x] for gi in g]],
        likely="multiply and add Values themselves; a .data on the way, or a new Value of a number, cuts the graph",
    )


@check("3.2", points=1)
def test_softmax_divides_each_exp_by_their_sum(student, draw):
    for count in (5, 2):
        logits = [*draw.numbers(count - 1), draw.number(-13.0, -10.0)]  # a small probability is still one
        student.softmax_outputs(logits).must_be(
            probabilities(logits),
            likely="each exp over the sum of all exps: add your results up, they must give 1",
        )


@check("3.2", points=1)
def test_softmax_takes_logits_around_a_thousand(student, draw):
    for middle in (1000, -1000):
        logits = [middle + number for number in draw.numbers(4)]
        student.softmax_outputs(logits).must_be(
            probabilities(logits),
            likely="take the largest logit from every logit before exp: exp(1000) overflows, exp(-1000) is 0",
        )


@check("3.2", points=1)
def test_softmax_passes_gradients_to_every_logit(student, draw):
    logits, g = draw.numbers(4), draw.numbers(4)
    p = probabilities(logits)
    student.softmax_gradients(logits, g).must_be(
        [p[i] * (g[i] - dot(p, g)) for i in range(4)],
        likely="every logit takes part in the sum below the fraction too, so keep exps and their sum as Values",
    )
    logits, target = draw.numbers(6), draw.randrange(6)
    student.softmax_surprise(logits, target).must_be(
        slopes(lambda xs: -math.log(probabilities(xs)[target]), logits),
        likely="keep everything a Value from the logits to the result; only the largest one may be a number",
        tolerance=NEAR,
    )


@check("3.3", points=1)
def test_rmsnorm_makes_the_mean_square_one(student, draw):
    for count in (5, 3):
        x = draw.numbers(count, 0.5, 3.0)
        student.rmsnorm_outputs(x).must_be(
            [xi * scale(x, 1e-5) for xi in x],
            likely="divide by the square root of the mean of the squares: try [3, -4], its mean square is 12.5",
            tolerance=1e-4,  # what becomes of eps is for the next check
        )


@check("3.3", points=1)
def test_rmsnorm_adds_eps_inside_the_root(student, draw):
    x = [number / 1000 for number in draw.numbers(4)]
    student.rmsnorm_outputs(x).must_be(
        [xi * scale(x, 1e-5) for xi in x],
        likely="add eps to the mean of squares, then take the root; eps is 1e-5 when nobody gives another",
    )
    x, eps = draw.numbers(3), draw.number(0.1, 2.0)
    student.rmsnorm_outputs_with_eps(x, eps).must_be(
        [xi * scale(x, eps) for xi in x], likely="use the eps that is given, and add it before the root is taken"
    )


@check("3.3", points=1)
def test_rmsnorm_passes_gradients_through_the_scale(student, draw):
    x, g = draw.numbers(4), draw.numbers(4)
    s = scale(x, 1e-5)
    student.rmsnorm_gradients(x, g).must_be(
        [s * g[i] - s**3 * x[i] * dot(x, g) / 4 for i in range(4)],
        likely="the scale depends on every x: keep the mean of squares a Value, without .data",
        tolerance=1e-4,
    )
    x, g, eps = draw.numbers(6), draw.numbers(6), draw.number(0.1, 2.0)
    outputs_and_slopes = [
        [xi * scale(x, eps) for xi in x],
        slopes(lambda xs: dot(xs, g) * scale(xs, eps), x),
    ]
    student.rmsnorm_outputs_and_gradients(x, eps, g).must_be(
        outputs_and_slopes,
        likely="compare with numerical_gradient of part 0: eps belongs inside the root",
        tolerance=NEAR,
    )
