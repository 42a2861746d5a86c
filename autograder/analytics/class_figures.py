"""Statistics of a class: passed parts, common mistakes, times, and where learners are stuck.

`class_figures` computes them; `figure_lines` and `write_figures` show them on a terminal and as an HTML page.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from autograder.analytics.class_verdicts import ClassVerdicts, LatestVerdict
from autograder.course import Part
from autograder.grading.report import Report
from autograder.render.templates import write_private_page
from autograder.text import clean_text, plural

FEW = 5  # a figure based on fewer learners says little about a class, and may reveal who somebody is
HARDEST = 10  # checks to list in the terminal
TO_TALK_ABOUT = 3  # mistakes that several learners made
MOST_LINES = 15  # mistakes and learners to list in the terminal; the page lists all
FEW_SENTENCE = f"* marks figures of fewer than {FEW} learners: they say little about a class, and may show who is who."
STUCK_SENTENCE = "the first part that somebody submitted and did not pass, after the last one that they passed."
DAY = 86400.0


@dataclass
class CheckFigures:
    """One check: how many of the `graded` learners passed it, and how many had not written its task."""

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
        """The share of the graded learners, 0 to 1."""
        return self.passed / self.graded


@dataclass
class Median:
    """A median (None if there are no values) and the number of values."""

    value: float | None
    count: int

    @classmethod
    def of(cls, values: Iterable[float | None]) -> Median:
        known = [value for value in values if value is not None]
        return cls(statistics.median(known) if known else None, len(known))


@dataclass
class PartFigures:
    """One part, with numbers of learners. stuck: see STUCK_SENTENCE; not_submitted: those whose next part this is.
    seconds: of a grading; days: from the first submission to the last, of those who submitted more than one.
    """

    number: int
    title: str
    graded: int
    passed: int
    not_begun: int
    stuck: int
    not_submitted: int
    seconds: Median
    days: Median
    checks: list[CheckFigures]

    @property
    def share(self) -> float:
        """The share of the graded learners who passed, 0 to 1."""
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
class StuckLearner:
    """A learner and the first part after the last one that they passed. handed_in: whether they submitted it; only
    then are they stuck. tasks: those in which checks fail; versions: how many were graded.
    """

    learner: str
    part: int
    handed_in: bool
    tasks: tuple[str, ...]
    versions: int


@dataclass
class LearnerShares:
    """A learner's share of the points of each part of the figures, 0 to 1; None for a part that was not graded."""

    learner: str
    shares: list[float | None]


@dataclass
class ClassFigures:
    """lost: how many verdicts in the ledger are missing in the store, and so not in the figures."""

    learners: int
    verdicts: int
    parts: list[PartFigures]
    mistakes: list[MistakeFigures]
    stuck: list[StuckLearner]
    lost: int
    heat_map: list[LearnerShares]
    pseudonymous: bool = field(default=True)

    def hardest(self, count: int) -> list[CheckFigures]:
        """The checks with the smallest share of passes, without those that everybody passes."""
        checks = [check for part_figures in self.parts for check in part_figures.checks if check.share < 1]
        return sorted(checks, key=lambda check: check.share)[:count]

    @property
    def to_talk_about(self) -> list[MistakeFigures]:
        """The most common mistakes, without those that only one learner made."""
        return [mistake for mistake in self.mistakes if mistake.learners > 1][:TO_TALK_ABOUT]

    def to_json(self) -> dict:
        """Plain data."""
        return asdict(self)


def class_figures(class_verdicts: ClassVerdicts, shown: Callable[[str], str] | None = None) -> ClassFigures:
    """Compute the figures. shown(learner): the name to show (default: the id)."""
    by_part: dict[Part, list[LatestVerdict]] = {}
    by_learner: dict[str, dict[Part, LatestVerdict]] = {}
    for verdict in class_verdicts.verdicts:
        by_part.setdefault(verdict.part, []).append(verdict)
        by_learner.setdefault(verdict.learner, {})[verdict.part] = verdict
    ordered = sorted(by_part, key=lambda part: part.number)
    places = (stuck_at(learner, their_verdicts, ordered) for learner, their_verdicts in by_learner.items())
    stuck = [place for place in places if place is not None]
    figures = ClassFigures(
        learners=len(by_learner),
        verdicts=len(class_verdicts.verdicts),
        parts=[_part_figures(part, by_part[part], stuck) for part in ordered],
        mistakes=[mistake for part in ordered for mistake in _mistakes(part, by_part[part])],
        stuck=stuck,
        lost=len(class_verdicts.lost),
        heat_map=[_shares(learner, their_verdicts, ordered) for learner, their_verdicts in by_learner.items()],
        pseudonymous=shown is not None,
    )
    figures.mistakes.sort(key=lambda mistake: -mistake.learners)
    for row in [*stuck, *figures.heat_map] if shown else ():
        row.learner = shown(row.learner)
    figures.heat_map.sort(key=lambda row: (-sum(share or 0 for share in row.shares), row.learner))
    stuck.sort(key=lambda place: (place.part, place.learner))
    return figures


def _shares(learner: str, their_verdicts: dict[Part, LatestVerdict], parts: Sequence[Part]) -> LearnerShares:
    reports = [their_verdicts[part].report if part in their_verdicts else None for part in parts]
    shares = [report.earned / report.possible if report and report.possible else None for report in reports]
    return LearnerShares(learner, shares)


def stuck_at(learner: str, their_verdicts: dict[Part, LatestVerdict], parts: Sequence[Part]) -> StuckLearner | None:
    """The part at which a learner is stuck; None if they passed the last of these parts."""
    passed = [
        number for number, part in enumerate(parts) if part in their_verdicts and their_verdicts[part].report.passed
    ]
    unpassed = parts[passed[-1] + 1 :] if passed else parts
    if not unpassed:
        return None
    # Skipping an earlier part does not count as being stuck: use the first part that they submitted since.
    place = next((part for part in unpassed if part in their_verdicts), unpassed[0])
    verdict = their_verdicts.get(place)
    if verdict is None:
        return StuckLearner(learner, place.number, False, (), 0)
    tasks = dict.fromkeys(c.task for c in verdict.report.checks if c.status not in ("passed", "manual"))
    return StuckLearner(learner, place.number, True, tuple(tasks), verdict.versions)


def _part_figures(part: Part, verdicts: list[LatestVerdict], stuck: list[StuckLearner]) -> PartFigures:
    reports = [verdict.report for verdict in verdicts]
    return PartFigures(
        number=part.number,
        title=part.title,
        graded=len(reports),
        passed=sum(report.passed for report in reports),
        not_begun=sum({check.status for check in report.checks} <= {"todo", "manual"} for report in reports),
        stuck=sum(place.part == part.number and place.handed_in for place in stuck),
        not_submitted=sum(place.part == part.number and not place.handed_in for place in stuck),
        seconds=Median.of(verdict.seconds for verdict in verdicts),
        days=Median.of(verdict.span.total_seconds() / DAY if verdict.span else None for verdict in verdicts),
        checks=_check_figures(part, reports),
    )


def _check_figures(part: Part, reports: list[Report]) -> list[CheckFigures]:
    """The checks in the order of the tasks, without written answers, which are graded manually."""
    figures: dict[str, CheckFigures] = {}
    for report in reports:
        for check in report.checks:
            if check.status == "manual":
                continue
            check_figures = figures.setdefault(
                check.name, CheckFigures(check.name, part.number, check.task, check.title, check.hidden)
            )
            check_figures.graded += 1
            check_figures.passed += check.status == "passed"
            check_figures.not_written += check.status == "todo"
    order = [task.id for task in part.tasks]
    return sorted(
        figures.values(),
        key=lambda check_figures: order.index(check_figures.task) if check_figures.task in order else len(order),
    )


def _mistakes(part: Part, verdicts: list[LatestVerdict]) -> list[MistakeFigures]:
    figures: dict[str, MistakeFigures] = {}
    for verdict in verdicts:
        advice_of = {check.misconception: check.advice for check in verdict.report.checks if check.misconception}
        for mistake, advice in advice_of.items():
            mistake_figures = figures.setdefault(
                mistake, MistakeFigures(mistake, part.number, advice, 0, len(verdicts))
            )
            mistake_figures.learners += 1
    return list(figures.values())


def figure_lines(figures: ClassFigures, every_check: bool = False) -> Iterator[str]:
    """The tables as lines. every_check: list all checks, instead of those that fewest pass."""
    yield f"{plural(figures.learners, 'learner')}, {plural(figures.verdicts, 'verdict')}. {FEW_SENTENCE}"
    if figures.lost:
        yield lost_sentence(figures.lost)
    yield ""
    yield f"  {'part':<29} {'graded':>7} {'passed':>7} {'not begun':>10} {'stuck':>6} {'grading':>9} {'days':>12}"
    for part in figures.parts:
        title = f"{part.number:>2} {part.title}"
        yield (
            f"  {title:<29} {part.graded:>7} {percent(part.share, part.graded):>7} {part.not_begun:>10} "
            f"{part.stuck:>6} {seconds(part.seconds):>9} {days(part.days):>12}"
        ).rstrip()
    yield "  grading: median time; days: median from the first submission to the last (of how many learners)."
    if every_check:
        checks = [check for part in figures.parts for check in part.checks]
        title = "Every check:"
    else:
        checks = figures.hardest(HARDEST)
        title = "The checks that fewest pass:"
    if checks:
        yield from ("", title, f"  {'passed':>7} {'not written':>12} {'of':>5}")
    for check in checks:
        hidden = " (hidden)" if check.hidden else ""
        not_written = percent(check.not_written / check.graded, check.graded)
        passed = percent(check.share, check.graded)
        yield f"  {passed:>7} {not_written:>12} {check.graded:>5}  {check.task} {check.title}{hidden}"
    if figures.mistakes:
        yield from ("", "Most common mistakes:")
    for mistake in figures.mistakes[:MOST_LINES]:
        yield f"  {of_all(mistake.learners, mistake.graded):>12}  part {mistake.part}, {mistake.id}: {mistake.says}"
    yield from _more(len(figures.mistakes))
    stuck = [place for place in figures.stuck if place.handed_in]
    if stuck:
        yield from ("", f"Stuck: {STUCK_SENTENCE}")
    for place in stuck[:MOST_LINES]:
        yield f"  part {place.part:>2}  {clean_text(place.learner, 60)}: {state(place)}"
    yield from _more(len(stuck))
    waiting = [
        f"part {part.number}: {plural(part.not_submitted, 'learner')}" for part in figures.parts if part.not_submitted
    ]
    if waiting:
        yield from ("", f"Have not submitted their next part: {', '.join(waiting)}.")


def write_figures(path: Path, figures: ClassFigures) -> None:
    """Write the page. Only its owner can read it. Raises OSError."""
    write_private_page(
        path,
        Path(__file__).with_name("analytics.html"),
        figures=figures,
        to_talk_about=figures.to_talk_about,
        few=FEW_SENTENCE,
        stuck=STUCK_SENTENCE,
        lost=lost_sentence(figures.lost) if figures.lost else "",
        percent=percent,
        seconds=seconds,
        days=days,
        of_all=of_all,
        state=state,
    )


def lost_sentence(count: int) -> str:
    """A sentence about missing verdicts."""
    return f"Not in the store and left out here: {plural(count, 'verdict')} in the ledger. Grade again."


def percent(share: float, count: int) -> str:
    """`42%`, or `42%*` if it is based on few learners."""
    return f"{round(100 * share)}%{_mark(count)}"


def of_all(count: int, graded: int) -> str:
    """`3 of 24`."""
    return f"{count} of {graded}{_mark(graded)}"


def seconds(median: Median) -> str:
    """`0.31 s`, or nothing."""
    return "" if median.value is None else f"{median.value:.2f} s{_mark(median.count)}"


def days(median: Median) -> str:
    """`2.1 (17)`, or nothing."""
    return "" if median.value is None else f"{median.value:.1f} ({median.count}){_mark(median.count)}"


def state(place: StuckLearner) -> str:
    """Where a learner who submitted is stuck, in a few words."""
    word = "task" if len(place.tasks) == 1 else "tasks"
    return f"{word} {', '.join(place.tasks)}; {plural(place.versions, 'version')} graded"


def _mark(count: int) -> str:
    return "*" if count < FEW else ""


def _more(count: int) -> Iterator[str]:
    if count > MOST_LINES:
        yield f"  and {count - MOST_LINES} more: the page lists them all."
