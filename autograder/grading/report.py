"""What grading one part gives: a list of checks with their points, as plain data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from autograder.course import Task, stretch_tasks

FAILED = ("failed", "error", "timeout", "missing")  # statuses of a check

# For a failing hidden check, learners see only its title, a recognised misconception, and this.
KIND_OF_FAILURE = {
    "failed": "The result is not the expected one.",
    "error": "The code raised an exception.",
    "timeout": "The code did not finish in time.",
    "missing": "The name that the check needs does not exist.",
    "todo": "The task is not written yet.",
}

# For a check that was not run, because earlier checks used up the processor time of all.
NOT_RUN = "Not run: your code used up its processor time in earlier checks.\n"

NO_FILE = hashlib.sha256(b"").hexdigest()  # what a report has for a file that is not there


@dataclass(frozen=True)
class Check:
    """One check. status: passed, failed, error, timeout, missing, todo or manual (graded by the instructor)."""

    name: str  # never changes once published
    task: str
    title: str
    hidden: bool
    points: float
    earned: float = 0.0
    status: str = "passed"
    message: str = ""
    misconception: str | None = None
    line: int | None = None
    advice: str = ""  # the sentence of the recognised misconception
    follows: str | None = None  # the earlier task whose mistake this check's answer carries on, and is not charged for
    exception: str | None = None
    cause: str | None = None  # the task whose mistake was recognised, or in whose function the code raised


@dataclass(frozen=True)
class Report:
    """The checks of one part. earned and possible leave out what only a person can give."""

    part: int
    module: str
    file: str
    sha256: str
    seed: int
    sandbox: str
    interpreter: str
    checks: tuple[Check, ...]
    printed: str = ""  # what the learner's code printed meanwhile
    breaks: str = ""  # which earlier part of the learner's own breaks this one, as a sentence
    not_run: int = 0  # hidden checks of it that are not here: the students' zip has the public ones alone
    used: float = field(default=0.0, compare=False)  # of the time that the code may use for a part: 1.0 is all of it

    @property
    def earned(self) -> float:
        return sum(check.earned for check in self.checks)

    @property
    def possible(self) -> float:
        return sum(check.points for check in self.checks if check.status != "manual")

    @property
    def passed(self) -> bool:
        """Whether nothing that a machine can grade lost points, and something was graded. Stretch tasks do not count,
        unless the report is about nothing else.
        """
        graded = [check for check in self.checks if check.status != "manual"]
        needed = [check for check in graded if check.task not in stretch_tasks()] or graded
        return bool(needed) and all(check.status == "passed" for check in needed)

    @property
    def open_stretch(self) -> list[Task]:
        """The stretch tasks that lost points in a part that is passed without them."""
        lost = {check.task for check in self.checks if check.status not in ("passed", "manual")}
        return [task for task in stretch_tasks().values() if task.id in lost] if self.passed else []

    @property
    def not_submitted(self) -> bool:
        """Whether there was no file to grade."""
        statuses = {check.status for check in self.checks} - {"manual"}
        return self.sha256 == NO_FILE and statuses == {"missing"}

    def for_class(self) -> Report:
        """The report as a class gets it: of hidden checks no input and no value, and nothing that the code printed."""
        return replace(self, checks=tuple(map(_without_values, self.checks)), printed="")

    def to_json(self) -> dict:
        """Plain data in the format of the report schema (autograder/render/report.schema.json)."""
        data = {name: getattr(self, name) for name in ("part", "module", "file", "sha256", "seed", "sandbox")}
        data.update(interpreter=self.interpreter, earned=self.earned, possible=self.possible, breaks=self.breaks)
        data.update(passed=self.passed, not_run=self.not_run)
        return {**data, "checks": [dict(vars(check)) for check in self.checks]}


def _without_values(check: Check) -> Check:
    if not check.hidden or check.status in ("passed", "manual"):
        return check
    if check.message == NOT_RUN:
        return check
    # Also of a task that is to do: the words are those of the code's own NotImplementedError.
    sentence = KIND_OF_FAILURE[check.status]
    if check.exception:
        sentence = f"The code raised an exception: {check.exception}."
    return replace(check, message=sentence, line=None)
