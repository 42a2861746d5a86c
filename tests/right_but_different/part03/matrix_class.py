"""A helper class for vectors, a column at a time, another shift in softmax, the root by logarithm and exp."""

from functools import reduce
from operator import add


class Vector:
    def __init__(self, items):
        self.items = list(items)

    def __add__(self, other):
        return Vector(a + b for a, b in zip(self.items, other.items))

    def __mul__(self, factor):
        return Vector(item * factor for item in self.items)

    def map(self, function):
        return Vector(function(item) for item in self.items)

    def total(self):
        return reduce(add, self.items)


def linear(x, w):
    """The sum of the columns of w, each times one input."""
    columns = [Vector(column) for column in zip(*w)]
    return reduce(add, [column * value for column, value in zip(columns, x)]).items


def softmax(logits):
    top = max(logit.data for logit in logits) + 1.5  # any constant near the largest does
    exps = Vector(logits).map(lambda logit: (logit + -top).exp())
    return (exps * (1 / exps.total())).items


def rmsnorm(x, eps=1e-5):
    vector = Vector(x)
    mean_square = vector.map(lambda value: value * value / len(x)).total()
    log_scale = (mean_square + eps).log() * -0.5
    return (vector * log_scale.exp()).items
