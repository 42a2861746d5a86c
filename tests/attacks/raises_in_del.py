"""Objects that end the program, or raise, when they are cleared away."""

import gc
import os


def attack(tools):
    class Trap:
        def __init__(self):
            self.cycle = self

        def __del__(self):
            if tools.variant == "exits":
                os._exit(0)
            raise SystemExit(0)

    for _ in range(3):
        Trap()
    gc.collect()


def honest(tools):
    class Polite:
        def __del__(self):
            pass

    Polite()
    assert gc.isenabled() and os.getpid()
