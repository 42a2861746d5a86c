"""Crashes the interpreter: reads address 0, or recurses until the stack is gone."""

import ctypes
import sys


def attack(tools):
    if tools.variant == "address 0":
        ctypes.string_at(0)
    sys.setrecursionlimit(10**9)

    class Deep:
        def __repr__(self):
            return repr(self)

    repr(Deep())


def honest(tools):
    assert ctypes.sizeof(ctypes.c_int) == 4 and sys.getrecursionlimit()
