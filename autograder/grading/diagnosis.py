"""Naming the mistake: a failing check's calls are repeated on every known-wrong implementation.

Where the learner's answers equal those of one, that is the likely mistake. A name never changes points: which are kept
although a check failed is follow_through.py's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from autograder.course import Part
from autograder.grading.compare import difference
from autograder.grading.follow_through import keep_points, table_of
from autograder.grading.misconceptions import Mistake, misconceptions
from autograder.grading.report import Check
from autograder.grading.session import Recorded
from autograder.sandbox import Reply

if TYPE_CHECKING:
    from autograder.grading.mistake_replies import MistakeReplies

TOLERANCE = 1e-9  # the same arithmetic in another order
EXPLAINED_FAILURES = ("raised", "timeout")  # of a reply: no known mistake ends the program

Files = dict[str, bytes]
Agrees = Callable[[Mistake, list[Recorded]], bool]
Ask = Callable[[Mistake, Recorded], "Reply | None"]


def diagnose(
    part: Part, checks: list[Check], calls: dict[str, list[Recorded]], files: Files, replies: MistakeReplies
) -> list[Check]:
    """Return the checks, the failing ones with the recognised mistake, and the points that follow-through keeps.

    calls: by test name, as recorded; files: what the worker had besides the submission; replies: what is known of the
    mistakes' replies to the inputs of this seed.
    """
    if not _failing(checks, calls) or not misconceptions(part):
        return checks
    with replies.asked(part, files) as ask:

        def agrees(mistake: Mistake, recorded: list[Recorded]) -> bool:
            return _agrees(ask, mistake, recorded)

        def settled(mistake: Mistake, recorded: list[Recorded]) -> bool | None:
            return all_agree(recorded, (ask(mistake, call, for_points=True) for call in recorded))

        named = name_mistakes(misconceptions(part), checks, calls, agrees)
        return keep_points(misconceptions(part), named, calls, table_of(part), settled)


def name_mistakes(
    mistakes: Sequence[Mistake], checks: list[Check], calls: dict[str, list[Recorded]], agrees: Agrees
) -> list[Check]:
    """The checks with the mistakes that explain them. agrees: whether a mistake explains recorded calls, and False
    where that could not be found out in time: then it is not named.
    """
    failing = _failing(checks, calls)
    matches = _matches(mistakes, checks, failing, calls, agrees)
    matches = _without_contradicted(matches, checks, calls, agrees)
    named = {check.name: _best(check, matches, checks, calls, agrees) for check in failing}
    return [_with_diagnosis(check, named.get(check.name)) for check in checks]


def _failing(checks: list[Check], calls: dict[str, list[Recorded]]) -> list[Check]:
    """The checks that a mistake may explain: not those where the code ended the program, or can't even be imported."""
    wrong = [check for check in checks if check.status in ("failed", "error", "timeout")]
    return [check for check in wrong if _may_be_explained(calls.get(_test(check), []))]


def _may_be_explained(recorded: list[Recorded]) -> bool:
    return bool(recorded) and all(call.reply.failure in (None, *EXPLAINED_FAILURES) for call in recorded)


def _test(check: Check) -> str:
    return f"test_{check.name}"


def _agrees(ask: Ask, mistake: Mistake, recorded: list[Recorded]) -> bool:
    """Whether a mistake is known to explain recorded calls: its answers equal the learner's, every one."""
    replies = ((ask(mistake, call), call.reply) for call in recorded)
    return all(reply is not None and same_reply(reply, learners) for reply, learners in replies)


def all_agree(recorded: list[Recorded], replies: Iterable[Reply]) -> bool | None:
    """Whether all replies of a mistake equal the learner's. The mistake is one that ends: None where it was stopped."""
    stopped = False
    for call, reply in zip(recorded, replies):
        stopped = stopped or reply.failure == "timeout"
        if reply.failure != "timeout" and not same_reply(reply, call.reply):
            return False
    return None if stopped else True


def same_reply(a: Reply, b: Reply) -> bool:
    """Whether two answers are alike: the same failure with the same exception, or equal values."""
    if a.failure or b.failure:
        return (a.failure, a.exception) == (b.failure, b.exception) and a.failure in EXPLAINED_FAILURES
    return difference(a.value, b.value, TOLERANCE) is None


def _matches(
    mistakes: Sequence[Mistake], checks: list[Check], failing: list[Check], calls: dict, agrees: Agrees
) -> dict[str, list[Mistake]]:
    """For each failing check, the mistakes that explain it: of its own task, of tasks that it builds on, or of a later
    one that it needs (in part 1 the slopes of every operator need backward).

    A learner waits for this. So a task whose checks all passed is not suspected, and where mistakes that explain an
    earlier check explain this one too, no other is tried.
    """
    right = {check.task for check in checks} - {check.task for check in checks if check.status != "passed"}
    found: dict[str, list[Mistake]] = {}
    for check in failing:
        possible = [mistake for mistake in mistakes if mistake.task not in right]
        known = [mistake for mistake in possible if any(mistake in others for others in found.values())]
        recorded = calls[_test(check)]
        found[check.name] = [mistake for mistake in known if agrees(mistake, recorded)] or [
            mistake for mistake in possible if mistake not in known and agrees(mistake, recorded)
        ]
    return found


def _without_contradicted(
    matches: dict[str, list[Mistake]], checks: list[Check], calls: dict, agrees: Agrees
) -> dict[str, list[Mistake]]:
    """The matches less those that would have failed a check of their own task which the learner's code passed: there
    the answers are equal by coincidence, and the name of the mistake would send the learner astray.
    """
    passed: dict[str, list[Recorded]] = {}
    for check in checks:
        if check.status == "passed":
            passed.setdefault(check.task, []).extend(calls.get(_test(check), []))
    suspects = {mistake for found in matches.values() for mistake in found}
    possible = {mistake for mistake in suspects if agrees(mistake, passed.get(mistake.task, []))}
    return {name: [mistake for mistake in found if mistake in possible] for name, found in matches.items()}


def _best(check: Check, matches: dict, checks: list[Check], calls: dict, agrees: Agrees) -> Mistake | None:
    """Of several mistakes that explain a check, the one that explains most of what the learner's code did."""
    candidates = matches[check.name]
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    by_failures = {m.id: sum(m in found for found in matches.values()) for m in candidates}
    most = max(by_failures.values())
    candidates = [m for m in candidates if by_failures[m.id] == most]
    if len(candidates) == 1:
        return candidates[0]
    passed = [calls[_test(c)] for c in checks if c.status == "passed" and calls.get(_test(c))]
    return max(candidates, key=lambda mistake: sum(agrees(mistake, recorded) for recorded in passed))


def _with_diagnosis(check: Check, mistake: Mistake | None) -> Check:
    return check if mistake is None else replace(check, misconception=mistake.id, advice=mistake.says)
