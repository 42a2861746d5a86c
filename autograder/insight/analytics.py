"""A class in figures: what is passed, which mistakes are made, how long it takes, who is stuck where."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field

from autograder.course import Part
from autograder.grading.report import Report
from autograder.insight.class_verdicts import ClassVerdicts, Verdict

FEW = 5  # a figure on fewer learners says little about a class, and may tell who somebody is
DAY = 86400.0


@dataclass
class CheckFigures:
    """One check: of `graded` learners so many passed it, and so many had not written its task."""

    name: str
    part: int
    task: str
    title: str
    hidden: bool
    graded: int = 0
    passed: int = 0
    not_written: int = 0

    @property
    def share(self) -> float:
        """Of those who were graded, 0 to 1."""
        return self.passed / self.graded


@dataclass
class Median:
    """The value in the middle, of so many; None of none."""

    value: float | None
    count: int

    @classmethod
    def of(cls, values: Iterable[float | None]) -> Median:
        known = [value for value in values if value is not None]
        return cls(statistics.median(known) if known else None, len(known))


@dataclass
class PartFigures:
    """One part: how many learners were graded, passed, had not begun, are stuck here (see Stuck). seconds: of a
    grading; days: from the first submission to the last, of those who handed in more than one.
    """

    number: int
    title: str
    graded: int
    passed: int
    not_begun: int
    stuck: int
    seconds: Median
    days: Median
    checks: list[CheckFigures]

    @property
    def share(self) -> float:
        """Who passed, of those who were graded, 0 to 1."""
        return self.passed / self.graded


@dataclass
class MistakeFigures:
    """A recognised mistake, and how many of the part's learners made it."""

    id: str
    part: int
    says: str
    learners: int
    graded: int


@dataclass
class Stuck:
    """A learner and the first part after the last one that they passed. tasks: those in which checks fail, none when
    the part was not handed in, though others did; versions: how many were graded.
    """

    learner: str
    part: int
    handed_in: bool
    tasks: tuple[str, ...]
    versions: int


@dataclass
class ClassFigures:
    """lost: how many verdicts of the ledger are gone from the store, and not in the figures."""

    learners: int
    verdicts: int
    parts: list[PartFigures]
    mistakes: list[MistakeFigures]
    stuck: list[Stuck]
    lost: int
    pseudonymous: bool = field(default=True)

    def hardest(self, count: int) -> list[CheckFigures]:
        """The checks that the smallest share passes, of those that not everybody passes."""
        checks = [check for its_part in self.parts for check in its_part.checks if check.share < 1]
        return sorted(checks, key=lambda check: check.share)[:count]

    def to_json(self) -> dict:
        """Plain data."""
        return asdict(self)


def class_figures(verdicts: ClassVerdicts, shown: Callable[[str], str] | None = None) -> ClassFigures:
    """The figures. shown(learner) is what to call somebody; their ids when it is not given."""
    by_part: dict[Part, list[Verdict]] = {}
    by_learner: dict[str, dict[Part, Verdict]] = {}
    for verdict in verdicts.found:
        by_part.setdefault(verdict.part, []).append(verdict)
        by_learner.setdefault(verdict.learner, {})[verdict.part] = verdict
    ordered = sorted(by_part, key=lambda its_part: its_part.number)
    found = (stuck_at(learner, theirs, ordered) for learner, theirs in by_learner.items())
    stuck = [one for one in found if one is not None]
    figures = ClassFigures(
        learners=len(by_learner),
        verdicts=len(verdicts.found),
        parts=[_part_figures(its_part, by_part[its_part], stuck) for its_part in ordered],
        mistakes=[mistake for its_part in ordered for mistake in _mistakes(its_part, by_part[its_part])],
        stuck=stuck,
        lost=len(verdicts.lost),
        pseudonymous=shown is not None,
    )
    figures.mistakes.sort(key=lambda mistake: -mistake.learners)
    for one in stuck if shown else ():
        one.learner = shown(one.learner)
    stuck.sort(key=lambda one: (one.part, one.learner))
    return figures


def stuck_at(learner: str, theirs: dict[Part, Verdict], given: Sequence[Part]) -> Stuck | None:
    """Where a learner stands who has not passed the last of the given parts. None: there is no such part."""
    passed = [number for number, its_part in enumerate(given) if its_part in theirs and theirs[its_part].report.passed]
    rest = given[passed[-1] + 1 :] if passed else given
    if not rest:
        return None
    # An earlier part that was left out stops nobody: of what was handed in since, the first is where they are.
    place = next((its_part for its_part in rest if its_part in theirs), rest[0])
    verdict = theirs.get(place)
    if verdict is None:
        return Stuck(learner, place.number, False, (), 0)
    tasks = dict.fromkeys(c.task for c in verdict.report.checks if c.status not in ("passed", "manual"))
    return Stuck(learner, place.number, True, tuple(tasks), verdict.versions)


def _part_figures(its_part: Part, verdicts: list[Verdict], stuck: list[Stuck]) -> PartFigures:
    reports = [verdict.report for verdict in verdicts]
    return PartFigures(
        number=its_part.number,
        title=its_part.title,
        graded=len(reports),
        passed=sum(report.passed for report in reports),
        not_begun=sum({check.status for check in report.checks} <= {"todo", "manual"} for report in reports),
        stuck=sum(one.part == its_part.number for one in stuck),
        seconds=Median.of(verdict.seconds for verdict in verdicts),
        days=Median.of(verdict.span.total_seconds() / DAY if verdict.span else None for verdict in verdicts),
        checks=_check_figures(its_part, reports),
    )


def _check_figures(its_part: Part, reports: list[Report]) -> list[CheckFigures]:
    """In the order of the tasks; written answers, which a person grades, are left out."""
    figures: dict[str, CheckFigures] = {}
    for report in reports:
        for check in report.checks:
            if check.status == "manual":
                continue
            its = figures.setdefault(
                check.name, CheckFigures(check.name, its_part.number, check.task, check.title, check.hidden)
            )
            its.graded += 1
            its.passed += check.status == "passed"
            its.not_written += check.status == "todo"
    order = [task.id for task in its_part.tasks]
    return sorted(figures.values(), key=lambda its: order.index(its.task) if its.task in order else len(order))


def _mistakes(its_part: Part, verdicts: list[Verdict]) -> list[MistakeFigures]:
    figures: dict[str, MistakeFigures] = {}
    for verdict in verdicts:
        theirs = {check.misconception: check.advice for check in verdict.report.checks if check.misconception}
        for mistake, says in theirs.items():
            its = figures.setdefault(mistake, MistakeFigures(mistake, its_part.number, says, 0, len(verdicts)))
            its.learners += 1
    return list(figures.values())
