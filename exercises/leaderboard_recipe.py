"""The leaderboard: the model is the same for everybody, how it is trained is yours.

The grader draws the weights, computes loss and gradient, and calls `update` 1,000 times; then it measures the loss on
names that were not trained on. You write how widely the first weights are spread, how many names a step takes, and
what a step does with the gradient. As it stands, this file is microgpt's recipe: change anything.

Three runs with new seeds make a try, and the mean of their held-out losses counts (nats per token, lower is better).
Each run is a fresh program, so variables of this module start again. The letters are renumbered at random in each:
a recipe learns how to train, not what names look like. Standard library only, at most 6 KiB after compression (xz),
80 seconds of processor time a run, 10 seconds a step.

    python -m autograder leaderboard try        scores this file; nothing is recorded, no limit
    python -m autograder leaderboard submit     scores it with seeds of the board and records it there

The matrices, flat lists of floats, row by row (outputs x inputs):
    wte 27x16   wpe 16x16   lm_head 27x16   layer0.attn_wq, attn_wk, attn_wv, attn_wo 16x16 each
    layer0.mlp_fc1 64x16   layer0.mlp_fc2 16x64
"""

METHOD = ""  # how your recipe trains, in your words: the optimiser, its rate, what you changed; at most 160 characters
SHOW_METHOD = False  # the board shows METHOD when it closes; with True, at once

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
