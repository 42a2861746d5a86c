"""Every verdict on a class that counts, for whoever looks at the class as a whole: from the ledger of the batch, and
from what nbgrader's `grade` gave.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.batch.ledger import LEDGER_FILE, read_ledger
from autograder.class_folder.collected import handed_in
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.verdict_store import open_store
from autograder.course import Part, part_named
from autograder.files import write_atomically
from autograder.grading.report import Report
from autograder.grading.store import report_from_json


@dataclass(frozen=True)
class Verdict:
    """The last verdict on a part of a learner. seconds: of the grading, None where that is not known; versions: how
    many different modules of theirs were graded; span: from the first submission to the last, None when there is one.
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

    found: list[Verdict]
    lost: list[str]


def read_verdicts(folder: Path, wanted: Part | None = None) -> ClassVerdicts:
    """All in the folder that a grading wrote to, or those on one part. Raises ValueError when there are none, and
    LedgerError for a ledger that is damaged.
    """
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}: name the one with the verdicts, which `grade` makes.")
    store, outcome, latest = open_store(folder), ClassVerdicts([], []), {}
    versions: dict[tuple[str, str], set[str]] = {}
    if (folder / LEDGER_FILE).exists():
        for _, entry in read_ledger(folder / LEDGER_FILE):
            latest[entry.learner, entry.part] = entry
            versions.setdefault((entry.learner, entry.part), set()).add(entry.submission)
    given = {(path.stem, path.parent.name) for path in (folder / "given").glob("part??/*.json")}
    for learner, name in sorted({*latest, *given}):
        if wanted is not None and name != wanted.name:
            continue
        entry = latest.get((learner, name))
        stored = store.find(entry.verdict) if entry else None
        report = stored.report if stored else None
        if entry is None or _changed(folder, learner, name) > entry.when:
            report = _given(folder, learner, name) or report
        if report is None:
            outcome.lost.append(f"{learner}/{name}")
            continue
        its_part = part_named(name)
        outcome.found.append(
            Verdict(
                learner=learner,
                part=its_part,
                report=report,
                seconds=stored.seconds if stored else None,
                versions=len(versions.get((learner, name), {report.sha256}) | {report.sha256}),
                span=_span(folder.absolute().parent, learner, its_part),
            )
        )
    if not outcome.found:
        raise ValueError(
            f"There is no verdict in {folder}" + (f" on part {wanted.number}" if wanted else "") + ": grade first."
        )
    return outcome


def _given_path(folder: Path, learner: str, name: str) -> Path:
    return folder / "given" / name / f"{learner}.json"


def _given(folder: Path, learner: str, name: str) -> Report | None:
    """What nbgrader's `grade` noted last."""
    try:
        return report_from_json(json.loads(_given_path(folder, learner, name).read_text(encoding="ascii")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _changed(folder: Path, learner: str, name: str) -> str:
    """When that was, as a line of the ledger says it."""
    try:
        changed = _given_path(folder, learner, name).stat().st_mtime
    except OSError:
        return ""
    return datetime.datetime.fromtimestamp(changed, datetime.timezone.utc).isoformat(timespec="seconds")


def _span(root: Path, learner: str, part: Part) -> datetime.timedelta | None:
    """What lies between the first submission that was collected and the last."""
    folder = ClassFolder(root)
    before = (folder.submitted_before / learner / part.name).glob("*")
    places = [folder.submitted / learner / part.name, *before]
    times = sorted(time for place in places if (time := _time(handed_in(place))) is not None)
    return times[-1] - times[0] if len(times) > 1 else None


def _time(words: str) -> datetime.datetime | None:
    """Of `2026-11-24 12:00:00.000000 UTC`."""
    try:
        return datetime.datetime.strptime(words[:19], "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None


# Names for learners that stay the same from run to run, and that nobody can turn back without the class's secret.

SECRET_FILE = "pseudonyms.secret"


def pseudonyms(folder: Path) -> Callable[[str], str]:
    """A function from a learner's id to `learner-` and six letters and digits. The secret is kept in the folder,
    readable by its owner only; one is made when there is none. Raises OSError when it can't be read or written.
    """
    path = folder / SECRET_FILE
    if not path.exists():
        write_atomically(path, secrets.token_hex(32).encode("ascii"), mode=0o600)
    secret = path.read_bytes()

    def shown(learner: str) -> str:
        digest = hmac.new(secret, learner.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()
        return "learner-" + base64.b32encode(digest)[:6].decode("ascii").lower()

    return shown
