"""Identify a mistake without the reference, from the recorded answers of every known mistake."""

from __future__ import annotations

import functools
import json

from autograder.course import Part
from autograder.grading.diagnosis import Agrees, Incomplete, Runs, name_mistakes, same_reply
from autograder.grading.follow_through import BuildsOn, keep_points
from autograder.grading.misconceptions import Mistake
from autograder.grading.report import FAILED, Check
from autograder.grading.session import Recorded
from autograder.sandbox import Reply


def with_mistakes(
    of: Part,
    checks: list[Check],
    calls: dict[str, list[Recorded]],
    runs: Runs,
    builds_on: BuildsOn,
    incomplete: Incomplete,
) -> list[Check]:
    """The checks; failing ones get the mistake that explains their calls, and the points that follow-through keeps.
    calls: by test name; runs: which of the learner's functions a check may have run; builds_on: which of them
    those of a check's task may call; incomplete: see `name_mistakes`.
    """
    if not any(check.status in FAILED for check in checks):
        return checks
    recorded, mistakes = _recorded(of), recorded_mistakes(of)
    agrees = _agreement(recorded["answers"])
    named = name_mistakes(of, mistakes, checks, calls, agrees, runs, incomplete)
    return keep_points(mistakes, named, calls, recorded["keeps"], agrees, builds_on)


def recorded_mistakes(of: Part) -> list[Mistake]:
    """The known mistakes of a part."""
    return [Mistake(**mistake) for mistake in _recorded(of)["mistakes"]]


@functools.cache
def _recorded(of: Part) -> dict:
    return json.loads((of.suite / "mistakes.json").read_text(encoding="ascii"))


def _agreement(answers: dict[str, dict]) -> Agrees:
    """Return a function that tests whether all recorded answers of a mistake equal the learner's."""

    def agrees(mistake: Mistake, recorded: list[Recorded]) -> bool:
        for call in recorded:
            answer = answers[call_key(call.probe, list(call.arguments))]
            reply = Reply(**answer["replies"][answer["of"].get(mistake.id, 0)])
            if not same_reply(reply, call.reply):
                return False
        return True

    return agrees


def call_key(probe: str, arguments: list) -> str:
    """A call as a key in the table of answers."""
    return json.dumps([probe, arguments], separators=(",", ":"))
