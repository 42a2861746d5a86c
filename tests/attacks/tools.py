"""What every attack is given. This file is put behind an attack, which is put behind the code under attack; `SETTINGS`
stands above it. It calls `attack(tools)` at import, at the first call or at every call of the code.
"""

import functools
import os
import sys


class SameNumber:
    """A value of the course whose every number is the same."""

    def __init__(self, number):
        self.data = self.grad = number

    def _same(self, *unused):
        return self

    __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __pow__ = __neg__ = __truediv__ = _same
    exp = log = relu = _same

    def backward(self):
        pass


class Tools:
    """Targets that the test put up, and ways to reach what stands around the code."""

    number = SameNumber

    def __init__(self, settings):
        self.__dict__.update(settings)  # canary, folder, neighbour, port, solutions, variant

    def gained(self, what):
        """The attack worked: whoever reads the output learns it."""
        print("GAINED", what, flush=True)

    def attempt(self, what, action):
        """Do it; it is a gain when nothing stops it."""
        try:
            action()
        except (OSError, ImportError, AttributeError, ValueError, RuntimeError, MemoryError, TypeError):
            return False
        self.gained(what)
        return True

    def places(self, own=False):
        """Folders to write in: everywhere when locked in, else (or own) only where a test may leave something."""
        places = [self.folder, os.path.dirname(os.path.abspath(__file__))]
        if self.locked_in and not own:
            import tempfile

            places += ["/", "/tmp", "/var/tmp", "/dev/shm", "/dev", "/job", os.getcwd(), os.path.dirname(os.__file__)]
            places += [tempfile.tempdir or "/tmp", *sys.path]
        return places

    def write(self, path, data):
        """Write a new file. Should nothing stop it where a test may not leave anything, take it away again: an attack
        does no harm on a machine whose sandbox does not hold.
        """
        with open(path, "xb") as file:
            file.write(data)
        if os.path.dirname(path) not in self.places(own=True):
            os.remove(path)

    def worker(self):
        """The module that serves the probes, and the namespace of the probes: (main, probes). None where none is."""
        main = sys.modules.get("__main__")
        frame, probes = sys._getframe(), None
        while frame is not None:
            if frame.f_globals.get("__name__") == "probes":
                probes = frame.f_globals
            frame = frame.f_back
        return main, probes

    def replies(self):
        """The object that writes answers, with the id of the running call."""
        frame = sys._getframe()
        while frame is not None:
            for value in frame.f_locals.values():
                if type(value).__name__ == "Replies":
                    return value
                if type(value).__name__ == "ModuleSpace":
                    return value.replies
            frame = frame.f_back
        raise RuntimeError("no worker around")

    def impersonate(self, *answers):
        """Let every function of the code under attack return one of these, and every class have them everywhere."""
        turn = iter(range(10**9))

        def answer(*unused, **options):
            return answers[next(turn) % len(answers)]

        for name in own_names():
            globals()[name] = impostor(answer) if isinstance(globals()[name], type) else answer


def impostor(answer):
    """A class that gives answers for every attribute, and itself for every operation."""

    class Impostor:
        def __init__(self, *unused, **options):
            self.data = self.grad = answer()

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return answer

    for name in "add radd sub rsub mul rmul truediv rtruediv pow neg".split():
        setattr(Impostor, f"__{name}__", lambda self, *unused: self)
    return Impostor


def own_names():
    """Functions and classes of the code under attack."""
    return [name for name in BASE_NAMES if getattr(globals()[name], "__module__", None) == __name__]  # noqa: F821


def armed(function, begin):
    @functools.wraps(function)
    def call(*arguments, **options):
        begin()
        return function(*arguments, **options)

    return call


def arm(begin):
    """Let every function and method of the code begin with the attack."""
    for name in own_names():
        value = globals()[name]
        if isinstance(value, type):
            for method, function in list(vars(value).items()):
                if type(function) is type(arm) and method != "__repr__":
                    setattr(value, method, armed(function, begin))
        elif type(value) is type(arm):
            globals()[name] = armed(value, begin)


def launch():
    tools, begun = Tools(SETTINGS), []  # noqa: F821

    def begin():
        if not begun or SETTINGS["when"] == "calls":  # noqa: F821
            begun.append(1)
            START(tools)  # noqa: F821

    if SETTINGS["when"] == "import":  # noqa: F821
        begin()
    else:
        arm(begin)


launch()
