"""Stops the process, so that it neither answers nor ends."""

import os
import signal


def attack(tools):
    try:
        os.kill(os.getpid(), signal.SIGSTOP)
    except OSError:
        pass
    while True:  # where it may not even do that
        pass


def honest(tools):
    assert signal.SIGSTOP and os.getpid()
