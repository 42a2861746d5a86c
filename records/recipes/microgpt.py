"""microgpt's recipe, with one name per step: where every learner starts."""

METHOD = "Adam as in microgpt (rate 0.01, betas 0.85 and 0.99), the rate falls to 0"
SHOW_METHOD = True

NUM_STEPS = 1000

m, v = {}, {}  # Adam's two running means, by matrix: they last from one step to the next


def initial_std(matrix: str) -> float:
    """Return the standard deviation of a matrix's first weights, 0 to 10; their mean is 0. Asked once per matrix."""
    return 0.08


def batch_size(step: int) -> int:
    """Return how many names a step takes, 1 to 32; the gradient is of the mean over all their tokens.

    Asked for all steps, 0 to 999, before the first.
    """
    return 1


def update(step: int, weights: dict, gradient: dict) -> dict:
    """Return the weights after a step, counted from 0: the same keys, as many numbers each, none infinite or NaN.

    Changing the lists of `weights` and returning it is fine.
    """
    lr = 0.01 * (1 - step / NUM_STEPS)
    m_scale, v_scale = 1 / (1 - 0.85 ** (step + 1)), 1 / (1 - 0.99 ** (step + 1))
    for name, w in weights.items():
        if step == 0:
            m[name], v[name] = [0.0] * len(w), [0.0] * len(w)
        means, squares = m[name], v[name]
        for i, g in enumerate(gradient[name]):
            means[i] = 0.85 * means[i] + 0.15 * g
            squares[i] = 0.99 * squares[i] + 0.01 * g * g
            w[i] -= lr * means[i] * m_scale / ((squares[i] * v_scale) ** 0.5 + 1e-8)
    return weights
