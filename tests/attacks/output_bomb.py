"""Prints without end."""

import os


def attack(tools):
    while True:
        print("x" * 10_000)
        os.write(2, bytes(range(256)) * 100)


def honest(tools):
    print("x" * 10_000)
    assert os.getpid()
