"""Returns objects that equal everything, whatever they are compared with and in whatever way."""


def attack(tools):
    class Always:
        def __eq__(self, other):
            return True

        __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __contains__ = __eq__
        __hash__ = object.__hash__

        def __sub__(self, other):
            return 0.0

        __rsub__ = __sub__

        def __ne__(self, other):
            return False

        def __abs__(self):
            return self

        def __float__(self):
            return 0.0

        def __iter__(self):
            return iter([self])

        def __len__(self):
            return 3

        def __getitem__(self, place):
            return self

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return self

        def __call__(self, *unused, **options):
            return self

        def __add__(self, other):
            return self

        __radd__ = __mul__ = __rmul__ = __add__

    class AlwaysList(list):
        def __eq__(self, other):
            return True

        __hash__ = None

    tools.impersonate(Always(), AlwaysList([Always()] * 3), [Always()] * 3)


def honest(tools):
    class Pair:
        def __init__(self, left):
            self.left = left

        def __eq__(self, other):
            return self.left == other.left

    assert Pair(1) == Pair(1) and not Pair(1) == Pair(2)
