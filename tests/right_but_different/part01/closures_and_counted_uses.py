"""Each value keeps a closure that passes its grad on; the order comes from counting the uses of each value (Kahn)."""

import math


class Value:
    def __init__(self, data, _parents=(), _op=""):
        self.data, self.grad = data, 0
        self._parents, self._op = tuple(_parents), _op
        self._backward = lambda: None

    @staticmethod
    def of(thing):
        return thing if isinstance(thing, Value) else Value(thing)

    def __add__(self, other):
        other = Value.of(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = Value.of(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, n):
        out = Value(self.data**n, (self,), f"**{n}")

        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad

        out._backward = _backward
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,), "exp")

        def _backward():
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def log(self):
        out = Value(math.log(self.data), (self,), "log")

        def _backward():
            self.grad += out.grad / self.data

        out._backward = _backward
        return out

    def relu(self):
        out = Value(0 if self.data <= 0 else self.data, (self,), "relu")

        def _backward():
            self.grad += (out.data > 0) * out.grad

        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-Value.of(other))

    def __truediv__(self, other):
        return self * Value.of(other) ** -1

    def __rsub__(self, other):
        return Value.of(other) - self

    def __rtruediv__(self, other):
        return Value.of(other) / self

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        uses, found, i = {id(self): 0}, [self], 0
        while i < len(found):
            for parent in found[i]._parents:
                if id(parent) not in uses:
                    uses[id(parent)] = 0
                    found.append(parent)
                uses[id(parent)] += 1
            i += 1
        self.grad = 1
        ready = [self]
        while ready:
            value = ready.pop()
            value._backward()
            for parent in value._parents:
                uses[id(parent)] -= 1
                if not uses[id(parent)]:
                    ready.append(parent)
