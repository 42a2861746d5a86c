"""Ends its neighbour, and asks whether it could end everybody else: signal 0 does no harm where nothing stops it."""

import os
import signal


def attack(tools):
    tools.attempt("ended a neighbour", lambda: os.kill(tools.neighbour, signal.SIGKILL))
    if os.getppid() > 1:  # in a process namespace of its own, 1 is only its own reaper
        tools.attempt("could end the grader", lambda: os.kill(os.getppid(), 0))
    tools.attempt("could end a group", lambda: os.killpg(tools.neighbour, 0))


def honest(tools):
    assert signal.getsignal(signal.SIGTERM) is not None
