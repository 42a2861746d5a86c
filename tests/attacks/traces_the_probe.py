"""Watches the probe with a trace function for values to answer with, and for tests to skip."""

import sys


def attack(tools):
    def watch(frame, event, argument):
        for name in ("expected", "tolerance", "points", "hidden"):
            if name in frame.f_locals and frame.f_globals.get("__name__") != "inspect":
                tools.gained(f"{name} = {frame.f_locals[name]!r}"[:100])
        return watch

    sys.settrace(watch)
    frame = sys._getframe()
    while frame is not None:
        frame.f_trace = watch
        frame = frame.f_back


def honest(tools):
    sys.settrace(None)
