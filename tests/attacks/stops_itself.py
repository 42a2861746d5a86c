"""Stops the process, so that it neither answers nor ends."""

import os
import signal


def attack(tools):
    os.kill(os.getpid(), signal.SIGSTOP)
    while True:  # where it may not even do that
        pass


def honest(tools):
    assert signal.SIGSTOP and os.getpid()
