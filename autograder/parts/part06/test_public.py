"""Public checks of part 6. The expected moves come from sums over all gradients so far, not from running means."""

import math

from autograder.grading.checks import check

NEAR = 1e-6  # an eps of 1e-8 counts less; the check of eps has small gradients


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
    """The parameters after each step: start, less the moves so far times their rates."""
    columns = [moves(column, **settings) for column in zip(*gradients)]
    at, result = list(start), []
    for step, lr in enumerate(rates):
        at = [p - lr * column[step] for p, column in zip(at, columns)]
        result.append(at)
    return result


@check("6.1", points=1)
def test_the_first_step_moves_by_lr(student, draw):
    student.first_step([2.0], [5.0], 0.1).must_be(
        [1.9],
        likely="compare your steps, with t = 1. m = 0.15*5 = 0.75 and m_hat = 0.75/(1 - 0.85) = 5. v = 0.01*25 = 0.25 "
        "and v_hat = 0.25/(1 - 0.99) = 25. data goes down by 0.1 * 5/5.",
        tolerance=1e-6,
    )
    start, gradient, lr = draw.numbers(4), [0.01, -0.02, *draw.numbers(2)], draw.number(0.05, 0.5)
    student.first_step(start, gradient, lr).must_be(
        [p - lr * g / (abs(g) + 1e-8) for p, g in zip(start, gradient)],
        likely="every parameter moves by lr in the first step, against the sign of its gradient.",
        tolerance=1e-4,  # for the small gradients among these
    )


@check("6.1", points=1.5)
def test_later_steps_remember_the_gradients_before(student, draw):
    """later steps remember earlier gradients."""
    student.walk([1.0], [[4.0], [2.0]], 0.1).must_be(
        places([1.0], [[4.0], [2.0]], [0.1] * 2),
        likely="compare your steps. m = 0.6, then 0.85*0.6 + 0.15*2 = 0.81 and m_hat = 0.81/(1 - 0.85^2) = 2.919. "
        "v = 0.16, then 0.99*0.16 + 0.01*4 = 0.1984 and v_hat = 0.1984/(1 - 0.99^2) = 9.970. The second move is "
        "0.1 * 2.919/3.157.",
        tolerance=NEAR,
    )
    for parameters, steps in ((2, 3), (19, 6)):
        start, gradients = draw.numbers(parameters), draw_gradients(draw, steps, parameters)
        lr = draw.number(0.05, 0.5)
        student.walk(start, gradients, lr).must_be(
            places(start, gradients, [lr] * steps),
            likely="each parameter has its own m and v, kept between steps. t grows by 1 in each call of step.",
            tolerance=NEAR,
        )


@check("6.1", points=0.5)
def test_beta1_and_beta2_are_the_ones_given(student, draw):
    """beta1 and beta2 are the arguments."""
    betas = {"beta1": 0.5, "beta2": 0.75}
    student.walk_with_settings([1.0], [[4.0], [2.0]], 0.1, betas).must_be(
        places([1.0], [[4.0], [2.0]], [0.1] * 2, **betas),
        likely="compare your steps. m = 2, then 0.5*2 + 0.5*2 = 2 and m_hat = 2/(1 - 0.5^2) = 2.667. v = 4, then "
        "0.75*4 + 0.25*4 = 4 and v_hat = 4/(1 - 0.75^2) = 9.143.",
        tolerance=NEAR,
    )
    start, gradients, lr = draw.numbers(2), draw_gradients(draw, 5, 2), draw.number(0.05, 0.5)
    betas = {"beta1": round(draw.uniform(0.3, 0.6), 2), "beta2": round(draw.uniform(0.7, 0.9), 2)}
    student.walk_with_settings(start, gradients, lr, betas).must_be(
        places(start, gradients, [lr] * 5, **betas),
        likely="keep the settings in __init__ and use them in step: beta1 for m, beta2 for v, in the corrections too.",
        tolerance=NEAR,
    )


@check("6.1", points=1)
def test_eps_is_added_to_the_root(student, draw):
    student.walk_with_settings([1.0], [[0.3]], 1.0, {"eps": 0.1}).must_be(
        places([1.0], [[0.3]], [1.0], eps=0.1),
        likely="compare your steps. m_hat = 0.3 and v_hat = 0.09. Its root is 0.3, plus eps 0.4. The move is 0.3/0.4.",
    )
    start, gradients, lr = draw.numbers(2), draw.matrix(4, 2, 0.1, 1.0), draw.number(0.05, 0.5)
    eps = draw.number(0.2, 1.0)
    student.walk_with_settings(start, gradients, lr, {"eps": eps}).must_be(
        places(start, gradients, [lr] * 4, eps=eps),
        likely="divide by (root of v_hat) + eps: correct v, take the root, then add the eps of __init__.",
    )
    tiny = [[number * 1e-8 for number in row] for row in gradients]
    student.walk(start, tiny, lr).must_be(
        places(start, tiny, [lr] * 4), likely="with gradients near 1e-8, eps counts: 1e-8 when no other is given."
    )


@check("6.1", points=1)
def test_a_step_sets_the_gradients_to_zero(student, draw):
    """a step sets the gradients to 0."""
    cases = [
        ([2.0], [[2.0], [3.0]], 0.1),
        (draw.numbers(2), draw_gradients(draw, 3, 2), draw.number(0.05, 0.5)),
        (draw.numbers(17), draw_gradients(draw, 2, 17), draw.number(0.05, 0.5)),
    ]
    for start, gradients, lr in cases:
        student.walk_by_adding(start, gradients, lr).must_be(
            [*places(start, gradients, [lr] * len(gradients)), [0] * len(start)],
            likely="a step uses each gradient and then sets it to 0, so that the next backward adds to 0. If the first "
            "row is wrong, fix the first step.",
            tolerance=NEAR,
        )


@check("6.1", points=1)
def test_a_thousand_steps_with_a_falling_rate(student, draw):
    """a thousand steps with a falling learning rate."""
    count = 1000
    start = draw.numbers(3)
    # The three parameters live on different scales, and one of them meets its gradients only now and then.
    gradients = [
        [draw.gauss(0, 1), draw.gauss(0.1, 0.01), draw.gauss(0, 1000) * (step % 7 == 3)] for step in range(count)
    ]
    rates = [0.01 * (count - step) / count for step in range(count)]
    student.walk_far(start, gradients, rates, 100).must_be(
        places(start, gradients, rates)[99::100],
        likely="while another check of this task fails, fix that one first. Otherwise: use the lr of each call, and "
        "don't store m_hat and v_hat in m and v.",
        tolerance=1e-5,  # a thousand times the share of eps
    )


@check("6.2", points=1.5)
def test_the_rate_falls_in_a_straight_line(student, draw):
    """the learning rate falls in a straight line."""
    student.rates(4, 1.0).must_be(
        [1.0, 0.75, 0.5, 0.25],
        likely="step / num_steps is 0, 0.25, 0.5 and 0.75 in these four steps. What is left of 1 is the share of lr.",
    )
    num_steps, lr = draw.randint(5, 9), draw.number(0.1, 3.0)
    student.rates(num_steps, lr).must_be(
        [lr * (num_steps - step) / num_steps for step in range(num_steps)],
        likely="step 0 has the whole lr, and each step after it has lr / num_steps less.",
    )


@check("6.2", points=0.5)
def test_the_rate_begins_at_a_hundredth_by_default(student, draw):
    """the default learning rate starts at 0.01."""
    num_steps = draw.randint(100, 2000)
    steps = [0, draw.randrange(1, num_steps), num_steps - 1]
    student.rates_by_default(steps, num_steps).must_be(
        [0.01 - 0.01 * step / num_steps for step in steps],
        likely="without a third argument, lr is 0.01, so step 0 has 0.01. The line is that of the check before.",
        tolerance=1e-12,
    )
