"""A class's figures as lines for a terminal and as one HTML page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.insight.analytics import FEW, ClassFigures, Median, Stuck
from autograder.insight.pages import write_page
from autograder.render.terminal import plural
from autograder.sandbox.text import clean_text

HARDEST = 10  # checks, on a screen
MOST_LINES = 15  # of mistakes and of learners, on a screen; the page has them all
FEW_SENTENCE = f"* stands on fewer than {FEW} learners: it says little about a class, and may tell who somebody is."
STUCK_SENTENCE = (
    "the first part that somebody handed in and did not pass since the last one that they passed, or else the next one."
)


def figure_lines(figures: ClassFigures, every_check: bool = False) -> Iterator[str]:
    """The tables. every_check: of every part, instead of those that fewest pass."""
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
    yield "  grading: median time; days: median from the first submission to the last, of (so many) who sent several."
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
        yield from ("", "Mistakes met most often:")
    for mistake in figures.mistakes[:MOST_LINES]:
        yield f"  {of_all(mistake.learners, mistake.graded):>12}  part {mistake.part}, {mistake.id}: {mistake.says}"
    yield from _more(len(figures.mistakes))
    if figures.stuck:
        yield from ("", f"Stuck: {STUCK_SENTENCE}")
    for one in figures.stuck[:MOST_LINES]:
        yield f"  part {one.part:>2}  {clean_text(one.learner, 60)}: {state(one)}"
    yield from _more(len(figures.stuck))


def write_figures(path: Path, figures: ClassFigures) -> None:
    """Write the page, for its owner's eyes only. Raises OSError."""
    write_page(
        path,
        "analytics.html",
        figures=figures,
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
    """That some verdicts are gone."""
    return f"{plural(count, 'verdict')} of the ledger are gone from the store and left out here: grade again."


def percent(share: float, count: int) -> str:
    """`42%`, and `42%*` of few."""
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


def state(one: Stuck) -> str:
    """What keeps a learner, in a few words."""
    if not one.handed_in:
        return "not handed in"
    return f"tasks {', '.join(one.tasks)}; {plural(one.versions, 'version')} graded"


def _mark(count: int) -> str:
    return "*" if count < FEW else ""


def _more(count: int) -> Iterator[str]:
    if count > MOST_LINES:
        yield f"  and {count - MOST_LINES} more: the page has them all."
