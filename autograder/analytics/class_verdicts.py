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
from autograder.course import Part, part_named
from autograder.files import write_atomically
from autograder.grading.report import Report

SECRET_FILE = "pseudonyms.secret"


@dataclass(frozen=True)
class LatestVerdict:
    """The last verdict on a part of a learner, or on the capstone. seconds: of the grading, None where that is not
    known; versions: how many different modules of theirs were graded; span: from the first submission to the last, None
    when there is one.
    """

    learner: str
    part: Part
    report: Report
    seconds: float | None
    versions: int
    span: datetime.timedelta | None


@dataclass
class ClassVerdicts:
    """lost: learner/part of lines whose verdict is gone from the store."""

    verdicts: list[LatestVerdict]
    lost: list[str]


def read_verdicts(folder: Path, only_part: Part | None = None, by_checks: bool = False) -> ClassVerdicts:
    """All in the folder that a grading wrote to, or those on one part. by_checks: without what instructors decided
    about regrade requests. Raises ValueError when there are none, LedgerError for a ledger that is damaged, and
    DecisionsError.
    """
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}: name the one with the verdicts, which `grade` makes.")
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
            f"There is no verdict in {folder}" + (f" on {only_part.name}" if only_part else "") + ": grade first."
        )
    return outcome


def _changed(path: Path) -> str:
    """When a file was changed, as a line of the ledger says it; "" when there is none."""
    try:
        changed = path.stat().st_mtime
    except OSError:
        return ""
    return datetime.datetime.fromtimestamp(changed, datetime.timezone.utc).isoformat(timespec="seconds")


def _span(root: Path, learner: str, part: Part) -> datetime.timedelta | None:
    """The time between the first collected submission and the last; None when there is only one."""
    folder = ClassFolder(root)
    before = (folder.submitted_before / learner / part.name).glob("*")
    places = [folder.submitted / learner / part.name, *before]
    times = sorted(time for place in places if (time := recorded_time(place)) is not None)
    return times[-1] - times[0] if len(times) > 1 else None


def pseudonyms(folder: Path) -> Callable[[str], str]:
    """A function from a learner's id to `learner-` and six letters and digits: the same in each run, and nobody can
    find the id without the class's secret. The folder keeps the secret, readable by its owner only; one is made when
    there is none. Raises OSError when it can't be read or written.
    """
    path = folder / SECRET_FILE
    if not path.exists():
        write_atomically(path, secrets.token_hex(32).encode("ascii"), mode=0o600)
    secret = path.read_bytes()

    def shown(learner: str) -> str:
        digest = hmac.new(secret, learner.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()
        return "learner-" + base64.b32encode(digest)[:6].decode("ascii").lower()

    return shown
