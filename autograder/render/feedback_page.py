"""A learner's feedback page, on every platform: one self-contained file without scripts.

It shows only what a class may see: for failed hidden checks the title, the kind of failure and a known mistake. The
learner's own text is escaped.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import jinja2

from autograder.appeal_file import file_name, submitted_with
from autograder.course import Part, capstone, stretch_tasks
from autograder.files import text_of
from autograder.grading.progress import DONE, blocking_task, current_check, file_level_failure
from autograder.grading.report import Check, Report
from autograder.invocation import learners_command
from autograder.render.mistake_page import published_page
from autograder.render.next_step import CheckCommand, going_on, in_order, task_to_fix, to_do
from autograder.render.templates import templates
from autograder.render.terminal import message_lines, shared_mistakes
from autograder.text import clean_text, number, plural

LABELS = {"passed": "Passed", "todo": "Not written yet"}  # every other status is a failure
LONGEST_LINE = 300  # characters to show of a line of code
LONGEST_ANSWER = 25_000
ELSEWHERE = Path("submitted")  # the file is not in the learner's exercises/, so nothing is looked up there


@dataclass(frozen=True)
class Picture:
    """A picture in a written answer, as a data: URL."""

    url: str


@dataclass(frozen=True)
class Marks:
    """A task's points. earned: None if it still needs manual grading; comment: the instructor's; answer: the learner's
    written answer as texts and pictures, empty if there is none, None for other tasks.
    """

    earned: float | None
    possible: float
    comment: str = ""
    answer: tuple[str | Picture, ...] | None = None


@dataclass(frozen=True)
class Times:
    """Due date (with extension) and submission time, in the class's time zone; None if unknown."""

    due: datetime.datetime | None
    submitted: datetime.datetime | None
    extended: bool = False
    days_late: int = 0
    penalty: float = 0.0


@dataclass(frozen=True)
class Feedback:
    """The contents of a page. source: the graded file, to show lines of it; marks: by task, from a gradebook if there
    is one; remarks: sentences about the submission; repeat: the name with which an instructor repeats the verdict;
    decisions: a sentence for each check with a regrade decision, by its name; catalogue: whether the class shows the
    pages of known mistakes.
    """

    learner: str
    part: Part
    report: Report
    day: datetime.date
    source: bytes | None = None
    remarks: Sequence[str] = ()
    marks: Mapping[str, Marks] | None = None
    times: Times | None = None
    repeat: str = ""
    decisions: Mapping[str, str] = field(default_factory=dict)
    catalogue: bool = True


@dataclass(frozen=True)
class ShownCheck:
    """A check as the page shows it."""

    label: str
    kind: str  # passed, failed or todo
    title: str
    notes: str
    points: str
    where: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class ShownTask:
    """A task as the page shows it. alone: the text if no check has more to say."""

    heading: str
    points: str
    checks: tuple[ShownCheck, ...]
    alone: str
    marks: Marks


@dataclass(frozen=True)
class ShownMistake:
    """The explanation of the failures, at the top of the page."""

    heading: str
    where: str
    code: str
    message: str
    details: str = ""
    page: str = ""  # the address of the page that explains the mistake


def feedback_page(feedback: Feedback) -> str:
    """The page as HTML."""
    feedback = replace(feedback, report=feedback.report.for_class(), learner=clean_text(feedback.learner, 80))
    report = feedback.report
    marks = {task.id: _marks(feedback, task.id) for task in feedback.part.tasks}
    nothing_ran = _nothing_ran(report)
    return _template().render(
        feedback=feedback,
        name=feedback.part.title
        if feedback.part is capstone()
        else f"Part {feedback.part.number}: {feedback.part.title}",
        day=_day(feedback.day),
        headline=_headline(marks.values(), feedback.times),
        rows=_rows(marks.values(), feedback.times),
        all_right=report.passed and not report.open_stretch,
        mistakes=_mistakes(feedback, nothing_ran),
        tasks=[_task(feedback, task.id, marks[task.id], nothing_ran) for task in feedback.part.tasks],
        hidden=any(check.hidden and check.status not in DONE for check in report.checks) and nothing_ran is None,
        next_step=_next_step(feedback, nothing_ran),
        request=_request(feedback, nothing_ran),
        submitted_with=submitted_with(feedback.part),
    )


def _marks(feedback: Feedback, task_id: str) -> Marks:
    """A task's points: from the gradebook if there is one, otherwise from the checks."""
    if feedback.marks is not None and task_id in feedback.marks:
        marks = feedback.marks[task_id]
        if marks.answer is None:
            return marks
        pieces = (
            clean_text(piece, LONGEST_ANSWER, keep="\n\t") if isinstance(piece, str) else piece
            for piece in marks.answer
        )
        return replace(marks, answer=tuple(piece for piece in pieces if piece))
    checks = [check for check in feedback.report.checks if check.task == task_id]
    by_hand = bool(checks) and all(check.status == "manual" for check in checks)
    possible = sum(check.points for check in checks)
    return Marks(None if by_hand else sum(check.earned for check in checks), possible)


def _headline(marks: Sequence[Marks], times: Times | None) -> str:
    graded = [task for task in marks if task.earned is not None]
    earned = max(0.0, sum(task.earned for task in graded) - (times.penalty if times else 0))
    so_far = " so far" if len(graded) < len(marks) else ""
    return f"{_of(earned, sum(task.possible for task in graded))}{so_far}"


def _rows(marks: Sequence[Marks], times: Times | None) -> list[tuple[str, str]]:
    """The parts of the total, and the times, as pairs of a name and a value."""
    written = [task for task in marks if task.answer is not None or task.earned is None]
    checked = [task for task in marks if task not in written]
    rows = []
    if checked and (written or (times and times.penalty)):
        sums = sum(task.earned for task in checked), sum(task.possible for task in checked)
        rows.append(("Checks", _of(*sums)))
    if written:
        rows.append(("Written answers", _written(written)))
    if times and times.submitted:
        rows.append(("Submitted", _moment(times.submitted)))
    if times and times.due:
        rows.append(("Due", _moment(times.due) + (", with your extension" if times.extended else "")))
        if times.submitted is None:
            rows.append(("Submitted", "at an unknown time, so it does not count as late"))
    if times and times.penalty:
        late = f"{plural(times.days_late, 'day')} late" if times.days_late else "late"
        rows.append(("Late penalty", f"{_some_points(times.penalty)} taken off, {late}"))
    return rows


def _written(written: Sequence[Marks]) -> str:
    graded = [task for task in written if task.earned is not None]
    open_points = sum(task.possible for task in written if task.earned is None)
    if not graded:
        return f"not graded yet ({_some_points(open_points)})"
    sums = sum(task.earned for task in graded), sum(task.possible for task in graded)
    more = f"; {_some_points(open_points)} not graded yet" if open_points else ""
    return f"{_of(*sums)}{more}"


def _nothing_ran(report: Report) -> Check | None:
    """A check that says why none could run, such as a syntax error; None if some did run."""
    public = tuple(check for check in report.checks if not check.hidden)
    others = {check.status for check in report.checks if check.hidden}
    return file_level_failure(replace(report, checks=public)) if others <= {"error", "missing"} else None


def _mistakes(feedback: Feedback, nothing_ran: Check | None) -> list[ShownMistake]:
    """The explanation of the failures: why nothing ran, else each mistake that explains several checks, else the
    mistake in the first failing check.
    """
    report = feedback.report
    if nothing_ran is not None:
        first_line, *details = message_lines(nothing_ran)
        if report.not_submitted:
            return [ShownMistake(f"{report.file} was not submitted", "", "", first_line)]
        place = _where(feedback, nothing_ran), _code(feedback, nothing_ran)
        return [ShownMistake("Nothing could be checked", *place, first_line, "\n".join(details))]
    shared = shared_mistakes(report)
    first = current_check(report, feedback.part)
    if not shared and first is not None and first.advice:
        return [_mistake(feedback, first, "The recognised mistake")]
    return [
        _mistake(feedback, check, f"One mistake explains {count} failing checks") for check, count in shared.values()
    ]


def _mistake(feedback: Feedback, check: Check, heading: str) -> ShownMistake:
    alike = [other for other in feedback.report.checks if other.misconception == check.misconception and other.line]
    check = check if check.line or not alike else alike[0]
    task = feedback.part.task(check.cause or check.task)
    where = f"{task.id} {task.title}" + (f", {_where(feedback, check)}" if check.line else "")
    message = check.advice[:1].upper() + check.advice[1:]
    page = published_page(check) if feedback.catalogue else ""
    return ShownMistake(heading, where, _code(feedback, check), message, page=page)


def _task(feedback: Feedback, task_id: str, marks: Marks, nothing_ran: Check | None) -> ShownTask:
    task = feedback.part.task(task_id)
    checks = [check for check in feedback.report.checks if check.task == task_id and check.status != "manual"]
    alone, shown = "", ()
    if nothing_ran is not None and checks:
        alone = "Not checked: see above."
    elif checks and {check.status for check in checks} == {"todo"}:
        blocking = [blocking_task(check, feedback.part) for check in checks]
        first = blocking[0]
        alone = f"Checked when {first.id} {first.title} is written." if all(blocking) else "Not written yet."
    else:
        shown = tuple(_checks(feedback, checks))
    heading = f"{task.id} {task.title}" + (" (stretch task)" if task_id in stretch_tasks() else "")
    waits = f"not graded yet ({_some_points(marks.possible)})"
    points = waits if marks.earned is None else _of(marks.earned, marks.possible)
    return ShownTask(heading, points, shown, alone, marks)


def _checks(feedback: Feedback, checks: Sequence[Check]) -> list[ShownCheck]:
    said_above = {check.misconception for check, _ in shared_mistakes(feedback.report).values()}
    if not said_above and (first := current_check(feedback.report, feedback.part)) is not None and first.advice:
        said_above = {first.misconception}
    shown, told, place = [], set(), ("", "")
    for check in checks:
        notes = [*(["hidden check"] if check.hidden else [])]
        other = blocking_task(check, feedback.part)
        notes += [f"checked when {other.id} is written"] if other else []
        notes += [f"points kept: follows from {check.follows}"] if check.follows else []
        failed = check.status not in (*DONE, "todo")
        message = ""
        if failed:
            message = "\n".join(message_lines(check, with_advice=check.misconception not in said_above))
            if message in told and not check.hidden:
                message = "For the same reason as above."
            told.add(message)
        before = place
        if failed and check.line:
            place = _where(feedback, check), _code(feedback, check)
        shown.append(
            ShownCheck(
                LABELS.get(check.status, "Failed"),
                check.status if check.status in LABELS else "failed",
                check.title,
                ", ".join(notes),
                f"{_points(check.earned)} of {_points(check.points)}",
                *(place if place != before else ("", "")),
                message,
            )
        )
    return shown


def _where(feedback: Feedback, check: Check) -> str:
    return f"{feedback.report.file}, line {check.line}" if check.line else feedback.report.file


def _code(feedback: Feedback, check: Check) -> str:
    """The learner's line that a public check is about; "" if the message already shows it, or if it is unknown."""
    if check.hidden or not check.line or feedback.source is None or f"Line {check.line}:" in check.message:
        return ""
    if hashlib.sha256(feedback.source).hexdigest() != feedback.report.sha256:
        return ""
    lines = text_of(feedback.source, "replace").split("\n")  # str.splitlines knows more line ends than Python
    line = clean_text(lines[check.line - 1], LONGEST_LINE, keep="\t").strip() if check.line <= len(lines) else ""
    return "" if line in check.message else line


def _next_step(feedback: Feedback, nothing_ran: Check | None) -> tuple[str, str]:
    """The learner's next step, as a sentence that ends with the command to type on their own machine."""
    commands = [""]

    def check(target: int | str | None = None) -> str:
        commands.append(learners_command("check", target))
        return commands[-1]

    sentence = _next_sentence(feedback, nothing_ran, check)
    typed = commands[-1] if sentence.endswith(commands[-1]) else ""
    return sentence.removesuffix(typed), typed


def _next_sentence(feedback: Feedback, nothing_ran: Check | None, check: CheckCommand) -> str:
    report, graded_part = feedback.report, feedback.part
    failing = current_check(report, graded_part)
    if graded_part is capstone():
        return f"Next: look at {failing.task}, fix your parts, then {learners_command('capstone')}" if failing else ""

    if report.not_submitted:
        return f"Next: submit {report.file}."
    if nothing_ran is not None:
        line = f"line {nothing_ran.line} of " if nothing_ran.line else ""
        return f"Next: fix {line}{report.file}, then {check(report.part)}"
    if failing is None:
        return f"Next: look at all your parts: {check()}" if report.breaks else in_order([report], check)
    if first := going_on(report, failing):
        return f"{first}, then {check(report.part)}"
    return f"Next: {to_do(report, failing, report.file, ELSEWHERE)}, then {check(task_to_fix(failing))}"


def _request(feedback: Feedback, nothing_ran: Check | None) -> tuple[str, str, list[tuple[str, str]]]:
    """How to ask for a regrade: the file's name, a command, and the name of each check that lost points and has no
    decision. Empty if no check ran, since then the file needs fixing.
    """
    lost = [check for check in feedback.report.checks if check.status not in (*DONE, "todo")]
    lost = [check for check in lost if check.name not in feedback.decisions]
    if not lost or nothing_ran is not None:
        return "", "", []
    typed = learners_command("appeal", feedback.part.number, check=lost[0].name, reason="why it is wrong")
    return file_name(feedback.part), typed, [(f"{check.task} {check.title}", check.name) for check in lost]


def _points(points: float) -> str:
    return number(round(points, 3))  # a late day's share of a quarter of a point has three digits


def _of(earned: float, possible: float) -> str:
    return f"{_points(earned)} of {_points(possible)} point{'' if possible == 1 else 's'}"


def _some_points(points: float) -> str:
    return f"{_points(points)} point{'' if round(points, 3) == 1 else 's'}"


def _day(day: datetime.date) -> str:
    return f"{day.day} {day:%B %Y}"


def _moment(moment: datetime.datetime) -> str:
    zone = getattr(moment.tzinfo, "key", None) or moment.tzname()
    return f"{moment:%A}, {_day(moment)}, {moment:%H:%M} ({zone})"


@functools.cache
def _template() -> jinja2.Template:
    return templates(Path(__file__).parent).get_template("feedback_page.html")
