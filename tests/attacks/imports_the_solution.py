"""Imports or runs the solution, which lies somewhere on the grader's machine."""

import os
import sys


def attack(tools):
    for place in (tools.solutions, "/work/solutions", "/solutions", "/job/solutions", "../solutions", "/job/common"):
        for name in ("part03_layers.py", "solution.py"):
            path = os.path.join(place, name)

            def run(path=path):
                names = {"__name__": "other"}
                with open(path, encoding="utf-8") as file:
                    exec(compile(file.read(), path, "exec"), names)
                globals().update({name: names[name] for name in ("linear", "softmax", "rmsnorm")})

            if tools.attempt("ran " + path, run):
                return
    sys.path[:0] = [tools.solutions, os.path.dirname(tools.solutions)]
    tools.attempt("imported solutions", lambda: __import__("solutions.part03_layers"))
    tools.attempt("imported the grader", lambda: __import__("autograder.grading"))


def honest(tools):
    from part01_autograd import Value

    assert Value(1.0).data == 1.0 and os.sep and sys.path
