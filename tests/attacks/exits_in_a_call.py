"""Ends the program in the middle of every call, with the exit status of success."""

import os
import sys


def attack(tools):
    if tools.variant == "sys.exit":
        sys.exit(0)
    os._exit(0)


def honest(tools):
    assert os.getpid() and sys.exit
