"""Stops every clock that Python has, and never comes back."""

import signal
import time

CLOCKS = "time perf_counter process_time monotonic thread_time".split()


def attack(tools):
    for name in [*CLOCKS, *(f"{name}_ns" for name in CLOCKS)]:
        setattr(time, name, lambda *unused: 0)
    for name in ("SIGALRM", "SIGXCPU", "SIGTERM", "SIGINT", "SIGPROF"):
        if hasattr(signal, name):
            try:
                signal.signal(getattr(signal, name), signal.SIG_IGN)
            except ValueError:  # only the main thread may do this
                pass
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def honest(tools):
    begin = time.perf_counter()
    assert time.perf_counter() >= begin and signal.SIGINT
