"""Runs the suites of parts, ordinary pytest files, in this process, and collects what each check gave."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import SUITES, Part
from autograder.grading.checks import Draw, check_fields
from autograder.grading.passed_checks import PassedChecks
from autograder.grading.report import FAILED, Check
from autograder.grading.session import Session, Student, failed_check
from autograder.sandbox import SandboxUnavailable

# unraisableexception collects garbage again and again at the end: with a large program around it, 0.2 s each time.
SETTINGS = ("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging", "-p", "no:doctest", "-p", "no:unittest",
            "-p", "no:junitxml", "-p", "no:pastebin", "-p", "no:faulthandler", "-p", "no:unraisableexception",
            "-p", "no:threadexception", "-p", "no:debugging", "-p", "no:legacypath", "-p", "no:tmpdir",
            "-p", "no:monkeypatch", "-p", "no:recwarn", "-p", "no:setuponly", "-p", "no:setupplan", "-p", "no:stepwise",
            "-p", "no:subtests", "-p", "pytest_timeout", "--import-mode=importlib", "--assert=plain",
            "-p", "no:capture", "--noconftest")  # fmt: skip


class Suites:
    """Suites in one session of pytest: each is collected when it is first asked for, and run as often as is wanted.

    To pytest it is a plugin, which gives the suites their fixtures and turns each outcome into a Check.
    """

    def __init__(self) -> None:
        """Start a session of pytest, which takes 30 ms. Its items run after `pytest.main` has returned, too."""
        self.started: pytest.Session | None = None
        self._items: dict[Path, list[pytest.Item]] = {}  # by the suite's folder
        self.import_errors = ""  # of the suite's files
        printed = io.StringIO()
        with _no_foreign_plugins(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            status = pytest.main([*SETTINGS, "-c", str(SUITES / "pytest.ini")], plugins=[self])
        if status == pytest.ExitCode.INTERRUPTED:  # pytest has caught Ctrl-C, which must end the command
            raise KeyboardInterrupt
        if self.started is None:
            raise RuntimeError(f"Pytest did not start ({status!r}):\n{printed.getvalue()}")

    def run(
        self, part: Part, session: Session, seed: int, task: str | None = None, passed: PassedChecks | None = None
    ) -> list[Check]:
        """Run the public checks, then the hidden ones. For one task, run its own checks first. If they pass, run those
        of earlier tasks whose function it changes. If a check has failed, run all others, since a mistake is known by
        all that it does. passed: what earlier runs have passed with.

        Raises RuntimeError when the suite itself is broken, SandboxUnavailable when a worker can't be started (again).
        """
        self.session, self.seed, self.passed = session, seed, passed
        self.checks: list[Check] = []
        self.unavailable: SandboxUnavailable | None = None  # our fault, never a learner's
        try:
            items = self._collected(part)
            self._run([item for item in items if task in (None, item.obj.check.task)])
            begun = [task]
            if all(check.status == "passed" for check in self.checks) and (rewritten := part.rewritten_by(task)):
                self._run([item for item in items if item.obj.check.task in rewritten])
                begun += rewritten
            if task and any(check.status in FAILED for check in self.checks):
                session.own_output_ends()
                self._run([item for item in items if item.obj.check.task not in begun])
                order = {item.name: i for i, item in enumerate(items)}
                self.checks.sort(key=lambda check: order[f"test_{check.name}"])
        except pytest.UsageError as error:
            raise RuntimeError(f"The suite of {part.label} could not be run: {error}\n{self.import_errors}") from error
        if self.unavailable is not None:
            raise self.unavailable
        if not self.checks:
            raise RuntimeError(f"The suite of {part.label} could not be run: it has no checks.")
        return self.checks

    def _run(self, items: list[pytest.Item]) -> None:
        for item in items:
            if self.passed is None or item.obj.check.by_hand:
                item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
                continue
            self.session.current, self.session.task = item.name, item.obj.check.task
            known, before = self.passed.of(self.session.part, self.seed, item.name), len(self.session.asked)
            if known.answered_by(self.session):
                self.checks.append(self._judge(item, None))
                continue
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            self.session.ready = []
            if self.checks and self.checks[-1].status == "passed":
                self.passed.note(known, self.session, before)

    def _collected(self, part: Part) -> list[pytest.Item]:
        items = self._items.get(part.suite)
        if items is None:
            self.import_errors = ""
            names = [part.suite / name for name in ("test_public.py", "test_hidden.py")]
            items = self.started.perform_collect([str(path) for path in names if path.exists()])
            if self.import_errors:
                raise pytest.UsageError("a file can't be imported")
            unmarked = [item.name for item in items if not hasattr(item.obj, "check")]
            if unmarked:
                raise pytest.UsageError(f"tests without @check: {', '.join(unmarked)}")
            self._items[part.suite] = items
        return items

    def pytest_collection(self) -> bool:
        return True  # nothing yet

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.started = session
        return True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.import_errors += f"{report.longrepr}\n"

    @pytest.fixture
    def student(self) -> Student:
        return Student(self.session)

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        # One generator a check: adding a check does not change the inputs of the others.
        return Draw(f"{self.seed} {request.node.name}")

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.session.current, self.session.task = item.name, item.obj.check.task
        if item.obj.check.by_hand:
            pytest.skip("graded manually")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo) -> pytest.TestReport:
        # Instead of pytest's own, which would spend 20 ms on a traceback that nobody reads.
        if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
            self.checks.append(self._judge(item, call.excinfo))
        outcome = "passed" if call.excinfo is None else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when, duration=call.duration)

    def _judge(self, item: pytest.Item, excinfo: pytest.ExceptionInfo | None) -> Check:
        mark = item.obj.check
        fields = check_fields(item.name, item.obj, hidden=item.path.name == "test_hidden.py")
        if mark.by_hand:
            return Check(**fields)
        if excinfo is None:
            if not self.session.calls.get(item.name):
                raise pytest.UsageError(f"{item.name} called no probe: it would give points for nothing.")
            return Check(**fields, earned=fields["points"])
        error = excinfo.value
        if isinstance(error, SandboxUnavailable):
            self.unavailable = error
        return failed_check(fields, error, self.session.part)


_idle: list[Suites] = []  # kept for the next run of this process


def run_suite(
    part: Part, session: Session, seed: int, task: str | None = None, passed: PassedChecks | None = None
) -> list[Check]:
    """One suite, once: see `Suites.run`."""
    suites = _idle.pop() if _idle else Suites()
    current = os.environ.get("PYTEST_CURRENT_TEST")  # set where a test calls this; each check sets and deletes it
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            checks = suites.run(part, session, seed, task, passed)
    finally:
        if current is not None:
            os.environ["PYTEST_CURRENT_TEST"] = current
    _idle.append(suites)  # not after an exception: what it has set up may not be torn down
    return checks


@contextlib.contextmanager
def _no_foreign_plugins() -> Iterator[None]:
    """Keep plugins that happen to be installed, and the options of an outer pytest, out of the grading."""
    before = {name: os.environ.pop(name, None) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    before["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
