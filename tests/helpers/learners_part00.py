"""A part 0 as a learner may write it, with a helper function of their own: what viva and recall ask about."""

MINE = """def square(x):
    y = x * x
    return y


def numerical_gradient(f, xs, h=1e-5):
    slopes = []
    for i in range(len(xs)):
        up = list(xs)
        up[i] += h
        down = list(xs)
        down[i] -= h
        slopes.append(difference(f, up, down) / (2 * h))
    return slopes


def difference(f, up, down):
    return f(up) - f(down)
"""
