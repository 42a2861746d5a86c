"""Ctrl-C stops a command wherever it arrives."""

import subprocess
import sys

import pytest

FINALIZER = """
import signal, time
from autograder.console import ctrl_c_always_stops

class Connection:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

try:
    with ctrl_c_always_stops():
        Connection()
        time.sleep(30)
        print("went on")
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a process to itself")
def test_ctrl_c_during_a_finalizer_stops_the_command_and_prints_no_traceback():
    done = subprocess.run([sys.executable, "-c", FINALIZER], capture_output=True, encoding="utf-8", timeout=25)
    assert (done.stdout, done.stderr) == ("stopped\n", "")


def test_other_failures_of_finalizers_are_still_reported():
    code = FINALIZER.replace("signal.raise_signal(signal.SIGINT)", "1 / 0").replace("sleep(30)", "sleep(0)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=25)
    assert done.stdout == "went on\n" and "ZeroDivisionError" in done.stderr


def test_ctrl_c_always_stops_every_command(monkeypatch):
    from autograder.cli import app

    hooks = []
    monkeypatch.setattr(
        "autograder.commands.lazy_group.TyperGroup.invoke", lambda *given: hooks.append(sys.unraisablehook)
    )
    with pytest.raises(SystemExit):
        app(["progress"])
    assert hooks and hooks[0] is not sys.__unraisablehook__ and "ctrl_c_always_stops" in hooks[0].__qualname__


def test_ctrl_c_while_pytest_starts_stops_the_command(monkeypatch):
    """Pytest catches it and returns a status."""
    from autograder.grading import suite

    def interrupted(*given, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("_pytest.config.Config._do_configure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        suite.Suites()
