"""Record which lines of a learner's code run and which values its names get, in the sandbox. Standard library only.

The learner's module is changed so that it calls line() before each statement and value() after each assignment.
"""

MOST = 3000

lines, values = [], []


def line(number):
    """Record that a statement of the learner's code is about to run."""
    if len(lines) < MOST:
        lines.append(number)


def value(number, name, held):
    """Record an assignment, if the value is short plain data or consists of Values."""
    if len(values) < MOST:
        plain = _plain(held, 2)
        if plain is not None:
            values.append([number, name, plain])


def start():
    """Delete all records."""
    del lines[:], values[:]


def _plain(held, depth):
    if type(held) is bool or type(held) is int or type(held) is float:
        return held
    if type(held) is str:
        return held if len(held) <= 20 else None
    if type(held) is list or type(held) is tuple:
        if depth == 0 or len(held) > 4:
            return None
        items = [_plain(item, depth - 1) for item in held]
        return None if None in items else items
    number = getattr(held, "data", None)
    return number if type(number) is int or type(number) is float else None
