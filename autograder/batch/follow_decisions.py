"""Decisions about regrade requests in the ledger: a new line with the points that count, and the learner's report."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from autograder.batch.grade_batch import REPORTS
from autograder.batch.learner_report import write_report
from autograder.batch.ledger import FILE, Ledger
from autograder.class_folder.decisions import decision_sentences, decisions_on, read_decisions, with_decisions
from autograder.class_folder.verdict_store import open_store
from autograder.course import Part


def follow_decisions(out: Path, part: Part, remarks: Mapping[str, tuple[str, ...]]) -> None:
    """Bring the ledger in this folder, and the reports next to it, to what was decided. remarks: about the submission
    of each learner. Raises LedgerError and OSError; the same call again finishes what was interrupted.
    """
    if not (out / FILE).exists():
        return
    store, decisions = open_store(out), read_decisions(out)
    with Ledger.opened(out) as ledger:
        for learner, said in remarks.items():
            entry = ledger.latest.get((learner, part.name))
            stored = store.find(entry.verdict) if entry else None
            if stored is None:
                continue
            source = ledger.kept_modules(entry).get(entry.file)
            fitting = decisions_on(decisions, learner, part.name, stored.report)
            now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
            ledger.add(replace(entry, when=now), {})
            entry, told = ledger.latest[learner, part.name], decision_sentences(stored.report, fitting)
            if (out / REPORTS / learner / f"{part.name}.html").exists():
                report = with_decisions(stored.report, fitting)
                write_report(out / REPORTS, entry, part, report, said, source, told)
