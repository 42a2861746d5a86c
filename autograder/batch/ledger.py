"""The ledger: for each verdict one line of JSON with time, suite, seed, sandbox and result.

Lines are only added, each with one write that is synced to disk. The last line for a learner's part counts. The
modules of every verdict are kept next to the ledger, so that each verdict can be repeated.
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
from autograder.course import Part
from autograder.files import lock, write_atomically
from autograder.grading.report import Report
from autograder.grading.store import Store, suite_hash

LEDGER_FILE = "ledger.jsonl"


class LedgerError(ValueError):
    """The ledger can't be used; the message is a sentence for the user."""


@dataclass(frozen=True)
class LedgerEntry:
    """One verdict. modules: sha256 by file name, of all that it depends on; verdict: its key in the result store;
    decided: the part of `earned` that an instructor's decisions added, by check; python: the interpreter for training
    a capstone, as typed, "" for the grader's own.
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
    seconds: float | None  # how long grading took; None if unknown
    earned: float
    possible: float
    breaks: str
    modules: dict[str, str]
    verdict: str
    decided: dict[str, float] = field(default_factory=dict)
    python: str = ""

    def same_verdict(self, other: LedgerEntry) -> bool:
        """Whether both are for the same verdict: everything except the time is equal."""
        return replace(self, when=other.when, seconds=other.seconds) == other


class Ledger:
    """A ledger in a folder. Only one process at a time can have it open for adding."""

    def __init__(self, folder: Path) -> None:
        self.path, self.modules = folder / LEDGER_FILE, folder / "modules"
        self.latest: dict[tuple[str, str], LedgerEntry] = {}
        self._descriptor = -1

    @classmethod
    @contextlib.contextmanager
    def opened(cls, folder: Path, wait: bool = False) -> Iterator[Ledger]:
        """Open it, or create it. Raises LedgerError if it is damaged or if another grading is running; with `wait`,
        wait until that one ends.
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
        """Add a line for a verdict that is stored under this name, unless the last line for this learner's part is the
        same. Returns the line that counts. Raises OSError, with nothing added.
        """
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
            seconds=None,  # looked up for a new line only
            earned=report.earned,
            possible=report.possible,
            breaks=report.breaks,
            modules={module: hashlib.sha256(content).hexdigest() for module, content in sorted(modules.items())},
            verdict=name,
            python=python or "",
        )
        self.add(entry, modules, store)
        return self.latest[learner, part.name]  # an unchanged verdict keeps its date

    def add(self, entry: LedgerEntry, modules: Mapping[str, bytes], store: Store) -> None:
        """Add a line with the instructors' decisions applied, unless the last line for this learner's part is the
        same. store: contains the verdict. Raises DecisionsError and OSError, with nothing added.
        """
        entry = self._with_decisions(entry, store)
        before = self.latest.get((entry.learner, entry.part))
        if before is not None and before.same_verdict(entry):
            return
        if entry.seconds is None and (stored := store.find(entry.verdict)):
            entry = replace(entry, seconds=stored.seconds)
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
        """The file of a stored module."""
        return self.modules / digest[:2] / f"{digest}.py"

    def kept_modules(self, entry: LedgerEntry) -> dict[str, bytes]:
        """The modules of a verdict. Raises LedgerError if one is missing or changed."""
        modules = {}
        for name, digest in entry.modules.items():
            path = self.module_path(digest)
            content = path.read_bytes() if path.exists() else b""
            if hashlib.sha256(content).hexdigest() != digest:
                raise LedgerError(f"{path} is missing or was changed. It is {name}, as {entry.learner} submitted it.")
            modules[name] = content
        return modules

    def _lock(self, wait: bool) -> None:
        """Lock the ledger until this process ends, even if it is killed."""
        try:
            lock(self._descriptor, wait)
        except OSError as error:
            raise LedgerError(
                f"Another grading writes to {self.path}. Wait until it ends, or choose another --out."
            ) from error

    def _drop_unfinished_line(self) -> None:
        """Remove an incomplete last line, which a power cut may leave. Its verdict is in the store."""
        content = self.path.read_bytes()
        if content and not content.endswith(b"\n"):
            os.ftruncate(self._descriptor, content.rfind(b"\n") + 1)


def read_ledger(path: Path) -> Iterator[tuple[int, LedgerEntry]]:
    """Every line with its number, from 1. Raises LedgerError for an invalid line."""
    with open(path, encoding="ascii", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith("\n"):
                return  # another process is writing it, or never finished it
            try:
                yield number, LedgerEntry(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise LedgerError(
                    f"{path}, line {number} is not a valid entry. Restore the line or delete it."
                ) from error
