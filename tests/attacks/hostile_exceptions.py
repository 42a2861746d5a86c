"""Raises exceptions whose own methods raise, exit, or claim to be another exception."""

import os


class Awful(Exception):
    def __str__(self):
        raise SystemExit(0)

    __repr__ = __str__

    @property
    def __traceback__(self):
        os._exit(0)

    @property
    def __class__(self):
        return AssertionError

    @property
    def args(self):
        raise KeyboardInterrupt


def attack(tools):
    raise Awful


def honest(tools):
    class Polite(Exception):
        pass

    try:
        raise Polite("please")
    except Polite:
        assert os.getpid()
