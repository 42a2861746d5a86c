"""Every value gets a serial number when it is made: the order of creation, backwards, is all that backward needs."""

import heapq
import itertools
import math
from dataclasses import dataclass, field

_serial = itertools.count()


@dataclass(eq=False)
class Value:
    data: float
    children: tuple = ()
    local_grads: tuple = ()
    grad: float = 0.0
    serial: int = field(default_factory=lambda: next(_serial))

    def __add__(self, other):
        if not hasattr(other, "serial"):
            return Value(self.data + other, [self], [1])
        return Value(self.data + other.data, [self, other], [1, 1])

    def __mul__(self, other):
        if not hasattr(other, "serial"):
            return Value(self.data * other, [self], [other])
        return Value(self.data * other.data, [self, other], [other.data, self.data])

    def __sub__(self, other):
        if not hasattr(other, "serial"):
            return Value(self.data - other, [self], [1])
        return Value(self.data - other.data, [self, other], [1, -1])

    def __truediv__(self, other):
        if not hasattr(other, "serial"):
            return Value(self.data / other, [self], [1 / other])
        ratio = self.data / other.data
        return Value(ratio, [self, other], [1 / other.data, -ratio / other.data])

    def __pow__(self, n):
        return Value(math.pow(self.data, n), [self], [n * math.pow(self.data, n - 1)])

    def __neg__(self):
        return Value(-self.data, [self], [-1])

    def __radd__(self, other):
        return Value(other + self.data, [self], [1])

    def __rmul__(self, other):
        return Value(other * self.data, [self], [other])

    def __rsub__(self, other):
        return Value(other - self.data, [self], [-1])

    def __rtruediv__(self, other):
        return Value(other / self.data, [self], [-other / (self.data * self.data)])

    def exp(self):
        y = math.e**self.data
        return Value(y, [self], [y])

    def log(self):
        return Value(math.log(self.data), [self], [self.data**-1])

    def relu(self):
        positive = self.data > 0
        return Value(self.data * positive, [self], [int(positive)])

    def backward(self):
        self.grad = 1.0
        newest_first, waiting = [(-self.serial, self)], {self.serial}
        while newest_first:
            _, value = heapq.heappop(newest_first)
            for child, slope in zip(value.children, value.local_grads):
                child.grad += slope * value.grad
                if child.serial not in waiting:
                    waiting.add(child.serial)
                    heapq.heappush(newest_first, (-child.serial, child))
