"""Leaves something for the next submission: changed files of the job, byte code, environment, modules."""

import os
import sys


def append(path):
    with open(path, "a", encoding="utf-8") as file:
        file.write("\nprint('GAINED', 'next')\n")


def attack(tools):
    here = os.path.dirname(os.path.abspath(__file__))
    for name in ("worker.py", "probes.py", os.path.join("common", "part01_autograd.py")):
        path = os.path.join(os.path.dirname(here), name)
        tools.attempt("changed " + path, lambda path=path: append(path))
    tools.attempt("byte code", lambda: os.makedirs(os.path.join(here, "__pycache__")))
    if tools.locked_in:
        tools.attempt("the standard library", lambda: open(os.__file__, "ab").close())  # and nothing written
    os.environ["PYTHONPATH"] = here
    os.environ["PYTHONSTARTUP"] = __file__
    sys.modules["part03_layers"] = sys.modules[__name__]


def honest(tools):
    os.environ["MY_OWN"] = "1"
    assert sys.modules
