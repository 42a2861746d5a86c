"""Answers True and False where numbers are expected: they equal 1 and 0."""


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
    tools.impersonate([Number(True)], [Number(True)], [Number(False)] * 3, [Number(True)] * 3, True, False)


def honest(tools):
    assert sum([True, False, True]) == 2
