"""Regrade requests of a class: the request, the facts about it, and the instructor's decision."""

from __future__ import annotations

import datetime
import difflib
import getpass
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.analytics.class_verdicts import read_verdicts
from autograder.appeal_file import LARGEST, AppealError, check_names, file_name, read_appeals
from autograder.batch.grade_batch import follow_decisions
from autograder.batch.ledger import LedgerError
from autograder.batch.regrade import Repeated
from autograder.class_folder.collected import Unreadable, collect_modules, read_regular_file, submitted_hash
from autograder.class_folder.decisions import (
    Decision,
    add_decisions,
    apply_decisions,
    decisions_on,
    failure_kind,
    read_decisions,
)
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.locks import exclusive_grading
from autograder.class_folder.released_verdicts import last_released
from autograder.class_folder.settings import ClassError
from autograder.class_folder.verdict import decided
from autograder.classroom.autograde import SubmissionOutcome, grade_class
from autograder.classroom.capstone_gradebook import enter_capstone
from autograder.classroom.capstone_grades import Training, newest_parts, repeat_verdict, submitted_capstone_hash
from autograder.classroom.errata import Errata, find_capstone_errata, find_errata
from autograder.classroom.gradebook import open_gradebook, submission_rows
from autograder.course import Part, capstone, part_named, parts
from autograder.grading.report import Check, Report
from autograder.invocation import option
from autograder.sandbox import SandboxUnavailable, Tier, strict_tier
from autograder.text import clean_text, first_few, plural

LONGEST_SENTENCE = 1_000  # characters of an instructor's reason


@dataclass(frozen=True)
class RegradeRequest:
    """A learner's request to review a check of a part."""

    learner: str
    part: Part
    check: str
    reason: str

    @property
    def name(self) -> str:
        """The name that an instructor types, such as ada/part05/NAME."""
        return f"{self.learner}/{self.part.name}/{self.check}"


@dataclass(frozen=True)
class RequestCase:
    """A request with everything known about it. check: from the verdict that counts, None if there is none; alike:
    learners who fail it in the same way; repeated, errata, newer: see `cases`.
    """

    request: RegradeRequest
    report: Report | None
    check: Check | None
    decision: Decision | None
    alike: tuple[str, ...] = ()
    repeated: Repeated | str = ""
    errata: str = ""
    newer: bool = False

    @property
    def open(self) -> bool:
        """Whether the request still needs a decision."""
        return self.decision is None and (self.check is None or self.check.status != "passed")


@dataclass(frozen=True)
class Ruling:
    """The result of a decision. learners: the learners concerned, with the points before and after; new: whether it
    differs from earlier decisions; waiting: learners with newer, ungraded work; outcomes: from grading again.
    """

    check: Check
    learners: dict[str, tuple[float, float]]
    new: bool
    waiting: tuple[str, ...]
    outcomes: Sequence[SubmissionOutcome]


@dataclass
class CollectedRequests:
    """All requests by name, and a sentence for each file that can't be read."""

    by_name: dict[str, RegradeRequest] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def find_requests(folder: ClassFolder) -> CollectedRequests:
    """The requests in the files that `collect` saved, and in those that nbgrader's exchange put next to the work.
    A learner's last request about a check counts. Unusable files are one problem per learner and part, however many
    there are.
    """
    requests = CollectedRequests()
    problems: dict[tuple[str, str], list[str]] = {}
    for part in (*parts(), capstone()):
        names, graded = set(check_names(part)), None
        stem, _, suffix = file_name(part).rpartition(".")
        collected = [(path, path.parent.name) for path in folder.appeals.glob(f"*/{stem}*.{suffix}")]
        place = "part??" if part is capstone() else part.name  # the capstone is submitted with any part
        submitted_with = [(p, p.parent.parent.name) for p in folder.submitted.glob(f"*/{place}/{file_name(part)}")]
        for path, learner in [*sorted(collected), *sorted(submitted_with)]:
            content = b""
            try:
                content = read_regular_file(path, LARGEST) or b""
                new_requests = [
                    RegradeRequest(learner, part, appeal.check, appeal.reason) for appeal in read_appeals(content)
                ]
            except (AppealError, Unreadable) as error:
                beginning = clean_text(content.decode("utf-8", "replace"), 300)
                problem = f"{path}: {error}" + (f" It begins: {beginning}" if beginning else "")
                problems.setdefault((learner, part.name), []).append(problem)
                continue
            unknown = [request for request in new_requests if request.check not in names]
            if unknown and graded is None:
                graded = _verdicts(folder, part)
            # A verdict may be older than the checks.
            unknown = [request for request in unknown if _check(graded.get(learner), request.check) is None]
            requests.by_name |= {request.name: request for request in new_requests if request not in unknown}
            if unknown:
                problems.setdefault((learner, part.name), []).append(_unknown_checks(path, part, unknown, names))
    for file_problems in problems.values():
        others = f" {plural(len(file_problems) - 1, 'more file')} of this learner for this part can't be used."
        requests.problems.append(file_problems[-1] + (others if len(file_problems) > 1 else ""))
    return requests


def _unknown_checks(path: Path, part: Part, unknown: Sequence[RegradeRequest], names: Set[str]) -> str:
    shown = first_few([request.check for request in unknown], 3)
    near = difflib.get_close_matches(unknown[0].check, names, n=1)
    return f"{path}: {part.name} has no check {shown}." + (f" Did they mean {near[0]}?" if near else "")


def cases(folder: ClassFolder, requests: Sequence[RegradeRequest], anyway: bool = False) -> Iterator[RequestCase]:
    """Collect the facts about each request. For open ones, or for all with `anyway`, also repeat the verdict, and
    compare it with the result of today's checks.
    """
    decisions, repeated, errata = read_decisions(folder.verdicts), {}, {}
    verdicts = {part: _verdicts(folder, part) for part in {request.part for request in requests}}
    for request in requests:
        learner, part = request.learner, request.part
        report = verdicts[part].get(learner)
        check = _check(report, request.check)
        if report is None or check is None:
            yield RequestCase(request, report, check, None)
            continue
        case = RequestCase(
            request,
            report,
            check,
            decisions_on(decisions, learner, part.name, report).get(check.name),
            tuple(other for other in _alike(verdicts[part], check) if other != learner),
            newer=_has_newer_work(folder, learner, part, report),
        )
        if case.open or anyway:
            if (learner, part) not in repeated:
                repeated[learner, part] = _repeated(folder, learner, part, anyway)
            if part not in errata:
                errata[part] = _errata(folder, part)
            case = replace(case, repeated=repeated[learner, part], errata=_errata_line(errata[part], learner))
        yield case


def decide(
    folder: ClassFolder, which: str, accept: bool, alike: bool, reason: str, by: str = "", lower: bool = False
) -> Ruling:
    """Decide about a learner's check, `ada/part05/NAME`, with or without a request, and update gradebook, ledger and
    pages. alike: accept it for everybody whose check fails in this way, also later; or reject it for those of them who
    asked. Raises SandboxUnavailable and ClassError, also if somebody would lose points and `lower` is not given.
    """
    learner, part, name = _parse_name(which)
    verdicts = _verdicts(folder, part)
    check = _check_to_decide(verdicts.get(learner), learner, part, name)
    reason = clean_text(reason, LONGEST_SENTENCE).strip()
    if not accept and not reason:
        raise ClassError('Add a reason, which the learner will read: reason="a sentence"')
    if alike and accept and check.status == "todo":
        raise ClassError(
            "This learner has not written the task, so alike would give points for unwritten code. Decide for each "
            "learner separately."
        )
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    decisions = [
        Decision(
            when=now,
            by=clean_text(by or getpass.getuser(), 60),
            learner=whom,
            part=part.name,
            check=name,
            accepted=accept,
            reason=reason,
            submission=verdicts[whom].sha256 if whom else "",
            way=failure_kind(_check(verdicts[whom or learner], name)),
        )
        for whom in _concerned(folder, learner, part, verdicts, check, accept, alike)
    ]
    has_gradebook = (folder.root / "gradebook.db").exists()
    tier = Tier.LOCAL if verdicts[learner].sandbox == Tier.LOCAL.value or not has_gradebook else strict_tier()
    with exclusive_grading(folder.root):
        before = read_decisions(folder.verdicts)
        new = [decision for decision in decisions if not _decided_so(before, decision)]
        points = _points_before_and_after(verdicts, part, name, before, new, decisions)
        losing = [loser for loser, (earlier, later) in points.items() if later < earlier - 1e-9]
        if losing and not lower:
            raise ClassError(
                f"This takes points from {', '.join(losing)} that were given before. If you mean it, add "
                f"{option('lower')}."
            )
        if new:
            add_decisions(folder.verdicts, new)
    waiting = tuple(other for other in points if _has_newer_work(folder, other, part, verdicts[other]))
    current = [other for other in points if other not in waiting]
    try:
        outcomes = _regrade_decided(folder, part, current, tier) if has_gradebook else []
        remarks = {other: collect_modules(folder.submitted / other, part).remarks for other in current}
        follow_decisions(folder.verdicts, part, remarks)
    except (ClassError, LedgerError) as error:  # also if another grading started meanwhile
        raise ClassError(f"{error} The decision is recorded. Run the same command again.") from error
    return Ruling(check, points, bool(new), waiting, outcomes)


def _concerned(
    folder: ClassFolder,
    learner: str,
    part: Part,
    verdicts: dict[str, Report],
    check: Check,
    accept: bool,
    alike: bool,
) -> list[str]:
    """The learners to decide for; "" means everybody. Accepting with `alike` is for everybody with the recognised
    mistake, also later; or, if no mistake was recognised, for those whose check fails in the same way now. Rejecting
    with `alike` is for those of them who asked.
    """
    if not alike:
        return [learner]
    if accept:
        # Later work may raise the same exception for another reason, or return something else that is wrong.
        return [""] if check.misconception else sorted({learner, *_alike(verdicts, check)})
    requests = find_requests(folder).by_name.values()
    asked = {request.learner for request in requests if (request.part, request.check) == (part, check.name)}
    return sorted({learner, *(asked & set(_alike(verdicts, check)))})


def _points_before_and_after(
    verdicts: dict[str, Report],
    part: Part,
    check_name: str,
    before: Sequence[Decision],
    new: Sequence[Decision],
    decisions: Sequence[Decision],
) -> dict[str, tuple[float, float]]:
    """The points of each learner concerned by one of these decisions, without the new decisions and with them."""
    points = {}
    for learner, report in verdicts.items():
        counting = decisions_on([*before, *new], learner, part.name, report)
        if check_name in counting and any(decision.same_ruling(counting[check_name]) for decision in decisions):
            earlier = apply_decisions(report, decisions_on(before, learner, part.name, report))
            points[learner] = earlier.earned, apply_decisions(report, counting).earned
    return points


def _regrade_decided(
    folder: ClassFolder, part: Part, learners: Sequence[str], tier: Tier
) -> Sequence[SubmissionOutcome]:
    """Grade again, so that gradebook, formgrader and feedback contain the decisions. The verdicts don't change. For a
    capstone, enter the stored verdict again instead of training again.
    """
    with open_gradebook(folder) as book:
        graded = {row.student for row in submission_rows(book) if row.assignment == part.name}
    to_grade = [
        learner for learner in learners if learner in graded and last_released(folder, learner, part) is not None
    ]
    if part is capstone():
        return [_enter_capstone_again(folder, learner) for learner in to_grade]
    return grade_class(folder, part, to_grade, tier) if to_grade else []


def _enter_capstone_again(folder: ClassFolder, learner: str) -> SubmissionOutcome:
    with exclusive_grading(folder.root):
        report = last_released(folder, learner, capstone())
        try:
            enter_capstone(folder, learner, report, newest_parts(folder, learner))
        except Exception as error:  # any error: record it, and the others still get their points
            return SubmissionOutcome(learner, capstone(), failure=f"{type(error).__name__}: {error}")
    earned = decided(folder, learner, capstone(), report)[0].earned
    return SubmissionOutcome(learner, capstone(), earned, report.possible)


def full_name(which: str) -> str:
    """The name of a request as it is listed: ada/part11/test_NAME is ada/capstone/NAME. Raises ClassError."""
    learner, part, check = _parse_name(which)
    return RegradeRequest(learner, part, check, "").name


def _parse_name(which: str) -> tuple[str, Part, str]:
    learner, _, rest = which.partition("/")
    name, _, check = rest.partition("/")
    try:
        return learner, part_named(name), check.removeprefix("test_")
    except ValueError as error:
        raise ClassError(
            f"{ascii(which)} is not a request. Write it like ada/part05/NAME, where NAME is a check."
        ) from error


def _verdicts(folder: ClassFolder, part: Part) -> dict[str, Report]:
    """The verdicts that count, before decisions, by learner; empty if nobody was graded."""
    try:
        return {verdict.learner: verdict.report for verdict in read_verdicts(folder.verdicts, part, True).verdicts}
    except LedgerError as error:
        raise ClassError(str(error)) from error
    except ValueError:  # there is no verdict
        return {}


def _check(report: Report | None, name: str) -> Check | None:
    return next((check for check in report.checks if check.name == name), None) if report else None


def _check_to_decide(report: Report | None, learner: str, part: Part, name: str) -> Check:
    """The check to decide about. Raises ClassError."""
    if report is None:
        raise ClassError(f"{ascii(learner)} has no verdict on {part.name} yet. Grade the part first.")
    check = _check(report, name)
    if check is None:
        near = difflib.get_close_matches(name, [other.name for other in report.checks], n=1)
        raise ClassError(
            f"{part.name} has no check {ascii(name)}."
            + (f" Did you mean {learner}/{part.name}/{near[0]}?" if near else "")
        )
    if check.status == "passed":
        raise ClassError(f"{learner} passes this check: there is nothing to decide.")
    return check


def _alike(verdicts: dict[str, Report], check: Check) -> list[str]:
    """The learners whose check fails in the same way."""
    checks = {learner: _check(report, check.name) for learner, report in verdicts.items()}
    return [learner for learner, other in checks.items() if other and failure_kind(other) == failure_kind(check)]


def _decided_so(before: Sequence[Decision], decision: Decision) -> bool:
    """Whether the last decision with the same scope, or a later one for everybody, says the same."""
    same = [
        earlier
        for earlier in before
        if (earlier.part, earlier.check, earlier.way) == (decision.part, decision.check, decision.way)
        and (not decision.learner or earlier.learner in ("", decision.learner))
    ]
    return bool(same) and decision.same_ruling(same[-1])


def _has_newer_work(folder: ClassFolder, learner: str, part: Part, report: Report) -> bool:
    """Whether newer work was collected after the graded one."""
    if part is capstone():
        return submitted_capstone_hash(folder, learner) != report.sha256
    if not (folder.submitted / learner / part.name).is_dir():
        return False
    try:
        return submitted_hash(folder.submitted / learner, part) != report.sha256
    except Unreadable:
        return False


def _repeated(folder: ClassFolder, learner: str, part: Part, anyway: bool) -> Repeated | str:
    """The repeated verdict, or why there is none. anyway: also repeat a capstone, which takes a minute or more."""
    if part is capstone() and not anyway:
        again = folder.command("repeat", f"{learner}/{part.name}")
        return f"not yet, because training the capstone again takes a minute or more. To repeat it: {again}"
    try:
        return repeat_verdict(folder.verdicts, f"{learner}/{part.name}")
    except (LedgerError, SandboxUnavailable) as error:
        return str(error)


def _errata(folder: ClassFolder, part: Part) -> Errata | str:
    try:
        if part is capstone():
            return find_capstone_errata(folder, Training(strict_tier()), train=False)[0]
        return find_errata(folder, part, strict_tier())
    except (ClassError, SandboxUnavailable) as error:
        return str(error)


def _errata_line(errata: Errata | str, learner: str) -> str:
    """A sentence about what `errata` would change for a learner, and for how many others."""
    if isinstance(errata, str):
        return errata
    if learner in errata.unknown and errata.part is capstone():
        return "not known yet, because it was not trained with the current checks. `errata` trains all."
    if learner in errata.unknown:
        return "There is nothing to compare: this submission was not graded with make grade."
    changes = {change.learner: change for change in errata.changes}
    own = changes.pop(learner, None)
    line = f"{own.before:g} -> {own.after:g} points" if own else "nothing changes for this submission"
    others = "1 other changes" if len(changes) == 1 else f"{len(changes)} others change"
    return f"{line}; {others}." if changes else f"{line}."
