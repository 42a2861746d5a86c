"""Returns floats, lists and strings of its own kinds, which lie when they are compared."""


def attack(tools):
    class Near(float):
        def __sub__(self, other):
            return Near(0.0)

        __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __abs__ = lambda self, *unused: Near(0.0)

        def __eq__(self, other):
            return True

        __le__ = __ge__ = __lt__ = __eq__
        __hash__ = float.__hash__

        @property
        def data(self):
            return self

        grad = data

    class Text(str):
        def __eq__(self, other):
            return True

        __hash__ = str.__hash__

    tools.impersonate([Near(1.0)] * 3, Near(0.5), [[Near(0)] * 3] * 3, Text("0.5"))


def honest(tools):
    class Metres(float):
        pass

    assert Metres(1.5) + 1 == 2.5
