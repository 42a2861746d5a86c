"""The stub's constructor with one dict: child -> slope. A child that is used twice has the sum of both slopes."""

import math


def as_value(thing):
    return thing if isinstance(thing, Value) else Value(thing)


class Value:
    def __init__(self, data, children=(), local_grads=()):
        self.data, self.grad = data, 0.0
        self._children, self._local_grads = children, local_grads

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, total((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, total((self, other.data), (other, self.data)))

    def __pow__(self, n):
        slope = n * self.data ** (n - 1)
        return Value(self.data**n, {self: slope})

    def exp(self):
        result = math.exp(self.data)
        return Value(result, {self: result})

    def log(self):
        return Value(math.log(self.data), {self: 1 / self.data})

    def relu(self):
        slope = 1.0 if self.data > 0 else 0.0
        return Value(max(0.0, self.data), {self: slope})

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

    def _order(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            value, done = stack.pop()
            if done:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                stack.append((value, True))
                stack.extend((child, False) for child in value._children)
        return reversed(order)

    def backward(self):
        self.grad = 1.0
        for value in self._order():
            for child in value._children:
                child.grad += value._children[child] * value.grad


def total(*pairs):
    slopes = {}
    for child, slope in pairs:
        slopes[child] = slopes.get(child, 0.0) + slope
    return slopes
