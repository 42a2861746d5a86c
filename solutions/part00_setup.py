"""Part 0: your first passing check, and a tool to test gradients with.

You write two short functions. The first shows how a check reports. The second estimates the slope (derivative) of any
function numerically. From part 1 on you compute derivatives exactly, and compare.
"""

from __future__ import annotations

from collections.abc import Callable


def square(x: float) -> float:
    """Return x times x.

    >>> square(3.0)
    9.0
    """
    ### BEGIN SOLUTION 0.1 square
    return x * x
    ### END SOLUTION


def numerical_gradient(f: Callable[[list[float]], float], xs: list[float], h: float = 1e-5) -> list[float]:
    """Estimate the gradient of f at xs: the slope of f along each coordinate, one number per number in xs.

    f takes a list of len(xs) numbers and returns one number. For each coordinate x_i, with the others unchanged:
        slope_i = (f(x_i + h) - f(x_i - h)) / (2·h)
    This is the *central* difference. Its error shrinks with h², that of a one-sided difference only with h.
    Pass f a new list each time, so that xs never changes. `lambda xs: a` is a function: it gets xs and returns a.

    Central differences: https://en.wikipedia.org/wiki/Finite_difference

    >>> gradient = numerical_gradient(lambda xs: xs[0] * xs[1], [2.0, 5.0])  # slopes: x1 = 5 and x0 = 2
    >>> [round(slope, 6) for slope in gradient]
    [5.0, 2.0]
    """
    ### BEGIN SOLUTION 0.2 numerical_gradient
    gradient = []
    for i, x in enumerate(xs):
        above = f([*xs[:i], x + h, *xs[i + 1 :]])
        below = f([*xs[:i], x - h, *xs[i + 1 :]])
        gradient.append((above - below) / (2 * h))
    return gradient
    ### END SOLUTION
