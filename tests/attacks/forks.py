"""Starts other processes, in every way."""

import os
import sys


def attack(tools):
    def fork():
        number = os.fork()
        if number == 0:
            os._exit(0)
        os.waitpid(number, 0)

    def spawn():
        os.waitpid(os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {}), 0)

    def run():
        import subprocess

        subprocess.run([sys.executable, "-c", ""], check=True)

    tools.attempt("fork", fork)
    tools.attempt("spawn", spawn)
    tools.attempt("subprocess", run)


def honest(tools):
    assert os.getpid() and sys.executable is not None
