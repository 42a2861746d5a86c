"""Takes the place of part 1 before the grader imports it: a Value whose numbers are whatever is expected of them."""

import sys
import types


def attack(tools):
    class Wanted(float):
        def __eq__(self, other):
            return True

        __hash__ = float.__hash__

        def __sub__(self, other):
            return 0.0

        __rsub__ = __sub__

    class Value:
        data = property(lambda self: Wanted(), lambda self, number: None)
        grad = property(lambda self: Wanted(), lambda self, number: None)

        def __init__(self, *unused):
            pass

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return lambda *unused: self

    for name in "add radd sub rsub mul rmul truediv rtruediv pow neg".split():
        setattr(Value, f"__{name}__", lambda self, *unused: self)
    other = types.ModuleType("part01_autograd")
    other.Value = Value
    sys.modules["part01_autograd"] = other
    tools.impersonate([Value()] * 3)


def honest(tools):
    assert "part01_autograd" in sys.modules
