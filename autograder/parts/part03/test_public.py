"""Public checks of part 3. Expected values are closed forms on plain numbers, slopes also finite differences.

The first call of a check can be worked out by hand. Random inputs follow, and one that is larger than the course's own.
"""

import math

from autograder.grading.checks import check

NEAR = 1e-6  # what finite differences are good for
FIXED_SIZE = "the smaller inputs passed and this one is larger than the course's own: is a size fixed in your code?"
RULER = "compare with numerical_gradient of part 0 on this input, number by number"


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
    """linear multiplies each row by the vector."""
    cases = [
        (
            [1, 2, 3],
            [[4, 5, 6], [-7, 8, -9]],
            "by hand: the first output is 4*1 + 5*2 + 6*3 = 32, and each row of w gives one",
        ),
        (draw.numbers(5), draw.matrix(3, 5), "print the products that your code adds for the first row of w"),
        (draw.numbers(3), draw.matrix(1, 3), "a w of one row gives a list with one output"),
        (draw.numbers(3), draw.matrix(70, 3), FIXED_SIZE),
        (draw.numbers(71), draw.matrix(5, 71), FIXED_SIZE),
    ]
    for x, w, likely in cases:
        student.linear_outputs(x, w).must_be([dot(row, x) for row in w], likely)


@check("3.1", points=0.5)
def test_linear_passes_gradients_to_inputs_and_weights(student, draw):
    by_hand = "by hand: the row w[0] gets 1*x = [2, 3], w[1] gets 10*x, and x[0] gets 1*5 + 10*(-1) + 2*1 = -3"
    cases = [
        ([2, 3], [[5, 7], [-1, 4], [1, 2]], [1, 10, 2], by_hand),
        (draw.numbers(4), draw.matrix(3, 4), draw.numbers(3), RULER),
        (draw.numbers(18), draw.matrix(20, 18), draw.numbers(20), FIXED_SIZE),
    ]
    for x, w, g, likely in cases:
        student.linear_gradients(x, w, g).must_be(
            [[dot(g, column) for column in zip(*w)], [[gi * xj for xj in x] for gi in g]], likely
        )


@check("3.2", points=1)
def test_softmax_divides_each_exp_by_their_sum(student, draw):
    # A small probability is still one.
    cases = [
        ([1, 2, 4], "by hand: the exps are 2.718, 7.389 and 54.598, their sum is 64.705, and 2.718 / 64.705 = 0.042"),
        ([*draw.numbers(4), draw.number(-13.0, -10.0)], "add your results up: they must give 1"),
        ([*draw.numbers(34), draw.number(-13.0, -10.0)], FIXED_SIZE),
    ]
    for logits, likely in cases:
        student.softmax_outputs(logits).must_be(probabilities(logits), likely)
    numbers, places = draw.numbers(2), draw.choice([[0, 1, 0], [1, 0, 0], [1, 1, 0]])
    student.softmax_shared(numbers, places).must_be(
        probabilities([numbers[i] for i in places]), "a Value that stands in two places counts twice in the sum"
    )


@check("3.2", points=1)
def test_softmax_takes_logits_around_a_thousand(student, draw):
    """softmax works for logits around a thousand."""
    same = "the shares are those of [0, 1]: a constant taken from every logit changes nothing"
    cases = [[1000, 1001], [-1001, -1000], *([middle + n for n in draw.numbers(4)] for middle in (1000, -1000))]
    for logits in cases:
        likely = same if len(logits) == 2 else "the largest logit, taken from every one, makes the largest exp 1"
        student.softmax_outputs(logits).must_be(probabilities(logits), likely)


@check("3.2", points=1)
def test_softmax_passes_gradients_to_every_logit(student, draw):
    by_hand = (
        "by hand: both shares are 0.5, so the first logit gets 0.5*(1 - 0.5) = 0.25 and the other -0.5*0.5 = -0.25"
    )
    for logits, g, likely in (([2, 2], [1, 0], by_hand), (draw.numbers(4), draw.numbers(4), RULER)):
        p = probabilities(logits)
        student.softmax_gradients(logits, g).must_be([p[i] * (g[i] - dot(p, g)) for i in range(len(p))], likely)
    logits, target = draw.numbers(35), draw.randrange(35)
    student.softmax_surprise(logits, target).must_be(
        slopes(lambda xs: -math.log(probabilities(xs)[target]), logits), FIXED_SIZE, tolerance=NEAR
    )


@check("3.3", points=1)
def test_rmsnorm_makes_the_mean_square_one(student, draw):
    cases = [
        ([3, -4], "by hand: the mean of the squares is (9 + 16) / 2 = 12.5, its root 3.536, and 3 / 3.536 = 0.849"),
        (draw.numbers(5, 0.5, 3.0), "print the mean of the squares, its root, and the first number divided by it"),
        (draw.numbers(20, 0.5, 3.0), FIXED_SIZE),
    ]
    for x, likely in cases:
        # The tolerance leaves what becomes of eps to the next check.
        student.rmsnorm_outputs(x).must_be([xi * scale(x, 1e-5) for xi in x], likely, tolerance=1e-4)


@check("3.3", points=1)
def test_rmsnorm_adds_eps_inside_the_root(student, draw):
    by_hand = "by hand: the mean of the squares is 0.01. With eps it is 0.16, whose root is 0.4, and 0.1 / 0.4 = 0.25"
    again = "print the mean of the squares before and after eps is added, then the root"
    for x, eps, likely in (([0.1, -0.1, 0.1], 0.15, by_hand), (draw.numbers(3), draw.number(0.1, 2.0), again)):
        student.rmsnorm_outputs_with_eps(x, eps).must_be([xi * scale(x, eps) for xi in x], likely)
    x = [number / 1000 for number in draw.numbers(4)]
    student.rmsnorm_outputs(x).must_be(
        [xi * scale(x, 1e-5) for xi in x], "an eps that is given was right: what is yours when none is? It is 1e-5"
    )


@check("3.3", points=1)
def test_rmsnorm_passes_gradients_through_the_scale(student, draw):
    by_hand = "by hand: the scale is 1 / root(1 + 3) = 0.5. It depends on x too, so x[0] gets 0.5 - 0.5**3 / 3 = 0.4583"
    cases = [
        ([1, -1, 1], 3, [1, 0, 0], by_hand),
        (draw.numbers(4), draw.number(0.1, 2.0), draw.numbers(4), RULER),
        (draw.numbers(20), draw.number(0.1, 2.0), draw.numbers(20), FIXED_SIZE),
    ]
    for x, eps, g, likely in cases:
        outputs = [xi * scale(x, eps) for xi in x]
        gradients = slopes(lambda xs, g=g, eps=eps: dot(xs, g) * scale(xs, eps), x)
        student.rmsnorm_outputs_and_gradients(x, eps, g).must_be([outputs, gradients], likely, tolerance=NEAR)
    x, g = draw.numbers(4), draw.numbers(4)
    s = scale(x, 1e-5)
    student.rmsnorm_gradients(x, g).must_be(
        [s * g[i] - s**3 * x[i] * dot(x, g) / 4 for i in range(4)], RULER, tolerance=1e-4
    )
