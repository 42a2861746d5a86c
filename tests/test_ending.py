"""The end of a check: short, with all that Python's own end does that anybody could notice."""

import subprocess
import sys

import pytest

from autograder.course import ROOT

BEFORE = (
    "import atexit, sys, threading, time; from autograder.fast_exit import end; atexit.register(print, 'handler')\n"
)


def run(code):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8")


@pytest.mark.parametrize("status, expected", [(0, 0), (None, 0), (1, 1), (130, 130)])
def test_the_end_writes_everything_and_runs_the_exit_handlers(status, expected):
    done = run(f"{BEFORE}print('x' * 1_000_000); print('problem', file=sys.stderr); end({status})")
    assert (done.returncode, done.stderr) == (expected, "problem\n")
    assert done.stdout == "x" * 1_000_000 + "\nhandler\n"


def test_the_end_waits_for_a_thread_and_says_a_sentence():
    work = "threading.Thread(target=lambda: (time.sleep(0.3), print('worked'))).start()\n"
    done = run(f"{BEFORE}{work}end(1)")
    assert (done.returncode, done.stdout) == (1, "worked\nhandler\n")
    done = run(f"{BEFORE}end('A sentence.')")
    assert (done.returncode, done.stdout, done.stderr) == (1, "handler\n", "A sentence.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe without a reader is told of otherwise there")
def test_the_end_without_a_reader_is_that_of_python_itself():
    """The same status and words as sys.exit, which knows what to do there."""
    ends = []
    for way in ("end(0)", "sys.exit(0)"):
        writer = subprocess.Popen(
            [sys.executable, "-c", f"{BEFORE}time.sleep(0.3); print('x'); {way}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        writer.stdout.close()
        words = writer.stderr.read().decode()
        writer.stderr.close()
        ends.append((writer.wait(), words.count("BrokenPipeError"), words.count("Traceback")))
    assert ends[0] == ends[1]
