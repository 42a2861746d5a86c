"""Follow-through: a later task keeps the points of a check that fails only because of an earlier task's mistake.

Each part has a table, follow_through.json, of the checks that may keep their points for each mistake. The table is
computed (tests/gates/follow_through_table.py): with the mistake in place, such a check still fails code that does not
solve its own task. The later task must also call the function with the mistake: code that repeats the same mistake
itself gives the same results, but is wrong even if the earlier task is right. Time limits play no role here: every
mistake in the table terminates.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from autograder.course import Part
from autograder.grading.misconceptions import Mistake
from autograder.grading.report import Check
from autograder.grading.session import Recorded

FAILED = ("failed", "error", "timeout")

Calls = dict[str, list[Recorded]]  # by test name
Table = Mapping[str, Sequence[str]]  # the names of the checks that a mistake may keep, by the mistake's id
Explains = Callable[[Mistake, list[Recorded]], "bool | None"]  # whether a mistake gives these answers; None: unknown

BuildsOn = Callable[[Check, str], bool]  # whether the learner's functions of the check's task may call this one


@functools.cache
def table_of(part: Part) -> Table:
    """The table of a part; an empty one where it has none."""
    path = part.suite / "follow_through.json"
    return json.loads(path.read_text(encoding="ascii"))["keeps"] if path.exists() else {}


def keep_points(
    mistakes: Sequence[Mistake],
    checks: list[Check],
    calls: Calls,
    table: Table,
    explains: Explains,
    builds_on: BuildsOn,
) -> list[Check]:
    """Return the checks. A failing check keeps its points if correct code of its task gives the same results with the
    mistake of an earlier task. The mistake itself must have cost points in a public check: every copy has those.
    """

    @functools.cache
    def charged(mistake: Mistake) -> bool | None:
        own = [check for check in checks if check.task == mistake.task and not check.hidden]
        return _is_made(mistake, own, calls, explains)

    def kept(check: Check) -> Check:
        # Only an answer shows that this task is right: an exception or a time-out shows nothing of it.
        if check.status != "failed":
            return check
        possible = [mistake for mistake in mistakes if check.name in table.get(mistake.id, ())]
        possible = [mistake for mistake in possible if builds_on(check, mistake.function)]
        verdicts = {mistake: charged(mistake) and explains(mistake, calls[_test(check)]) for mistake in possible}
        right = [mistake for mistake, verdict in verdicts.items() if verdict]
        if right:
            return _with_points(check, right, checks)
        if None in verdicts.values():
            unknown = "Whether the points are kept could not be found out on this machine: have it graded again.\n"
            return replace(check, message=check.message + unknown)
        return check

    return [kept(check) for check in checks]


def _is_made(mistake: Mistake, own: list[Check], calls: Calls, explains: Explains) -> bool | None:
    """Whether the code behaves as the mistake does in the checks of the mistake's task: it explains every one that
    passed, and at least one that failed.
    """
    verdicts = [(check, explains(mistake, calls[_test(check)])) for check in own if calls.get(_test(check))]
    if any(verdict is False for check, verdict in verdicts if check.status == "passed"):
        return False
    failed = [verdict for check, verdict in verdicts if check.status in FAILED]
    if True not in failed:
        return None if None in failed else False
    return None if any(verdict is None for check, verdict in verdicts if check.status == "passed") else True


def _with_points(check: Check, right: list[Mistake], checks: list[Check]) -> Check:
    """The check with its points, and why. Of several mistakes the one that was named where it cost points."""
    named = {other.misconception for other in checks if other.task != check.task}
    mistake = next((mistake for mistake in right if mistake.id in named), right[0])
    message = (
        f"The points are kept: the answer is what right code of task {check.task} gives with your mistake in task "
        f"{mistake.task}, which has cost points there.\n"
    )
    is_named = mistake.id in named
    return replace(
        check,
        earned=check.points,
        status="passed",
        message=message,
        misconception=mistake.id if is_named else None,
        advice=mistake.says if is_named else "",
        follows=mistake.task,
    )


def _test(check: Check) -> str:
    return f"test_{check.name}"
