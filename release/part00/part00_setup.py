"""Part 0: a first green check, and the ruler that will measure your gradients.

You write two short functions. The first shows you how a check answers. The second finds the slope of any
function by trying it out; from part 1 on you will compute slopes exactly, and compare.
"""

from __future__ import annotations

from collections.abc import Callable


def square(x: float) -> float:
    """Return x times x.

    >>> square(3.0)
    9.0
    """
    # TODO 0.1 square: about 1 line
    raise NotImplementedError("0.1 square")


def numerical_gradient(f: Callable[[list[float]], float], xs: list[float], h: float = 1e-5) -> list[float]:
    """Return the slope of f along each coordinate of xs, found by trying: one number for each number in xs.

    f takes a list of len(xs) numbers and returns one number. For each coordinate x_i, with the others unchanged:
        slope_i = (f(x_i + h) - f(x_i - h)) / (2·h)
    This is the *central* difference: its error shrinks with h², that of a one-sided difference only with h.
    Give f a new list each time, so that xs itself is unchanged when the function returns.

    Central differences: https://en.wikipedia.org/wiki/Finite_difference

    >>> gradient = numerical_gradient(lambda xs: xs[0] * xs[1], [2.0, 5.0])  # slopes: x1 = 5 and x0 = 2
    >>> [round(slope, 6) for slope in gradient]
    [5.0, 2.0]
    """
    # TODO 0.2 numerical_gradient: about 6 lines
    raise NotImplementedError("0.2 numerical_gradient")
