"""The ledger: what was graded when, with which suite, seed and sandbox, and the result. One line of JSON per verdict.

Lines are only ever added, each in one write that is on disk before anything else happens; the last line of a learner's
part is the one that counts. The modules of every verdict are kept next to it, so that each can be repeated.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from autograder.class_folder.decisions import apply_decisions, decisions_on, read_decisions
from autograder.class_folder.locks import lock
from autograder.course import Part
from autograder.files import write_atomically
from autograder.grading.report import Report
from autograder.grading.store import Store, suite_hash

LEDGER_FILE = "ledger.jsonl"


class LedgerError(ValueError):
    """The ledger can't be used: a sentence."""


@dataclass(frozen=True)
class LedgerEntry:
    """One verdict. modules: file name -> sha256 of all that it depends on; verdict: its key in the result store;
    decided: the points of earned, by check, that an instructor gave after a regrade request; python: the interpreter
    that a capstone was trained in, as it was typed, "" for the grader's own.
    """

    when: str  # UTC, ISO 8601
    learner: str
    part: str  # part05, or capstone
    file: str
    submission: str  # sha256 of the part's module; of the capstone's modules together
    suite: str
    seed: int
    sandbox: str
    interpreter: str
    seconds: float | None  # of the grading; None where that was not noted
    earned: float
    possible: float
    breaks: str
    modules: dict[str, str]
    verdict: str
    decided: dict[str, float] = field(default_factory=dict)
    python: str = ""

    def same_verdict(self, other: LedgerEntry) -> bool:
        """Whether both are of one verdict: everything but the time is equal."""
        return {**asdict(self), "when": "", "seconds": 0} == {**asdict(other), "when": "", "seconds": 0}


class Ledger:
    """A ledger in a folder, open for adding by one process at a time."""

    def __init__(self, folder: Path) -> None:
        self.path, self.modules = folder / LEDGER_FILE, folder / "modules"
        self.latest: dict[tuple[str, str], LedgerEntry] = {}
        self._descriptor = -1

    @classmethod
    @contextlib.contextmanager
    def opened(cls, folder: Path, wait: bool = False) -> Iterator[Ledger]:
        """Open it, made if there is none. Raises LedgerError when it is damaged or somebody else is grading; with
        `wait`, waits for the end of that.
        """
        ledger = cls(folder)
        folder.mkdir(parents=True, exist_ok=True)
        ledger._descriptor = os.open(
            ledger.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666
        )
        try:
            ledger._lock(wait)
            ledger._drop_unfinished_line()
            ledger.latest = {(entry.learner, entry.part): entry for _, entry in read_ledger(ledger.path)}
            yield ledger
        finally:
            os.close(ledger._descriptor)

    def record(
        self,
        learner: str,
        part: Part,
        report: Report,
        modules: Mapping[str, bytes],
        store: Store,
        name: str,
        python: str | None = None,
    ) -> LedgerEntry:
        """Add a line for a verdict that is in the store under this name, unless the last one of this learner's part
        says the same. Returns the line that counts. Raises OSError, with nothing added.
        """
        stored = store.find(name)
        entry = LedgerEntry(
            when=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            learner=learner,
            part=part.name,
            file=report.file,
            submission=report.sha256,
            suite=suite_hash(part),
            seed=report.seed,
            sandbox=report.sandbox,
            interpreter=report.interpreter,
            seconds=stored.seconds if stored else None,
            earned=report.earned,
            possible=report.possible,
            breaks=report.breaks,
            modules={module: hashlib.sha256(content).hexdigest() for module, content in sorted(modules.items())},
            verdict=name,
            python=python or "",
        )
        self.add(entry, modules, store)
        return self.latest[learner, part.name]  # an unchanged verdict keeps its day

    def add(self, entry: LedgerEntry, modules: Mapping[str, bytes], store: Store) -> bool:
        """Add a line, unless the last one of this learner's part says the same; the points that instructors have
        decided about are put into it. store: has the verdict. Raises DecisionsError and OSError, with nothing added.
        """
        entry = self._with_decisions(entry, store)
        before = self.latest.get((entry.learner, entry.part))
        if before is not None and before.same_verdict(entry):
            return False
        for name, digest in entry.modules.items():
            path = self.module_path(digest)
            if not path.exists():
                write_atomically(path, modules[name])
        line = json.dumps(asdict(entry)).encode("ascii") + b"\n"
        size = os.fstat(self._descriptor).st_size
        try:
            if os.write(self._descriptor, line) != len(line):
                raise OSError(28, "No space left on device")
            os.fsync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, size)
            raise
        self.latest[entry.learner, entry.part] = entry
        return True

    def _with_decisions(self, entry: LedgerEntry, store: Store) -> LedgerEntry:
        decisions = read_decisions(self.path.parent)
        stored = store.find(entry.verdict) if decisions else None
        if stored is None:
            return entry
        fitting = decisions_on(decisions, entry.learner, entry.part, stored.report)
        after = apply_decisions(stored.report, fitting)
        more = {new.name: new.earned - old.earned for old, new in zip(stored.report.checks, after.checks)}
        return replace(entry, earned=after.earned, decided={name: points for name, points in more.items() if points})

    def module_path(self, digest: str) -> Path:
        """Where a module of a verdict is kept."""
        return self.modules / digest[:2] / f"{digest}.py"

    def kept_modules(self, entry: LedgerEntry) -> dict[str, bytes]:
        """The modules of a verdict, as they were. Raises LedgerError when one is gone or changed."""
        modules = {}
        for name, digest in entry.modules.items():
            path = self.module_path(digest)
            content = path.read_bytes() if path.exists() else b""
            if hashlib.sha256(content).hexdigest() != digest:
                raise LedgerError(f"{path} is gone or was changed: it is {name} as {entry.learner} handed it in.")
            modules[name] = content
        return modules

    def _lock(self, wait: bool) -> None:
        """Until this process ends, however it ends."""
        try:
            lock(self._descriptor, wait)
        except OSError as error:
            raise LedgerError(
                f"Another grading writes to {self.path}: wait for its end, or give another --out."
            ) from error

    def _drop_unfinished_line(self) -> None:
        """A power cut may leave the beginning of a line: it was never reported, and its verdict is in the store."""
        content = self.path.read_bytes()
        if content and not content.endswith(b"\n"):
            os.ftruncate(self._descriptor, content.rfind(b"\n") + 1)


def read_ledger(path: Path) -> Iterator[tuple[int, LedgerEntry]]:
    """Every line with its number, from 1. Raises LedgerError for one that is no entry."""
    with open(path, encoding="ascii", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith("\n"):
                return  # being written just now, or never finished
            try:
                yield number, LedgerEntry(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise LedgerError(f"{path}, line {number}: this is no line of a ledger. Was it edited?") from error
