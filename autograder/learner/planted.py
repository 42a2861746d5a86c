"""The mistake that `harden` has planted in a learner's file, until its cause is named, and what reports hide of it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from autograder.course import EXERCISES, Part, part_or_lab
from autograder.grading.report import FAILED, Check, Report
from autograder.invocation import command
from autograder.learner import local_state

NAME = "harden"


@dataclass(frozen=True)
class Planted:
    """mistake: its id in the part's misconceptions.toml; causes: the ids to choose from, with it among them; before:
    the learner's file in Base64; start, end, text: the edit in bytes; symptom: what the first failing check shows.
    """

    part: int
    mistake: str
    causes: tuple[str, ...]
    before: str
    start: int
    end: int
    text: str
    sha256: str
    symptom: tuple[str, ...]
    guesses: int = 0

    @property
    def of(self) -> Part:
        """The part or lab whose file contains it."""
        return part_or_lab(self.part)

    @property
    def content_before(self) -> bytes:
        """The file as it was before planting."""
        return base64.b64decode(self.before)

    @property
    def untouched(self) -> bool:
        """Whether the file is as `harden` wrote it."""
        path = EXERCISES / self.of.file_name
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == self.sha256

    @property
    def line(self) -> int:
        """The number of the first line that differs."""
        before = self.content_before
        after = before[: self.start] + self.text.encode("utf-8") + before[self.end :]
        pairs = zip(before.splitlines(), after.splitlines())
        return next((number for number, (old, new) in enumerate(pairs, 1) if old != new), 1)

    def lines_at(self) -> tuple[list[str], list[str]]:
        """The lines that the edit changes, before and after it."""
        old = self.content_before
        first = max(old.rfind(b"\n", 0, self.start), old.rfind(b"\r", 0, self.start)) + 1
        last = next((i for i in range(self.end, len(old)) if old[i] in b"\r\n"), len(old))
        new = old[first : self.start] + self.text.encode("utf-8") + old[self.end : last]
        before, after = _shown(old[first:last]), _shown(new)
        while before and after and before[0] == after[0]:
            before, after = before[1:], after[1:]
        while before and after and before[-1] == after[-1]:
            before, after = before[:-1], after[:-1]
        return before, after


def _shown(content: bytes) -> list[str]:
    return [line.rstrip() for line in content.decode("utf-8", "replace").splitlines() if line.strip()]


def current() -> Planted | None:
    """The planted mistake; None if there is none, or if the stored one can't be read."""
    data = local_state.read(NAME).get("planted")
    try:
        found = Planted(**{**data, "causes": tuple(data["causes"]), "symptom": tuple(data["symptom"])})
        base64.b64decode(found.before)
        return found if found.mistake in found.causes and found.of else None
    except (TypeError, KeyError, ValueError):
        return None


def remember(planted: Planted | None) -> None:
    """Store the planted mistake; None if there is none any more."""
    local_state.write(NAME, {**local_state.read(NAME), "planted": planted and asdict(planted)})


def found_in(of: Part) -> list[str]:
    """The mistakes of a part that the learner has found, or has given up, in order."""
    return [str(name) for name in _had().get(str(of.number), [])]


def _had() -> dict[str, list[str]]:
    had = local_state.read(NAME).get("had")
    return had if isinstance(had, dict) else {}


def finish(planted: Planted) -> int:
    """Record that this mistake was found or given up, and return how many there have been in its part."""
    names = list(dict.fromkeys([*found_in(planted.of), planted.mistake]))
    local_state.write(NAME, {"planted": None, "had": {**_had(), str(planted.part): names}})
    return len(names)


def veiled(reports: Iterable[Report]) -> list[Report]:
    """The reports without what gives a planted mistake away: its name, its line and the advice."""
    planted, reports = current(), list(reports)
    if planted is None:
        return reports

    def seen(report: Report) -> Report:
        if report.part != planted.part:
            return report
        as_planted = report.sha256 == planted.sha256
        checks = (
            without_diagnosis(check)
            if check.status in FAILED and (as_planted or check.misconception == planted.mistake)
            else check
            for check in report.checks
        )
        return replace(report, checks=tuple(checks))

    return [seen(report) for report in reports]


def without_diagnosis(check: Check) -> Check:
    """The check with what was called, returned and expected, and nothing about why."""
    message = "\n".join(line for line in check.message.split("\n") if not line.startswith("Likely:"))
    return replace(check, message=message, misconception=None, advice="", line=None, cause=None)


def reminder_lines(reports: Sequence[Report]) -> list[str]:
    """A line on the planted mistake, for a check of its part."""
    planted = current()
    for report in reports:
        if planted is not None and report.part == planted.part:
            again = command("harden", planted.of.target)
            if report.passed:
                return [f"The planted mistake is gone. Now name its cause: {again}"]
            if report.sha256 == planted.sha256:
                return [f"{report.file} has a planted mistake, so no advice is shown. More: {again}"]
            return [f"A mistake was planted in {report.file}. More: {again}"]
    return []
