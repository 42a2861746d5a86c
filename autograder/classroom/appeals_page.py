"""Regrade requests for the instructor: lines for a terminal, and one page without a script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.appeals import RequestCase, Ruling
from autograder.classroom.autograde import outcome_line
from autograder.course import part_named
from autograder.grading.report import Check
from autograder.render.templates import write_private_page
from autograder.render.terminal import message_lines, without_commands
from autograder.text import clean_text, first_few, number, plural

PAGE = "appeals.html"
MOST_NAMES = 12  # names to list in a terminal of those whose check fails in the same way


@dataclass(frozen=True)
class RequestView:
    """A request as the page shows it. evidence: pairs of a name and a value; commands: to type for a decision."""

    name: str
    state: str
    title: str
    reason: str
    evidence: list[tuple[str, str]]
    message: str
    commands: list[str]


def case_lines(folder: ClassFolder, case: RequestCase, count: int) -> Iterator[str]:
    """The lines for one request, with everything known about it."""
    shown = _shown(folder, case)
    yield f"{count}. {shown.name}: {shown.state}"
    yield f"   {shown.title}"
    yield "   The learner writes:"
    yield from (f"   > {line}" for line in shown.reason.split("\n"))
    yield from (f"   {line}" for line in shown.message.split("\n") if line)
    yield from (f"   {key}: {value}" for key, value in shown.evidence)
    yield from (f"   {line}" for line in shown.commands)
    yield ""


def list_lines(cases: Sequence[RequestCase], problems: Sequence[str], page: Path | None) -> Iterator[str]:
    """The lines after the requests: decided ones, unreadable files, and the path of the page."""
    if not cases and not problems:
        yield "There are no regrade requests."
    for case in cases:
        if not case.open:
            yield f"{clean_text(case.request.name, 160)}: {_state(case)}"
    if problems:
        yield "Can't be read:"
        yield from (f"  {clean_text(problem, 600)}" for problem in problems)
    waiting = sum(case.open for case in cases)
    if cases:
        yield f"{plural(len(cases), 'regrade request')}, {waiting} to decide."
    if page:
        yield f"Written: {page}."


def ruling_lines(folder: ClassFolder, which: str, accept: bool, ruling: Ruling) -> Iterator[str]:
    """The lines for a decision: its effect, and the learners concerned."""
    if not ruling.new:
        yield "This was already decided. Nothing changed."
    yield f"{'Accepted' if accept else 'Rejected'}: {clean_text(which, 160)}, {_title(ruling.check)}."
    for learner, (before, after) in ruling.learners.items():
        points = f"{number(after)} points" if before == after else f"{number(before)} -> {number(after)} points"
        yield f"  {clean_text(learner, 40)}: {points}"
    yield from (outcome_line(outcome) for outcome in ruling.outcomes if outcome.failure)
    if ruling.waiting:
        part = part_named(which.split("/")[1])
        yield (
            f"Newer work is not graded yet: {', '.join(ruling.waiting)}. The decision applies to it if the check "
            f"fails in the same way. To grade it: {folder.command('grade', part_=part.number)}"
        )
    if ruling.check.status == "manual" and accept:
        yield "This is a written answer. Enter its points in formgrader."


def write_appeals_page(folder: ClassFolder, cases: Sequence[RequestCase], problems: Sequence[str]) -> Path:
    """Write the page with all requests. Only its owner can read it. Raises OSError."""
    views = sorted((_shown(folder, case) for case in cases), key=lambda view: view.state != "open")
    waiting = sum(case.open for case in cases)
    path = folder.verdicts / PAGE
    write_private_page(
        path,
        Path(__file__).with_name("appeals_page.html"),
        requests=views,
        problems=[clean_text(problem, 600) for problem in problems],
        waiting=waiting,
    )
    return path


def _shown(folder: ClassFolder, case: RequestCase) -> RequestView:
    check, repeated = case.check, case.repeated
    evidence = []
    if repeated and not isinstance(repeated, str):
        same = "the verdict is the same, check by check" if not repeated.changed else "; ".join(repeated.changed)
        evidence.append(("Repeated", f"{same} (seed {repeated.entry.seed})"))
        # The repeated report contains inputs and values of hidden checks; the report for the class does not.
        check = next(
            (repeated_check for repeated_check in repeated.report.checks if repeated_check.name == case.request.check),
            check,
        )
    elif repeated:
        evidence.append(("Repeated", repeated))
    if case.newer:
        evidence.append(("Newer work", "was collected but is not graded yet. The request may be about that work."))
    if case.check is not None and case.check.status != "passed":
        evidence.append(("The same mistake", _others(case)))
    if case.errata:
        evidence.append(("Errata", case.errata))
    failed = check is not None and check.status not in ("passed", "manual")
    return RequestView(
        clean_text(case.request.name, 160),
        _state(case),
        _title(case.check) if case.check else "There is no verdict with a check of this name.",
        case.request.reason or "(nothing)",
        evidence,
        "\n".join(map(without_commands, message_lines(check))) if failed else "",
        _commands(folder, case) if case.open and case.check else [],
    )


def _title(check: Check) -> str:
    worth = f"{number(check.points)} point{'' if check.points == 1 else 's'}"
    return f"{check.task} {check.title} ({worth}{', hidden' if check.hidden else ''}, {check.status})"


def _state(case: RequestCase) -> str:
    if case.decision is None:
        return "open" if case.open else "the check passes now"
    ruling = "accepted" if case.decision.accepted else "rejected"
    reason = f": {case.decision.reason}" if case.decision.reason else ""
    return f"{ruling} on {case.decision.when[:10]} by {case.decision.by}{reason}"


def _others(case: RequestCase) -> str:
    """A sentence about whose check fails in the same way, and how certain it is that the mistake is the same."""
    if not case.alike:
        return "nobody else's check fails in this way."
    names = first_few([clean_text(name, 40) for name in case.alike], MOST_NAMES)
    if case.check.misconception:
        known = f"the recognised mistake is {case.check.misconception}"
    elif case.check.exception:
        known = f"it raises {case.check.exception}"
    else:
        known = "no known mistake was recognised"
        known += ", so compare their answers before you decide for all" if case.open else ""
    return f"{plural(len(case.alike), 'other')}, {names}; {known}."


def _commands(folder: ClassFolder, case: RequestCase) -> list[str]:
    """The commands for a decision; only a sentence for a name that can't be typed."""
    if clean_text(case.request.name, 400) != case.request.name:
        return ["This learner's folder has a name that can't be typed. Rename the folder to the learner's id."]
    name, forms = case.request.name, [("accept", None, None), *([("accept", True, None)] if case.alike else [])]
    forms.append(("reject", None, "why the points stay"))
    return [
        folder.command("appeals", decide=decision, request=name, alike=alike, reason=why)
        for decision, alike, why in forms
    ]
