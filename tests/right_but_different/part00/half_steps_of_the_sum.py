"""The central difference as the mean of the slopes to either side."""

from operator import mul


def square(x):
    return mul(x, x)


def numerical_gradient(f, xs, h=0.00001):
    here = f([*xs])
    slopes = []
    for i in range(len(xs)):
        steps = [h if j == i else 0 for j in range(len(xs))]
        right = (f([x + step for x, step in zip(xs, steps)]) - here) / h
        left = (here - f([x - step for x, step in zip(xs, steps)])) / h
        slopes.append((right + left) / 2)
    return slopes
