"""Public checks of part 6. The expected moves come from sums over all gradients so far, not from running means."""

import math

from autograder.grading.checks import check

NEAR = 1e-6  # what becomes of an eps of 1e-8 is for the check of eps; gradients are not small where this is used


def moves(gradients, beta1=0.85, beta2=0.99, eps=1e-8):
    """How far Adam moves one parameter in each step, for lr = 1.

    m_hat and v_hat are weighted means: the gradient of k steps ago has the weight beta^k, and the weights' sum divides.
    """
    m = v = weights_m = weights_v = 0.0
    result = []
    for g in gradients:
        m, weights_m = m * beta1 + g, weights_m * beta1 + 1
        v, weights_v = v * beta2 + g * g, weights_v * beta2 + 1
        result.append((m / weights_m) / (math.sqrt(v / weights_v) + eps))
    return result


def draw_gradients(draw, steps, parameters):
    """Gradients of both signs, between 0.5 and 3 in size."""
    return [[draw.choice((-1, 1)) * draw.number(0.5, 3.0) for _ in range(parameters)] for _ in range(steps)]


def places(start, gradients, rates, **settings):
    """Where the parameters stand after each step: start, less the moves so far times their rates."""
    columns = [moves(column, **settings) for column in zip(*gradients)]
    at, result = list(start), []
    for step, lr in enumerate(rates):
        at = [p - lr * column[step] for p, column in zip(at, columns)]
        result.append(at)
    return result


@check("6.1", points=1)
def test_the_first_step_moves_by_lr(student, draw):
    start, gradient, lr = draw.numbers(4), [0.01, -0.02, *draw.numbers(2)], draw.number(0.05, 0.5)
    student.first_step(start, gradient, lr).must_be(
        [p - lr * g / (abs(g) + 1e-8) for p, g in zip(start, gradient)],
        likely="t is 1 in the first step, so m_hat is the gradient and v_hat its square; move by lr, downhill",
        tolerance=1e-4,  # for the small gradients among these
    )


@check("6.1", points=1.5)
def test_later_steps_remember_the_gradients_before(student, draw):
    start, gradients, lr = draw.numbers(3), draw_gradients(draw, 6, 3), draw.number(0.05, 0.5)
    student.walk(start, gradients, lr).must_be(
        places(start, gradients, [lr] * 6),
        likely="each parameter has its own m and v, kept between steps; t grows by 1 in each call of step",
        tolerance=NEAR,
    )


@check("6.1", points=0.5)
def test_beta1_and_beta2_are_the_ones_given(student, draw):
    start, gradients, lr = draw.numbers(2), draw_gradients(draw, 5, 2), draw.number(0.05, 0.5)
    betas = {"beta1": round(draw.uniform(0.3, 0.6), 2), "beta2": round(draw.uniform(0.7, 0.9), 2)}
    student.walk_with_settings(start, gradients, lr, betas).must_be(
        places(start, gradients, [lr] * 5, **betas),
        likely="keep the settings in __init__ and use them in step: beta1 for m, beta2 for v, in the corrections too",
        tolerance=NEAR,
    )


@check("6.1", points=1)
def test_eps_is_added_to_the_root(student, draw):
    start, gradients, lr = draw.numbers(2), draw.matrix(4, 2, 0.1, 1.0), draw.number(0.05, 0.5)
    eps = draw.number(0.2, 1.0)
    student.walk_with_settings(start, gradients, lr, {"eps": eps}).must_be(
        places(start, gradients, [lr] * 4, eps=eps),
        likely="divide by (root of v_hat) + eps: the root first, of the corrected v, then eps as it was given",
    )
    tiny = [[number * 1e-8 for number in row] for row in gradients]
    student.walk(start, tiny, lr).must_be(
        places(start, tiny, [lr] * 4), likely="eps is 1e-8 when nobody gives another, and stands outside the root"
    )


@check("6.1", points=1)
def test_a_step_sets_the_gradients_to_zero(student, draw):
    start, gradients, lr = draw.numbers(3), draw_gradients(draw, 4, 3), draw.number(0.05, 0.5)
    student.walk_by_adding(start, gradients, lr).must_be(
        [*places(start, gradients, [lr] * 4), [0, 0, 0]],
        likely="backward adds to grad, so step must end with grad = 0 for every parameter, after it was used",
        tolerance=NEAR,
    )


@check("6.1", points=1)
def test_a_thousand_steps_with_a_falling_rate(student, draw):
    count = 1000
    start = draw.numbers(3)
    # The three parameters live on different scales, and one of them meets its gradients only now and then.
    gradients = [
        [draw.gauss(0, 1), draw.gauss(0.1, 0.01), draw.gauss(0, 1000) * (step % 7 == 3)] for step in range(count)
    ]
    rates = [0.01 * (count - step) / count for step in range(count)]
    student.walk_far(start, gradients, rates, 100).must_be(
        places(start, gradients, rates)[99::100],
        likely="use the lr of each call, and give m_hat and v_hat names of their own: m and v stay uncorrected",
        tolerance=1e-5,  # a thousand times the share of eps
    )


@check("6.2", points=1.5)
def test_the_rate_falls_in_a_straight_line(student, draw):
    num_steps, lr = draw.randint(5, 9), draw.number(0.1, 3.0)
    student.rates(num_steps, lr).must_be(
        [lr * (num_steps - step) / num_steps for step in range(num_steps)],
        likely="step 0 has lr, and each step loses the same amount, lr / num_steps",
    )


@check("6.2", points=0.5)
def test_the_rate_begins_at_a_hundredth_by_default(student, draw):
    num_steps = draw.randint(100, 2000)
    steps = [0, draw.randrange(1, num_steps), num_steps - 1]
    student.rates_by_default(steps, num_steps).must_be(
        [0.01 - 0.01 * step / num_steps for step in steps],
        likely="leave the default of lr as it stands in the first line, and start from lr",
        tolerance=1e-12,
    )
