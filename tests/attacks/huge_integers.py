"""Answers integers that no float can hold, or whose digits take minutes to write."""


class Number:
    def __init__(self, number):
        self.data = self.grad = number

    def _same(self, *unused):
        return self

    __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __pow__ = __neg__ = __truediv__ = _same
    exp = log = relu = _same

    def backward(self):
        pass


def attack(tools):
    number = {"as many digits as are let through": 10**299, "more": 10**400, "millions of digits": 1 << 8_000_000}
    tools.impersonate([Number(number[tools.variant])] * 3)


def honest(tools):
    assert 10**300 // 10**299 == 10
