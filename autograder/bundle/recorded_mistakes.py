"""Name a mistake without the reference: the answers of every known mistake were recorded."""

from __future__ import annotations

import json

from autograder.course import Part
from autograder.grading.diagnosis import Agrees, name_mistakes, same_reply
from autograder.grading.follow_through import keep_points
from autograder.grading.misconceptions import Mistake
from autograder.grading.report import Check
from autograder.grading.session import Recorded
from autograder.sandbox import Reply


def with_mistakes(of: Part, checks: list[Check], calls: dict[str, list[Recorded]]) -> list[Check]:
    """The checks, the failing ones with the mistake that explains the calls, and the points that follow-through keeps.
    calls: by test name.
    """
    if not any(check.status in ("failed", "error", "timeout") for check in checks):
        return checks
    recorded = json.loads((of.suite / "mistakes.json").read_text(encoding="ascii"))
    agrees = _agreement(recorded["answers"])
    mistakes = [Mistake(**mistake) for mistake in recorded["mistakes"]]
    named = name_mistakes(mistakes, checks, calls, agrees)
    return keep_points(mistakes, named, calls, recorded["keeps"], agrees)


def _agreement(answers: dict[str, dict]) -> Agrees:
    """A function that says whether a mistake's recorded answers equal the learner's, every one."""

    def agrees(mistake: Mistake, recorded: list[Recorded]) -> bool:
        for call in recorded:
            answer = answers[call_key(call.probe, list(call.arguments))]
            reply = Reply(**answer["replies"][answer["of"].get(mistake.id, 0)])
            if not same_reply(reply, call.reply):
                return False
        return True

    return agrees


def call_key(probe: str, arguments: list) -> str:
    """A call as a key of the table of answers."""
    return json.dumps([probe, arguments], separators=(",", ":"))
