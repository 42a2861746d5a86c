"""The verdict on one submission of a part: from today's checks, or an earlier one that counts."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from autograder.class_folder.collected import Collected, collect_modules
from autograder.class_folder.decisions import apply_decisions, decision_sentences, decisions_on, read_decisions
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import OLD_VERDICT_KEPT, keeps_old_verdict, last_released
from autograder.class_folder.verdict_store import open_store
from autograder.course import Part
from autograder.grading.report import Report
from autograder.grading.request import Conditions, answer_requests
from autograder.grading.store import key
from autograder.grading.submission import request_submitted_part
from autograder.sandbox import Tier


class SubmissionVerdict(NamedTuple):
    """report: the report for the class; collected: the graded files; is_older: the report is an earlier, better one."""

    report: Report
    collected: Collected
    is_older: bool = False

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences about the verdict, and about files that could not be used."""
        return (*self.collected.remarks, OLD_VERDICT_KEPT) if self.is_older else self.collected.remarks


def grade_submission(
    folder: ClassFolder, learner: str, part: Part, tier: Tier, lower: bool = False
) -> SubmissionVerdict:
    """The verdict that counts, before decisions about regrade requests are applied. A better verdict on the same work,
    from before the checks were fixed, counts instead of a new one, unless the lower one is asked for.
    """
    fresh = fresh_verdict(folder, learner, part, tier)
    old = last_released(folder, learner, part)
    kept = older_counts(folder, learner, part, old, fresh.report) and not lower
    return SubmissionVerdict(old, fresh.collected, is_older=True) if kept else fresh


def older_counts(folder: ClassFolder, learner: str, part: Part, old: Report | None, new: Report) -> bool:
    """Whether an older verdict counts instead of a new one, after the decisions about regrade requests."""
    if old is None:
        return False
    before, after = (decided(folder, learner, part, report)[0] for report in (old, new))
    return keeps_old_verdict(before, after)


def decided(folder: ClassFolder, learner: str, part: Part, report: Report) -> tuple[Report, dict[str, str]]:
    """The report with its regrade decisions applied, and a sentence for each, by check. Raises DecisionsError."""
    decisions = decisions_on(read_decisions(folder.verdicts), learner, part.name, report)
    return apply_decisions(report, decisions), decision_sentences(report, decisions)


def fresh_verdict(folder: ClassFolder, learner: str, part: Part, tier: Tier) -> SubmissionVerdict:
    """The verdict of today's checks, from the store if nothing has changed. A part that passes is also run with the
    learner's own earlier parts. Raises SandboxUnavailable.
    """
    collected = collect_modules(folder.submitted / learner, part)
    requests = request_submitted_part(collected.modules, part, Conditions(tier))
    report = answer_requests(requests, open_store(folder.verdicts).grade)
    return SubmissionVerdict(report.for_class(), collected)


def of_other_checks(folder: ClassFolder, part: Part, tier: Tier) -> list[str]:
    """The learners whose released verdict on their current work comes from another version of the course or of Python,
    and has not been compared with today's checks. Runs nothing.
    """
    store, found = open_store(folder.verdicts), []
    for learner in folder.learners(part):
        old = last_released(folder, learner, part)
        if old is None or old.sandbox != tier.value:
            continue
        modules = collect_modules(folder.submitted / learner, part).modules
        same_work = old.sha256 == hashlib.sha256(modules.get(part.file_name, b"")).hexdigest()
        if same_work and store.find(key(modules, part, Conditions(tier))) is None:
            found.append(learner)
    return found
