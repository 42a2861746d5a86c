"""Copies that are changed, the distance computed from what was really moved, a tuple comes back."""


def square(x):
    return pow(x, 2)


def moved(xs, position, step):
    copy = list(xs)
    copy[position] += step
    return copy


def slope(f, xs, position, h):
    return (f(moved(xs, position, h)) - f(moved(xs, position, -h))) / (h + h)


def numerical_gradient(f, xs, h=1e-5):
    return tuple(slope(f, xs, position, h) for position in range(len(xs)))
