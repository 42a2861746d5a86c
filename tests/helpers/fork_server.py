"""Runs commands of the working copy in the current folder, each in a fork of this process. This process has loaded what
most commands need, which takes half of a short command's time. A request is a line on standard input, and its answer,
the exit status, is a line on standard output.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import sys
import traceback


def load() -> None:
    """Import what most commands need, from this working copy, and start the session of pytest that a check needs."""
    from autograder.cli import app
    from autograder.commands.lazy_group import every_command
    from autograder.course import parts
    from autograder.grading import suite  # noqa: F401
    from autograder.grading.checks import points_by_task
    from autograder.learner import last_results, overview  # noqa: F401

    every_command(app)
    suite._idle.append(suite.Suites())
    for part in parts():
        points_by_task(part)


def run(command: list[str], environment: dict[str, str], streams: list[str]) -> None:
    """`PYTHON -m autograder WORDS` with these files as its streams; ends the process."""
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDWR | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__ = (
        open(0, encoding="utf-8", closefd=False),
        open(1, "w", encoding="utf-8", closefd=False),
        open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False),
    )
    sys.orig_argv, sys.argv = command, command[2:]
    try:
        runpy.run_module("autograder", run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as ended:
        status = ended.code
    except BaseException:
        traceback.print_exc()
        status = 1
    from autograder.fast_exit import end

    end(status)


def serve() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            run(**request)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    sys.path[0] = os.getcwd()  # as with `python -m`
    load()
    gc.freeze()  # a collection in a fork would copy the memory of everything that is loaded
    serve()
