"""The latest verdict on each part of each learner of a class: from the batch's ledger, or from nbgrader's `grade`.

`pseudonyms` gives learners names that don't reveal who they are.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.batch.ledger import LEDGER_FILE, read_ledger
from autograder.class_folder.collected import recorded_time
from autograder.class_folder.decisions import apply_decisions, decisions_on, read_decisions
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import read_released, released_names, released_path
from autograder.class_folder.verdict_store import open_store
from autograder.course import Part, capstone, part_named
from autograder.files import write_atomically
from autograder.grading.report import Report

SECRET_FILE = "pseudonyms.secret"


@dataclass(frozen=True)
class LatestVerdict:
    """The last verdict on a learner's part or capstone. seconds: how long grading took, None if unknown; versions: how
    many different modules were graded; span: from the first submission to the last, None if there is only one.
    """

    learner: str
    part: Part
    report: Report
    seconds: float | None
    versions: int
    span: datetime.timedelta | None


@dataclass
class ClassVerdicts:
    """lost: learner/part of lines whose verdict is missing in the store."""

    verdicts: list[LatestVerdict]
    lost: list[str]


def read_verdicts(folder: Path, only_part: Part | None = None, by_checks: bool = False) -> ClassVerdicts:
    """All verdicts in a results folder, or those on one part. by_checks: without instructors' decisions about regrade
    requests. Raises ValueError if there are none, LedgerError if the ledger is damaged, and DecisionsError.
    """
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}. Choose the one with the verdicts, which `grade` creates.")
    store, outcome, latest = open_store(folder), ClassVerdicts([], []), {}
    decisions = [] if by_checks else read_decisions(folder)
    versions: dict[tuple[str, str], set[str]] = {}
    if (folder / LEDGER_FILE).exists():
        for _, entry in read_ledger(folder / LEDGER_FILE):
            latest[entry.learner, entry.part] = entry
            versions.setdefault((entry.learner, entry.part), set()).add(entry.submission)
    for learner, name in sorted({*latest, *released_names(folder)}):
        if only_part is not None and name != only_part.name:
            continue
        entry = latest.get((learner, name))
        stored = store.find(entry.verdict) if entry else None
        report = stored.report if stored else None
        path = released_path(folder, learner, name)
        if entry is None or _changed(path) > entry.when:
            report = read_released(path) or report
        if report is None:
            outcome.lost.append(f"{learner}/{name}")
            continue
        report = apply_decisions(report, decisions_on(decisions, learner, name, report))
        learner_part = part_named(name)
        outcome.verdicts.append(
            LatestVerdict(
                learner=learner,
                part=learner_part,
                report=report,
                seconds=stored.seconds if stored else None,
                versions=len(versions.get((learner, name), {report.sha256}) | {report.sha256}),
                span=_span(folder.absolute().parent, learner, learner_part),
            )
        )
    if not outcome.verdicts:
        raise ValueError(
            f"There is no verdict in {folder}" + (f" on {_called(only_part)}" if only_part else "") + ": grade first."
        )
    return outcome


def _called(part: Part) -> str:
    return "the capstone" if part is capstone() else f"part {part.number}"


def _changed(path: Path) -> str:
    """The time of a file's last change, in the ledger's form; "" if there is no file."""
    try:
        changed = path.stat().st_mtime
    except OSError:
        return ""
    return datetime.datetime.fromtimestamp(changed, datetime.timezone.utc).isoformat(timespec="seconds")


def _span(root: Path, learner: str, part: Part) -> datetime.timedelta | None:
    """The time between the first and the last collected submission; None if there is only one."""
    folder = ClassFolder(root)
    before = (folder.submitted_before / learner / part.name).glob("*")
    places = [folder.submitted / learner / part.name, *before]
    times = sorted(time for place in places if (time := recorded_time(place)) is not None)
    return times[-1] - times[0] if len(times) > 1 else None


def pseudonyms(folder: Path) -> Callable[[str], str]:
    """Return a function from a learner's id to a pseudonym: `learner-` and six letters and digits. It is the same in
    each run, and nobody can find the id without the class's secret. The secret is stored in the folder, readable only
    by its owner, and created if necessary. Raises OSError if it can't be read or written.
    """
    path = folder / SECRET_FILE
    if not path.exists():
        write_atomically(path, secrets.token_hex(32).encode("ascii"), mode=0o600)
    secret = path.read_bytes()

    def shown(learner: str) -> str:
        digest = hmac.new(secret, learner.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()
        return "learner-" + base64.b32encode(digest)[:6].decode("ascii").lower()

    return shown
