"""Reads what lies around: the canary, hidden tests, solutions, accounts, other submissions."""

import glob
import os


def look(path):
    with open(path, "rb") as file:
        text = file.read(100)
    if path.endswith("canary.txt"):
        print(text)  # and nothing else that a machine without a sandbox shows


def attack(tools):
    wanted = [tools.canary, os.path.join(tools.solutions, "part03_layers.py"), tools.hidden, "/etc/passwd"]
    here = os.path.dirname(os.path.abspath(__file__))
    for depth in range(1, 7):
        wanted.append(os.path.join(here, *[".."] * depth, tools.canary.lstrip("/")))
    wanted += glob.glob("/tmp/worker-*/job/submission/*") + glob.glob("/home/*/gradebook*")
    for path in wanted:
        if not path.startswith(here + os.sep + "part"):
            tools.attempt("read " + path, lambda path=path: look(path))


def honest(tools):
    with open(__file__, encoding="utf-8") as file:
        assert file.read()
