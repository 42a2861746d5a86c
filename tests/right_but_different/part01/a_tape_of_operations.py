"""A tape in the module: every operation appends itself, and backward plays the tape from its end."""

import math

TAPE = []  # (result, child, slope)


def as_value(thing):
    return thing if isinstance(thing, Value) else Value(thing)


class Value:
    def __init__(self, data, children=(), local_grads=()):
        self.data, self.grad = data, 0.0
        self._children, self._local_grads = children, local_grads

    def _noting(self, *pairs):
        TAPE.extend((self, child, slope) for child, slope in pairs)
        return self

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data)._noting((self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data)._noting((self, other.data), (other, self.data))

    def __pow__(self, n):
        slope = n * self.data ** (n - 1)
        return Value(self.data**n)._noting((self, slope))

    def exp(self):
        result = math.exp(self.data)
        return Value(result)._noting((self, result))

    def log(self):
        return Value(math.log(self.data))._noting((self, 1 / self.data))

    def relu(self):
        slope = 1.0 if self.data > 0 else 0.0
        return Value(max(0.0, self.data))._noting((self, slope))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return other + (-self)

    def __rtruediv__(self, other):
        return other * self**-1

    def backward(self):
        shares = {self: 1.0}
        for result, child, slope in reversed(TAPE):
            if result in shares:
                shares[child] = shares.get(child, 0.0) + slope * shares[result]
        for value, share in shares.items():
            value.grad += share
        self.grad = 1.0
