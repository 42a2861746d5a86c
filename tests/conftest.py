"""For all tests: what they do is not what the learner at this machine has done."""

import os
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    folder = tempfile.TemporaryDirectory(prefix="memory-")
    config.add_cleanup(folder.cleanup)
    os.environ["AUTOGRADER_MEMORY"] = folder.name
    # A script's background commands ignore Ctrl-C. Without this, so would all processes that the tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter) -> None:
    """Print what was not run and why, so that a missing program can't hide a hundred tests."""
    reasons = Counter(skip_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if "slow" in terminalreporter.config.option.markexpr:
        reasons["marked slow: make slow runs them"] = 0  # each process leaves them out before it counts
    if "not gate" in terminalreporter.config.option.markexpr:
        reasons["marked gate: make gates runs them"] = 0
    if reasons:
        terminalreporter.section("not run")
        for reason, count in reasons.most_common():
            terminalreporter.line(f"{count or '':>5}  {reason}")


def skip_reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test, or a whole file, was skipped."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")


@pytest.fixture(scope="session")
def postgresql_server():
    """A PostgreSQL server of the tests' own."""
    if sys.platform == "win32":
        pytest.skip("Where PostgreSQL is tried there is fork.")
    pytest.importorskip("psycopg", reason="There is no psycopg here.")
    from helpers.postgresql_server import programs, server

    if programs() is None:
        pytest.skip("There is no PostgreSQL here: Debian's package is called postgresql.")
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path):
    """An empty database: a file, or a URL of the server."""
    if request.param == "sqlite":
        return tmp_path / "database.sqlite"
    running = request.getfixturevalue("postgresql_server")
    running.empty()
    return running.url


@pytest.fixture(scope="session")
def strict():
    """The sandbox tier for student code; skips where none holds."""
    from autograder.sandbox import SandboxUnavailable, strict_tier

    try:
        return strict_tier()
    except SandboxUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def tier(strict):
    """The same, for tests that run student code in whatever tier holds here."""
    return strict
