"""Answers NaN or infinity everywhere: `not abs(a - b) > tolerance` lets NaN pass, a relative tolerance infinity."""


class Number:
    """A value of the course whose every number is the same."""

    def __init__(self, number):
        self.data = self.grad = number

    def _same(self, *unused):
        return self

    __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __pow__ = __neg__ = __truediv__ = _same
    exp = log = relu = _same

    def backward(self):
        pass


def attack(tools):
    number = float(tools.variant)
    tools.impersonate([Number(number)] * 3, Number(number), number, [number] * 3)


def honest(tools):
    assert float("inf") > 1e308
