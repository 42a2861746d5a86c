"""`make test`, `make gates` and `make slow` divide the tests, and continuous integration runs the first two."""

from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.command_table import find_target
from autograder.commands import development
from autograder.course import ROOT


def expression(monkeypatch, *words: str) -> str | None:
    """The -m expression that the command `test` gives to pytest; None for all but the slow tests."""
    calls = []
    monkeypatch.setattr(development, "_run", lambda arguments: calls.append(arguments) or 0)
    assert CliRunner().invoke(app, ["test", *words]).exit_code == 0
    (arguments,) = calls
    return arguments[arguments.index("-m", 1) + 1] if "-m" in arguments[1:] else None


def runs(markers: str, slow: bool, gate: bool) -> bool:
    """Whether an expression runs a test with these markers."""
    return eval(markers, {"slow": slow, "gate": gate})


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("gate", [False, True])
def test_each_test_is_run_by_one_of_the_three_targets(monkeypatch, slow, gate):
    targets = {"test": (), **{name: find_target(name).always for name in ("gates", "slow")}}
    by = [name for name, words in targets.items() if runs(expression(monkeypatch, *words), slow, gate)]
    assert by == ["slow" if slow else "gates" if gate else "test"]


def test_a_named_test_is_run_though_it_is_a_gate(monkeypatch):
    assert expression(monkeypatch, "tests/gates", "-k", "part09") is None


def test_continuous_integration_runs_all_but_the_slow_tests():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (arguments,) = re.findall(r'^make --no-print-directory test args="(.*)" 2>&1', script, flags=re.M)
    assert shlex.split(arguments) == ["-m", "not slow"]
