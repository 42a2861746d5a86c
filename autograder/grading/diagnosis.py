"""Naming the mistake: a failing check's calls are repeated on every known-wrong implementation.

Where the learner's answers equal those of one, that is the likely mistake. Where a task's answers equal those of the
reference *with another task's recognised mistake*, the task is right and keeps its points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from autograder.course import Part
from autograder.grading.compare import difference, is_number
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
Agreement = Callable[..., Agrees]
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

        def agreement(out_of_time: bool = False) -> Agrees:
            return lambda mistake, recorded: _agrees(ask, mistake, recorded, out_of_time)

        return name_mistakes(misconceptions(part), checks, calls, agreement)


def name_mistakes(
    mistakes: Sequence[Mistake], checks: list[Check], calls: dict[str, list[Recorded]], agreement: Agreement
) -> list[Check]:
    """The checks with the mistakes that explain them. agreement() gives a function that says whether a mistake explains
    recorded calls; agreement(out_of_time=True) one that says so too where it can't find out in time.
    """
    failing = _failing(checks, calls)
    matches = _matches(mistakes, checks, failing, calls, agreement())
    matches = _without_contradicted(matches, checks, calls, agreement(out_of_time=True))
    named = {check.name: _best(check, matches, checks, calls, agreement) for check in failing}
    kept = {check.name for check in failing if check.status == "failed" and _takes_work(calls[_test(check)][-1])}
    return [_with_diagnosis(check, named.get(check.name), named, checks, check.name in kept) for check in checks]


def _failing(checks: list[Check], calls: dict[str, list[Recorded]]) -> list[Check]:
    """The checks that a mistake may explain: not those where the code ended the program, or can't even be imported."""
    wrong = [check for check in checks if check.status in ("failed", "error", "timeout")]
    return [check for check in wrong if _may_be_explained(calls.get(_test(check), []))]


def _may_be_explained(recorded: list[Recorded]) -> bool:
    return bool(recorded) and all(call.reply.failure in (None, *EXPLAINED_FAILURES) for call in recorded)


def _test(check: Check) -> str:
    return f"test_{check.name}"


def _agrees(ask: Ask, mistake: Mistake, recorded: list[Recorded], out_of_time: bool) -> bool:
    """Whether a mistake explains recorded calls: its answers equal the learner's, every one. out_of_time: what it says
    when there is no time left to find out.
    """
    for call in recorded:
        reply = ask(mistake, call)
        if reply is None:
            return out_of_time
        if not same_reply(reply, call.reply):
            return False
    return True


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


def _best(check: Check, matches: dict, checks: list[Check], calls: dict, agreement: Agreement) -> Mistake | None:
    """Of several mistakes that explain a check, the one that explains most of what the learner's code did."""
    candidates = matches[check.name]
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    by_failures = {m.id: sum(m in found for found in matches.values()) for m in candidates}
    most = max(by_failures.values())
    candidates = [m for m in candidates if by_failures[m.id] == most]
    if len(candidates) == 1:
        return candidates[0]
    agrees = agreement()
    passed = [calls[_test(c)] for c in checks if c.status == "passed" and calls.get(_test(c))]
    return max(candidates, key=lambda mistake: sum(agrees(mistake, recorded) for recorded in passed))


def _takes_work(call: Recorded) -> bool:
    """Whether the answer holds something that code without any work would not give: a number that is neither 0 nor 1
    nor among the arguments, or a text that is not. Where a known mistake answers with zeros, so does an empty function.
    """
    given = {0.0, 1.0, "", *_leaves(list(call.arguments))}
    return any(leaf not in given for leaf in _leaves(call.reply.value))


def _leaves(value: object) -> Iterator[float | str]:
    """The numbers, without their signs, and the texts in plain data."""
    if isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    elif is_number(value):
        yield abs(value)
    elif isinstance(value, str):
        yield value


def _with_diagnosis(
    check: Check, mistake: Mistake | None, named: dict, checks: list[Check], may_be_kept: bool
) -> Check:
    if mistake is None:
        return check
    check = replace(check, misconception=mistake.id, advice=mistake.says, cause=mistake.task)
    charged = any(
        other.task == mistake.task and named.get(other.name) == mistake for other in checks if other is not check
    )
    # Only an answer shows that this task is right: an exception or a time-out shows nothing of it.
    if mistake.task != check.task and charged and may_be_kept:
        kept = f"The points are kept: this is what right code gives with the mistake of task {mistake.task}.\n"
        return replace(check, earned=check.points, status="passed", message=kept, follows=mistake.task)
    return check
