"""Answers with objects, and raises exceptions, whose every special method takes forever."""


def attack(tools):
    class Slow:
        def _wait(self, *unused):
            while True:
                pass

        __repr__ = __str__ = __eq__ = __len__ = __iter__ = __float__ = __bool__ = __format__ = __reduce__ = _wait
        __hash__ = object.__hash__

    class SlowError(Exception):
        __repr__ = __str__ = Slow._wait

    if tools.variant == "answers":
        tools.impersonate(Slow(), [Slow()] * 3)
    else:
        raise SlowError


def honest(tools):
    class Quick:
        def __repr__(self):
            return "Quick()"

    assert repr(Quick()) == "Quick()"
