"""Name the mistake: repeat a part's calls on every known-wrong implementation.

A mistake is named if it alone explains the results of all checks of its own task, passed and failed; otherwise
nothing is named. A name never changes points: follow_through.py decides which failing checks keep their points.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from autograder.course import Part
from autograder.grading.compare import alike
from autograder.grading.follow_through import BuildsOn, keep_points, table_of
from autograder.grading.misconceptions import Mistake, misconceptions
from autograder.grading.report import FAILED, Check
from autograder.grading.session import Recorded
from autograder.sandbox import Reply

if TYPE_CHECKING:
    from autograder.grading.mistake_replies import MistakeOracle

TOLERANCE = 1e-9  # the same arithmetic in another order
EXPLAINED_FAILURES = ("raised", "timeout", "type", "missing")  # of a reply: no known mistake ends the program
ADDRESS = re.compile(r"0x[0-9a-f]+")  # of an object, in a message
HOW_DEEP = re.compile(r"(maximum recursion depth exceeded).*")
GOT = re.compile(r"^(too many values to unpack \(expected \d+), got \d+\)$")  # what Python 3.14 adds
NO_ROOM = " and no __dict__ for setting new attributes"  # what Python 3.13 adds where 3.12 ends the sentence
# Python 3.14 words some errors in another way, and recorded answers may come from another Python.
ANOTHER_WAY = {
    re.compile(r"(float )?(floor )?division by zero"): "division by zero",
    re.compile(r"0(\.0)? cannot be raised to a negative power"): "zero to a negative power",
    re.compile(r"expected a (positive|nonnegative|finite) input.*"): "math domain error",
    re.compile(r"(max|min)\(\) (arg is an empty sequence|iterable argument is empty)"): "an empty sequence",
}

Agrees = Callable[[Mistake, list[Recorded]], bool]
Explains = Callable[[Mistake, Check], bool]
Runs = Callable[[Check], "set[str]"]
Incomplete = Callable[[Check], bool]
ReplyOf = Callable[[Mistake, Recorded], "Reply | None"]


def diagnose(
    part: Part,
    checks: list[Check],
    calls: dict[str, list[Recorded]],
    files: dict[str, bytes],
    oracle: MistakeOracle,
    runs: Runs,
    builds_on: BuildsOn,
    incomplete: Incomplete,
) -> list[Check]:
    """Return the checks, the failing ones with the recognised mistake, and the points that follow-through keeps.

    calls: by test name, as recorded; files: what the worker had besides the submission; oracle: what the mistakes reply
    to these calls; runs: which of the learner's functions a check may have run;
    builds_on: which of them those of a check's task may call; incomplete: see `name_mistakes`.
    """
    if not any(check.status in FAILED for check in checks) or not misconceptions(part):
        return checks
    with oracle.session(part, files) as reply_of:

        def agrees(mistake: Mistake, recorded: list[Recorded]) -> bool:
            return _agrees(reply_of, mistake, recorded)

        def settled(mistake: Mistake, recorded: list[Recorded]) -> bool | None:
            return all_agree(recorded, (reply_of(mistake, call, for_points=True) for call in recorded))

        named = name_mistakes(part, misconceptions(part), checks, calls, agrees, runs, incomplete)
        return keep_points(misconceptions(part), named, calls, table_of(part), settled, builds_on)


def name_mistakes(
    part: Part,
    mistakes: Sequence[Mistake],
    checks: list[Check],
    calls: dict[str, list[Recorded]],
    agrees: Agrees,
    runs: Runs,
    incomplete: Incomplete = lambda check: False,
) -> list[Check]:
    """The checks with the mistakes that explain them. agrees: whether a mistake explains recorded calls, and False
    where that could not be found out in time: then it is not named; incomplete: whether a check fails because the code
    does not use what the check passes, whatever else is wrong.
    """
    ran = [check for check in checks if calls.get(f"test_{check.name}") and check.status != "todo"]
    failing = [check for check in ran if check.status in FAILED]

    @functools.cache
    def explains(mistake: Mistake, check: Check) -> bool:
        return agrees(mistake, calls[f"test_{check.name}"])

    recognised = _recognised(part, mistakes, ran, explains, runs, incomplete)
    # Of several mistakes that explain a check, the one that explains most.
    reach = {mistake: sum(explains(mistake, check) for check in failing) for mistake in recognised}
    order = sorted(recognised, key=reach.__getitem__, reverse=True)
    named = {check: next((mistake for mistake in order if explains(mistake, check)), None) for check in failing}
    return [_with_diagnosis(check, named.get(check)) for check in checks]


def _recognised(
    part: Part,
    mistakes: Sequence[Mistake],
    ran: list[Check],
    explains: Explains,
    runs: Runs,
    incomplete: Incomplete,
) -> list[Mistake]:
    """The mistakes that were made, one of a task at most.

    Each explains every check of its own task that ran. Only those are left out that failed by the recognised mistake of
    another task; so the tasks are looked at again as long as one more mistake is recognised. If no mistake explains all
    of the others, the incomplete ones (see `name_mistakes`) are left out, too. And no check of the task that failed has
    run a function of another one which fails for a reason that is not known: it may be the same.
    """

    def cleared(name: str, known: list[Mistake]) -> bool:
        """Whether everything that failed of some task with this function is explained."""
        tasks = [task.id for task in part.tasks if name in task.defines]
        wrong = {check.task for check in failing if not any(explains(mistake, check) for mistake in known)}
        return not tasks or any(task not in wrong for task in tasks)

    def specific(mistake: Mistake, own: list[Check]) -> bool:
        others = set().union(*(runs(check) for check in own if check in failing)) - {*part.task(mistake.task).defines}
        return all(cleared(name, [*recognised.values(), mistake]) for name in others)

    recognised: dict[str, Mistake] = {}
    failing = [check for check in ran if check.status in FAILED]
    tasks = list(dict.fromkeys(check.task for check in failing))
    while True:
        before = len(recognised)
        for task in tasks:
            others = [mistake for mistake in recognised.values() if mistake.task != task]
            own = [check for check in ran if check.task == task]
            own = [check for check in own if check not in failing or not any(explains(m, check) for m in others)]
            own.sort(key=lambda check: check.status not in FAILED)  # failing first: they rule most out
            if task in recognised or not own or own[0].status not in FAILED:
                continue
            possible = [m for m in mistakes if m.task == task and all(explains(m, check) for check in own)]
            if not possible:
                own = [check for check in own if check not in failing or not incomplete(check)]
                if not own or own[0].status not in FAILED:
                    continue
                possible = [m for m in mistakes if m.task == task and all(explains(m, check) for check in own)]
            mistake = _only_one(possible, ran, failing, explains)
            if mistake is not None and specific(mistake, own):
                recognised[task] = mistake
        if len(recognised) == before:
            return list(recognised.values())


def _only_one(possible: list[Mistake], ran: list[Check], failing: list[Check], explains: Explains) -> Mistake | None:
    """The one mistake among those that explain a task's checks: where these leave several, the checks of all tasks may
    still tell them apart. None where they do not, and the sentences differ: then one of them would be false.
    """
    for others in (failing, ran):
        if len(possible) > 1:
            explained = {mistake: sum(explains(mistake, check) for check in others) for mistake in possible}
            most = max(explained.values())
            possible = [mistake for mistake in possible if explained[mistake] == most]
    return possible[0] if possible and len({mistake.says for mistake in possible}) == 1 else None


def _agrees(reply_of: ReplyOf, mistake: Mistake, recorded: list[Recorded]) -> bool:
    """Whether a mistake is known to explain recorded calls: its answers equal the learner's, every one."""
    replies = ((reply_of(mistake, call), call.reply) for call in recorded)
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
    """Whether two answers are alike: equal values, or the same failure: the same exception with the same words, in the
    same function where both were raised in one that a task names.
    """
    if not (a.failure or b.failure):
        return alike(a.value, b.value, TOLERANCE)
    if a.failure != b.failure or a.failure not in EXPLAINED_FAILURES:
        return False
    if a.failure == "timeout":
        return True
    same_place = a.place == b.place or not (a.place and b.place)
    return a.exception == b.exception and comparable(a.message) == comparable(b.message) and same_place


def comparable(message: str) -> str:
    """An exception's message without what differs from run to run and from Python to Python."""
    message = GOT.sub(r"\1)", HOW_DEEP.sub(r"\1", ADDRESS.sub("0x", message)).removesuffix(NO_ROOM))
    return next((common for words, common in ANOTHER_WAY.items() if words.fullmatch(message)), message)


def _with_diagnosis(check: Check, mistake: Mistake | None) -> Check:
    return (
        check if mistake is None else replace(check, misconception=mistake.id, advice=mistake.says, cause=mistake.task)
    )
