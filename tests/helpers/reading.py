"""What tests have a process of their own do: it reads, waits, crashes, or answers nonsense."""

from __future__ import annotations

import os


def busy(rounds: int):
    while rounds:
        pass
    yield 1, None


def fills_the_memory():
    yield str(len([bytes(10_000_000) for _ in range(100)])), None


def recurses():
    def inner(depth: int) -> int:
        return inner(depth + 1) + 1

    yield inner(0), None


def crashes():
    os.abort()
    yield None, None


def is_killed():
    os.kill(os.getpid(), 9)
    yield None, None


def raises():
    yield {}["\x1b"], None


def gives_too_much():
    while True:
        yield None, bytes(10_000_000)


def answers_half():
    yield "half", b"12"
    os._exit(3)


def echoes(content: bytes, text: str):
    yield text, content


def process():
    yield [os.getpid(), os.getppid()], None
