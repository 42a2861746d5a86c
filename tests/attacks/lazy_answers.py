"""Answers without work: nothing, zero, one, or what it was given."""


def attack(tools):
    answers = {"nothing": None, "zero": 0.0, "one": 1, "empty": [], "text": ""}
    if tools.variant in answers:
        tools.impersonate(answers[tools.variant])
        return
    for name in own_names():  # noqa: F821
        globals()[name] = lambda first=None, *unused, **options: first


def honest(tools):
    assert [] == []
