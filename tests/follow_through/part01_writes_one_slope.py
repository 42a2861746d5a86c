# Computes all values and no slope but that of relu.
import math


class Value:
    def __init__(self, data, children=(), kind=""):
        self.data, self.grad, self.c, self.kind = data, 0.0, children, kind

    def __add__(self, o):
        return Value(self.data + n(o))

    def __mul__(self, o):
        return Value(self.data * n(o))

    def __pow__(self, k):
        return Value(self.data**k)

    def __neg__(self):
        return Value(-self.data)

    def __sub__(self, o):
        return Value(self.data - n(o))

    def __truediv__(self, o):
        return Value(self.data / n(o))

    def __rsub__(self, o):
        return Value(o - self.data)

    def __rtruediv__(self, o):
        return Value(o / self.data)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        return Value(math.exp(self.data))

    def log(self):
        return Value(math.log(self.data))

    def relu(self):
        return Value(max(0.0, self.data), (self,), "relu")

    def backward(self):
        if self.kind == "relu":  # the one rule that is written: without follow-through it would be worth 0.75
            self.c[0].grad += float(self.data > 0)


def n(o):
    return o.data if isinstance(o, Value) else o
