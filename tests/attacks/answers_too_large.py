"""Answers more than a reply may hold: a long list, a long text, lists in lists in lists."""


def attack(tools):
    shared = [1.0]
    for _ in range(40):
        shared = [shared, shared]
    deep = []
    for _ in range(100_000):
        deep = [deep]
    answers = {"long": [0.5] * 200_000, "text": "x" * 200_000, "shared": shared, "deep": deep}
    tools.impersonate(answers[tools.variant])


def honest(tools):
    assert len([0.5] * 200_000) == 200_000
