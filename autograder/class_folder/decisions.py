"""The instructors' decisions about regrade requests: one line of JSON per decision, in the folder of the verdicts.

A decision never changes a verdict. Every command that enters or shows points applies it to the report, so the points
are the same however often a class is graded.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from autograder.files import write_atomically
from autograder.grading.report import Check, Report

FILE = "decisions.jsonl"


class DecisionsError(ValueError):
    """The file of decisions can't be used; the message is a sentence for the user."""


@dataclass(frozen=True)
class Decision:
    """One decision about a check of a part. learner: the learner's id, or "" for everybody whose check fails in this
    way; submission: sha256 of the reviewed module; way: how its check failed; when: UTC, ISO 8601.
    """

    when: str
    by: str
    learner: str
    part: str  # part05
    check: str
    accepted: bool
    reason: str
    submission: str
    way: str

    def same_ruling(self, other: Decision) -> bool:
        """Whether both decisions say the same, apart from who decided and when."""
        return replace(self, when="", by="") == replace(other, when="", by="")


def failure_kind(check: Check) -> str:
    """How a check failed, in a form that can be compared between learners: the status, and the recognised mistake or
    the exception. Messages are left out, since they depend on random inputs.
    """
    return " ".join([check.status, check.misconception or check.exception or ""]).strip()


def read_decisions(verdicts: Path) -> list[Decision]:
    """All decisions, oldest first. Raises DecisionsError for a damaged line, since skipping it might cost points."""
    path, decisions = verdicts / FILE, []
    if not path.exists():
        return decisions
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            decisions.append(Decision(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise DecisionsError(
                f"{path}, line {number} is not a valid decision. If you edited the file, restore the line or delete it."
            ) from error
    return decisions


def add_decisions(verdicts: Path, decisions: Iterable[Decision]) -> None:
    """Add decisions; the file is replaced atomically. Raises OSError."""
    lines = [json.dumps(asdict(decision)) for decision in [*read_decisions(verdicts), *decisions]]
    write_atomically(verdicts / FILE, "".join(f"{line}\n" for line in lines).encode("ascii"))


def decisions_on(decisions: Iterable[Decision], learner: str, part: str, report: Report) -> dict[str, Decision]:
    """The decision that applies to each failing check of a learner's report, by the check's name: the last one for this
    learner or for everybody. It applies to the reviewed work, and to other work that fails in the same way. If no
    mistake and no exception is known, other work may be right: it is not rejected together with the reviewed work.
    """
    ways = {check.name: failure_kind(check) for check in report.checks if check.status != "passed"}
    last = {
        decision.check: decision
        for decision in decisions
        if decision.part == part
        and decision.check in ways
        and decision.learner in ("", learner)
        and (decision.way == ways[decision.check] or (decision.learner and decision.submission == report.sha256))
    }
    return {
        name: decision
        for name, decision in last.items()
        if decision.accepted or decision.submission in ("", report.sha256) or " " in decision.way
    }


def apply_decisions(report: Report, decisions: Mapping[str, Decision]) -> Report:
    """The report, in which accepted checks pass. Written answers get their manual points elsewhere."""
    return replace(report, checks=tuple(_with_decision(check, decisions.get(check.name)) for check in report.checks))


def _with_decision(check: Check, decision: Decision | None) -> Check:
    if decision is None or not decision.accepted or check.status == "manual":
        return check
    identity = {name: getattr(check, name) for name in ("name", "task", "title", "hidden", "points")}
    return Check(**identity, earned=check.points)


def decision_sentences(report: Report, decisions: Mapping[str, Decision]) -> dict[str, str]:
    """A sentence for the learner about each decision, by the check's name."""
    sentences = {}
    for check in report.checks:
        if decision := decisions.get(check.name):
            day = datetime.date.fromisoformat(decision.when[:10])
            sentence = f"{check.task} {check.title}, reviewed on {day.day} {day:%B %Y}: "
            sentence += "you get its points." if decision.accepted else "its points stay as they are."
            sentences[check.name] = f"{sentence} {decision.reason}".rstrip()
    return sentences
