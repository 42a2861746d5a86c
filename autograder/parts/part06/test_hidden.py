"""Hidden checks of part 6: more promises of the docstrings, with inputs that the public checks do not use."""

from autograder.grading.checks import check

NEAR = 1e-6  # an eps of 1e-8 counts less; the public check of eps has small gradients


def place(start, gradients, lr, beta1=0.85, beta2=0.99, eps=1e-8):
    """Where a parameter ends. m_hat is the sum of all gradients so far, that of k steps ago with weight beta1^k,
    over the sum of the weights; the same for v_hat.
    """
    for t in range(1, len(gradients) + 1):
        ages = list(enumerate(reversed(gradients[:t])))
        m_hat = sum(beta1**k * g for k, g in ages) / sum(beta1**k for k, _ in ages)
        v_hat = sum(beta2**k * g**2 for k, g in ages) / sum(beta2**k for k, _ in ages)
        start -= lr * m_hat / (v_hat**0.5 + eps)
    return start


@check("6.1", points=0.5)
def test_a_parameter_without_gradient_moves_on(student, draw):
    """a parameter with gradient 0 still moves."""
    start, g, lr = draw.numbers(2), draw.numbers(3, 0.5, 3.0), draw.number(0.05, 0.5)
    gradients = [[g[0], 0.0], [0.0, 0.0], [0.0, g[1]], [0.0, 0.0], [g[2], 0.0]]
    student.walk(start, gradients, lr).must_be(
        [
            [place(start[i], [row[i] for row in gradients[:count]], lr) for i in range(2)]
            for count in range(1, len(gradients) + 1)
        ],
        likely="a gradient of 0 needs no special case: m and v shrink, and the parameter moves by what is left of m.",
        tolerance=NEAR,
    )


@check("6.1", points=1)
def test_two_optimizers_keep_apart(student, draw):
    """two optimisers share nothing."""
    starts, gradients, lr = [draw.numbers(2), draw.numbers(2)], draw.matrix(6, 2, 0.5, 3.0), draw.number(0.05, 0.5)
    settings = {"beta1": round(draw.uniform(0.3, 0.6), 2), "beta2": round(draw.uniform(0.7, 0.9), 2), "eps": 0.1}
    columns = list(zip(*gradients))
    student.two_optimizers(starts, settings, gradients, lr).must_be(
        [
            [place(starts[0][i], list(columns[i]), lr, **settings) for i in range(2)],
            [place(starts[1][i], list(columns[i][1::2]), lr) for i in range(2)],
        ],
        likely="m, v, the settings and the number of steps belong to self, not to the class or the module.",
        tolerance=NEAR,
    )


@check("6.2", points=0.5)
def test_the_last_step_still_moves(student, draw):
    lr, num_steps = draw.number(0.1, 3.0), draw.randint(2000, 5000)
    student.rate(num_steps - 1, num_steps, lr).must_be(
        lr / num_steps,
        likely="the rate reaches 0 at step num_steps, one after the last: divide by num_steps.",
    )
    student.rates(2, lr).must_be([lr, lr / 2], likely="of two steps, the second has half the rate.")
    student.rates(1, lr).must_be([lr], likely="a single step has the rate lr.")
