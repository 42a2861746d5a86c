"""Raises exceptions that `except Exception` does not catch."""


class Own(BaseException):
    pass


def attack(tools):
    raise {"GeneratorExit": GeneratorExit, "its own": Own}[tools.variant]


def honest(tools):
    numbers = (number for number in range(3))
    next(numbers)
    numbers.close()
