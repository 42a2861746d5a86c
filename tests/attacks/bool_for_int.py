"""Answers True and False where numbers are expected: they equal 1 and 0."""


def attack(tools):
    yes, no = tools.number(True), tools.number(False)
    tools.impersonate([yes], [yes], [no] * 3, [yes] * 3, True, False)


def honest(tools):
    assert sum([True, False, True]) == 2
