"""Matches a regular expression that never ends, in C code that no signal handler of Python interrupts."""

import re


def attack(tools):
    re.match(r"(a+)+$", "a" * 64 + "b")


def honest(tools):
    assert re.match(r"a+$", "a" * 64)
