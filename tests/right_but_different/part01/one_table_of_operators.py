"""One method makes every operation from a table of rules; grads are gathered in a dict and added to the values last."""

import math

RULES = {
    "add": (lambda x, y: x + y, lambda out, x, y: (1.0, 1.0)),
    "sub": (lambda x, y: x - y, lambda out, x, y: (1.0, -1.0)),
    "mul": (lambda x, y: x * y, lambda out, x, y: (y, x)),
    "div": (lambda x, y: x / y, lambda out, x, y: (1.0 / y, -out / y)),
    "exp": (math.exp, lambda out, x: (out,)),
    "log": (math.log, lambda out, x: (1.0 / x,)),
    "relu": (lambda x: x if x > 0 else 0.0, lambda out, x: (float(x > 0),)),
}


class Value:
    def __init__(self, data, children=(), local_grads=(), **facts):
        self.data = float(data)
        self.grad = 0.0
        self.edges = list(zip(children, local_grads))
        self.facts = facts

    @classmethod
    def apply(cls, name, *operands, **facts):
        operands = [operand if isinstance(operand, cls) else cls(operand) for operand in operands]
        forward, slopes = RULES[name]
        numbers = [operand.data for operand in operands]
        out = forward(*numbers)
        return cls(out, operands, slopes(out, *numbers), rule=name, **facts)

    def __add__(self, other):
        return Value.apply("add", self, other)

    def __radd__(self, other):
        return Value.apply("add", other, self)

    def __sub__(self, other):
        return Value.apply("sub", self, other)

    def __rsub__(self, other):
        return Value.apply("sub", other, self)

    def __mul__(self, other):
        return Value.apply("mul", self, other)

    def __rmul__(self, other):
        return Value.apply("mul", other, self)

    def __truediv__(self, other):
        return Value.apply("div", self, other)

    def __rtruediv__(self, other):
        return Value.apply("div", other, self)

    def __neg__(self):
        return 0 - self

    def __pow__(self, n):
        slope = n * self.data ** (n - 1) if n else 0.0
        return Value(self.data**n, [self], [slope], rule="pow", exponent=n)

    def exp(self):
        return Value.apply("exp", self)

    def log(self):
        return Value.apply("log", self)

    def relu(self):
        return Value.apply("relu", self)

    def backward(self):
        grads, done, path = {self: 1.0}, {}, [(self, iter(self.edges))]
        while path:  # an iterator for each value on the way down stands for the calls of a recursion
            value, left = path[-1]
            child = next((edge[0] for edge in left if edge[0] not in done), None)
            if child is None:
                path.pop()
                done[value] = True
            else:
                path.append((child, iter(child.edges)))
        for value in reversed(list(done)):
            for child, slope in value.edges:
                grads[child] = grads.get(child, 0.0) + slope * grads[value]
        for value, grad in grads.items():
            value.grad += grad
        self.grad = 1.0
