"""Answers integers that no float can hold, or whose digits take minutes to write."""


def attack(tools):
    number = {"as many digits as are let through": 10**299, "more": 10**400, "millions of digits": 1 << 8_000_000}
    tools.impersonate([tools.number(number[tools.variant])] * 3)


def honest(tools):
    assert 10**300 // 10**299 == 10
