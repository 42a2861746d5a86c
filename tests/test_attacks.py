"""Attacks on the grader, each as a submission: none earns a point, reads a canary, harms a neighbour, stays, or stops
the next one. tests/attacks/ holds one file for each class of attack, and expected.toml their verdicts.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.attacks import (
    ATTACKS,
    EXPECTED,
    IDS,
    PART,
    SHORT,
    SOLUTION,
    STUB,
    TOOLS,
    VARIANTS,
    Targets,
    attacked,
    ends_by_itself,
    naive_grader_is_fooled,
    run_naively,
)
from helpers.quick_cases import quick_are

from autograder.grading.grade import grade
from autograder.grading.report import Report
from autograder.sandbox import CHECK, Tier, Worker

NEIGHBOUR = {"probes.py": b"def echo(value):\n    return value\n"}


@pytest.fixture
def targets(monkeypatch) -> Iterator[Targets]:
    """A canary that every user of this machine may read, and a folder where all may write: only a sandbox helps."""
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as server:
        victim = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)
        aims = Targets(Path(name), victim.pid, server.getsockname()[1])
        (aims.folder / "canary.txt").write_text(aims.canary, encoding="utf-8")
        aims.folder.chmod(0o777)
        monkeypatch.setenv("SECRET_OF_THE_GRADER", aims.secret)
        aims.victim = victim
        yield aims
        survivor = aims.folder / "survivor"
        if survivor.exists():
            with_number = survivor.read_text(encoding="utf-8")
            try:
                os.kill(int(with_number), signal.SIGKILL)
            except (ProcessLookupError, ValueError):
                pass
        victim.kill()
        victim.communicate()


@pytest.fixture(scope="module")
def neighbour(tier) -> Iterator[Worker]:
    """Somebody else's worker, which runs all the time."""
    with Worker(NEIGHBOUR, tier) as worker:
        assert worker.call("echo", [1]).value == 1
        yield worker


@pytest.fixture
def watched(monkeypatch) -> list:
    """The sessions and the workers of every grading, for the tests to look at."""
    seen = []

    class WatchedWorker(Worker):
        def close(self) -> None:
            process = self._process
            super().close()
            seen.append((self, self.no_survivors and (process is None or process.process.poll() is not None)))

    monkeypatch.setattr(sys.modules["autograder.grading.grade"], "Worker", WatchedWorker)
    return seen


def graded(source: str, tier: Tier, short: bool = False, explain: bool = False, task: str | None = None) -> Report:
    limits = SHORT if short else CHECK
    files = {PART.file_name: source.encode("utf-8")}
    return grade(files, PART, tier=tier, explain=explain, limits=limits, task=task)


def everything(report: Report) -> str:
    return json.dumps(report.to_json()) + report.printed


def test_every_attack_has_its_expected_verdict():
    names = {path.stem for path in ATTACKS.glob("*.py") if path.name not in TOOLS}
    assert names == set(EXPECTED)
    for name, facts in EXPECTED.items():
        assert (
            {"when", "stub", "right", "works"} <= set(facts) <= {"when", "stub", "right", "works", "variants", "short"}
        )
        assert (ATTACKS / f"{name}.py").read_text(encoding="utf-8").startswith('"""')


@pytest.mark.gate
@pytest.mark.parametrize(("name", "variant"), VARIANTS, ids=IDS)
def test_no_attack_earns_reads_harms_stays_or_stops_the_next(tier, targets, neighbour, watched, name, variant):
    expected, process = EXPECTED[name], neighbour._process
    short = expected.get("short", False)
    aims = Targets(targets.folder, process.process.pid, targets.port, targets.canary, targets.secret)

    on_stub = graded(attacked(STUB, name, aims, variant), tier, short, explain=True)
    assert on_stub.earned == 0, [check for check in on_stub.checks if check.earned]
    assert {check.status for check in on_stub.checks} <= set(expected["stub"])

    on_right = graded(attacked(SOLUTION, name, aims, variant), tier, short, task="3.1")
    at_least, at_most = {"all": (10, 10), "none": (0, 0), "any": (0, 10)}[expected["right"]]
    assert at_least <= 10 * on_right.earned / on_right.possible <= at_most

    for report in (on_stub, on_right):
        seen = everything(report)
        assert "GAINED" not in seen and targets.canary not in seen and targets.secret not in seen, seen
    assert sorted(path.name for path in targets.folder.iterdir()) == ["canary.txt"]
    assert targets.victim.poll() is None
    assert neighbour.call("echo", [2]).value == 2 and neighbour._process is process, "the neighbour was harmed"
    assert all(ended for _, ended in watched), "something is still running"

    twin = graded(attacked(SOLUTION, name, aims, variant, start="honest"), tier, task="3.1")
    assert twin.passed, [check for check in twin.checks if check.status != "passed"]
    assert "GAINED" not in twin.printed


LOCALLY = [pair for pair in VARIANTS if EXPECTED[pair[0]]["works"] == "local"]
QUICK_LOCALLY = [pair for pair in LOCALLY if pair[0] == "reads_files"]
NAIVELY = {name: variant for name, variant in reversed(VARIANTS) if EXPECTED[name]["works"] == "naive"}
HANGS = {name: variant for name, variant in reversed(VARIANTS) if EXPECTED[name]["works"] == "hangs"}
ARRIVES = [name for name, facts in EXPECTED.items() if facts["works"] == "arrives"]


@pytest.mark.parametrize(("name", "variant"), quick_are(QUICK_LOCALLY, LOCALLY))
def test_an_attack_works_where_no_sandbox_stops_it(targets, name, variant):
    source = attacked(STUB, name, targets, variant, locked_in=False)
    report = graded(source, Tier.LOCAL, EXPECTED[name].get("short", False))
    if name == "ptraces" and "GAINED" not in report.printed:
        pytest.skip("this system lets nobody trace another process")
    assert "GAINED" in report.printed
    if name == "kills_the_grader":
        assert targets.victim.wait(60) == -signal.SIGKILL


@pytest.mark.gate
@pytest.mark.parametrize(("name", "variant"), NAIVELY.items())
def test_an_attack_works_where_code_and_checks_share_a_process(targets, tmp_path, name, variant):
    said = run_naively(attacked(STUB, name, targets, variant, locked_in=False), tmp_path, targets.secret)
    assert naive_grader_is_fooled(said), said


@pytest.mark.parametrize(("name", "variant"), quick_are([("cpu_bomb", HANGS["cpu_bomb"])], HANGS.items()))
def test_an_attack_never_ends_and_its_twin_does(targets, tmp_path, name, variant):
    attack = attacked(STUB, name, targets, variant, when="import", locked_in=False)
    assert not ends_by_itself(attack, tmp_path, seconds=1)
    twin = attacked(STUB, name, targets, variant, "honest", when="import", locked_in=False)
    assert ends_by_itself(twin, tmp_path, seconds=300)


def test_the_naive_grader_is_right_about_honest_code(targets, tmp_path):
    said = run_naively(STUB, tmp_path, targets.secret)
    assert not naive_grader_is_fooled(said), said


@pytest.mark.parametrize("name", ARRIVES)
def test_what_an_attack_sends_arrives_at_the_trusted_side(targets, name):
    source = attacked(SOLUTION, name, targets, EXPECTED[name]["variants"][0], locked_in=False)
    report = graded(source, Tier.LOCAL)
    shown = [check.message for check in report.checks if check.status != "passed"]
    if name.startswith("leaks"):
        assert any(re.search(r"(Returned|Result): .*\[\[?-?\d+(\.\d+)?, ", message) for message in shown), shown
    else:
        assert any("0.123454" in message for message in shown), shown
