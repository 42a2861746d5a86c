"""Runs a part's suite, ordinary pytest files, in this process, and collects what each check gave."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
from collections.abc import Iterator

import pytest

from autograder.course import Part
from autograder.grading.checks import Draw
from autograder.grading.probes import Reference
from autograder.grading.report import Check
from autograder.grading.session import Session, Student, failed_check
from autograder.sandbox import SandboxUnavailable

# unraisableexception collects garbage again and again at the end: with a large program around it, 0.2 s each time.
SETTINGS = ("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging", "-p", "no:doctest", "-p", "no:unittest",
            "-p", "no:junitxml", "-p", "no:pastebin", "-p", "no:faulthandler", "-p", "no:unraisableexception",
            "-p", "no:threadexception", "-p", "pytest_timeout", "--import-mode=importlib", "--assert=plain",
            "--capture=no", "--noconftest")  # fmt: skip


class SuitePlugin:
    """Gives the suite its fixtures, and turns each outcome into a Check."""

    def __init__(self, session: Session, seed: int, task: str | None) -> None:
        self.session, self.seed, self.task = session, seed, task
        self.checks: list[Check] = []
        self.unavailable: SandboxUnavailable | None = None  # our fault, never a learner's
        self.interrupted = False
        self.said = ""  # why a file of the suite can't be imported

    @pytest.fixture
    def student(self) -> Student:
        return Student(self.session)

    @pytest.fixture
    def reference(self) -> Reference:
        return Reference(self.session.probes)

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        # One generator a check: adding a check does not change the inputs of the others.
        return Draw(f"{self.seed} {request.node.name}")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo) -> None:
        # Pytest says the same of a suite that can't be imported, with an exception derived from this one.
        self.interrupted = excinfo.type is KeyboardInterrupt

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.said += f"{report.longrepr}\n"

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        unmarked = [item.name for item in items if not hasattr(item.obj, "check")]
        if unmarked:
            raise pytest.UsageError(f"tests without @check: {', '.join(unmarked)}")
        if self.task:
            items[:] = [item for item in items if item.obj.check.task == self.task]

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.session.current = item.name
        if item.obj.check.by_hand:
            pytest.skip("a person gives the points")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo) -> pytest.TestReport:
        # Instead of pytest's own, which would spend 20 ms on a traceback that nobody reads.
        if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
            self.checks.append(self._judge(item, call.excinfo))
        outcome = "passed" if call.excinfo is None else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when, duration=call.duration)

    def _judge(self, item: pytest.Item, excinfo: pytest.ExceptionInfo | None) -> Check:
        mark = item.obj.check
        title = (item.obj.__doc__ or "").strip().partition("\n")[0].rstrip(".")
        facts = {
            "name": item.name.removeprefix("test_"),
            "task": mark.task,
            "title": title or item.name.removeprefix("test_").replace("_", " "),
            "hidden": item.path.name == "test_hidden.py",
            "points": float(mark.points),
        }
        if mark.by_hand:  # the question stands below the docstring's first line
            question = inspect.cleandoc(item.obj.__doc__ or "").partition("\n")[2].strip()
            return Check(**facts, status="manual", message=f"{question}\nTo be graded by hand.\n".lstrip())
        if excinfo is None:
            if not self.session.calls.get(item.name):
                raise pytest.UsageError(f"{item.name} called no probe: it would give points for nothing.")
            return Check(**facts, earned=float(mark.points))
        error = excinfo.value
        if isinstance(error, SandboxUnavailable):
            self.unavailable = error
        return failed_check(facts, error, self.session.part)


def run_suite(part: Part, session: Session, seed: int, task: str | None = None) -> list[Check]:
    """Run the public checks, then the hidden ones. Raises RuntimeError when the suite itself is broken,
    SandboxUnavailable when a worker can't be started (again).
    """
    plugin = SuitePlugin(session, seed, task)
    folder = part.suite
    files = [str(folder / name) for name in ("test_public.py", "test_hidden.py") if (folder / name).exists()]
    said = io.StringIO()
    with _no_foreign_plugins(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main([*SETTINGS, "-c", str(folder.parent / "pytest.ini"), *files], plugins=[plugin])
    if plugin.unavailable is not None:
        raise plugin.unavailable
    if plugin.interrupted:
        raise KeyboardInterrupt  # pytest swallows it
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not plugin.checks:
        raise RuntimeError(
            f"The suite of part {part.number} could not be run ({status!r}):\n{plugin.said}{said.getvalue()}"
        )
    return plugin.checks


@contextlib.contextmanager
def _no_foreign_plugins() -> Iterator[None]:
    """Keep plugins that happen to be installed, and the options of an outer pytest, out of the grading."""
    kept = {name: os.environ.pop(name, None) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    current = os.environ.get("PYTEST_CURRENT_TEST")
    try:
        yield
    finally:
        for name, value in {**kept, "PYTEST_CURRENT_TEST": current}.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
