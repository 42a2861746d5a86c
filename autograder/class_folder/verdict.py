"""The verdict on one submission of a part, by the checks as they are now or from before."""

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
    """report: as the class gets it; collected: what was graded; is_older: the report is an earlier, better one."""

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
    """The verdict that counts, without what was decided about regrade requests. A better one that was given
    for the same work, before the checks were fixed, comes before a new one, unless the lower one is asked for.
    """
    fresh = fresh_verdict(folder, learner, part, tier)
    old = last_released(folder, learner, part)
    kept = old and keeps_old_verdict(
        decided(folder, learner, part, old)[0], decided(folder, learner, part, fresh.report)[0]
    )
    return SubmissionVerdict(old, fresh.collected, is_older=True) if kept and not lower else fresh


def decided(folder: ClassFolder, learner: str, part: Part, report: Report) -> tuple[Report, dict[str, str]]:
    """The report with what was decided about regrade requests, and a sentence for each decision, by check. Raises
    DecisionsError.
    """
    decisions = decisions_on(read_decisions(folder.verdicts), learner, part.name, report)
    return apply_decisions(report, decisions), decision_sentences(report, decisions)


def fresh_verdict(folder: ClassFolder, learner: str, part: Part, tier: Tier) -> SubmissionVerdict:
    """The verdict by the checks as they are now, from the store when nothing has changed. A part that passes is tried
    on the learner's own earlier parts too. Raises SandboxUnavailable.
    """
    collected = collect_modules(folder.submitted / learner, part)
    requests = request_submitted_part(collected.modules, part, Conditions(tier))
    report = answer_requests(requests, open_store(folder.verdicts).grade)
    return SubmissionVerdict(report.for_class(), collected)


def of_other_checks(folder: ClassFolder, part: Part, tier: Tier) -> list[str]:
    """Who was given a verdict, on the work as it is now, that today's checks have not been compared with: it is of
    another version of the course, or of Python. Runs nothing.
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
