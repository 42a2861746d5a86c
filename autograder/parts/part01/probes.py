"""Probes of part 1: they use a learner's Value and return plain numbers."""

import part01_autograd as part


def sum_and_gradients(a, b):
    """x, y = Value({a}), Value({b}); z = x + y; z.backward(); [z.data, x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    z = x + y
    z.backward()
    return [z.data, x.grad, y.grad]


def value_of_sum(a, b):
    """(Value({a}) + Value({b})).data"""
    return (part.Value(a) + part.Value(b)).data


def diamond(a, b):
    """x, y = Value({a}), Value({b}); z = x * y + x; z.backward(); [z.data, x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    z = x * y + x
    z.backward()
    return [z.data, x.grad, y.grad]
