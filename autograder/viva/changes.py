"""Questions of the kind: if this line were not there, or had another operator, which of these checks would fail?"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from autograder.course import Part
from autograder.grading.grade import grade
from autograder.grading.report import Check
from autograder.sandbox import Tier
from autograder.viva.code import Change, Code
from autograder.viva.question import Question
from autograder.viva.running import PATIENT

TRIES = 10
LONGEST = 80  # characters of two values that are shown side by side
SHOWN = 2  # of the checks that fail, and of those that don't


@dataclass(frozen=True)
class Before:
    """How the unchanged code does: its public checks that pass, by name."""

    passing: dict[str, Check]
    seed: int


def before(part: Part, content: bytes, tier: Tier, seed: int) -> Before:
    """Grade the unchanged code. Raises SandboxUnavailable when the tier does not hold here."""
    report = grade({part.file_name: content}, part, seed=seed, tier=tier, explain=False, limits=PATIENT)
    passing = {check.name: check for check in report.checks if check.status == "passed" and not check.hidden}
    return Before(passing, seed)


def change_question(part: Part, code: Code, known: Before, tier: Tier, rng: random.Random) -> Question | None:
    """A change that some of the passing checks notice and others don't; None when ten tries find none."""
    tasks = {name: task.id for task in part.tasks for name in task.defines}
    passed = {check.task for check in known.passing.values()}
    wanted = [change for change in code.changes() if tasks.get(change.function) in passed | {None}]
    rng.shuffle(wanted)
    for change in wanted[:TRIES]:
        files = {part.file_name: change.source.encode("utf-8")}
        report = grade(files, part, seed=known.seed, tier=tier, explain=False, limits=PATIENT)
        checks = [check for check in report.checks if check.name in known.passing]
        failing = [check for check in checks if check.status != "passed"]
        staying = [check for check in checks if check.status == "passed"]
        if failing and staying:
            return _question(code, change, failing, staying, rng)
    return None


def _question(code: Code, change: Change, failing: list[Check], staying: list[Check], rng: random.Random) -> Question:
    fails = rng.sample(failing, min(SHOWN, len(failing)))
    shown = sorted([*fails, *rng.sample(staying, min(SHOWN, len(staying)))], key=lambda check: (check.task, check.name))
    fails.sort(key=shown.index)
    listed = "; ".join(f"({letter}) {check.title}" for letter, check in zip("abcd", shown))
    letters = [letter for letter, check in zip("abcd", shown) if check in fails]
    words = (
        f"Suppose line {change.line} {change.words}{', as shown last' if change.after else ''}. "
        f"Your code passes these checks now; which of them would fail? {listed}"
    )
    of_all = f"of all, {len(failing)} of {len(failing) + len(staying)} would"
    answer = f"{' and '.join(letters)} would fail, the others not ({of_all})"
    line = ((change.line, code.shown(change.line)), *([(change.line, change.after)] if change.after else []))
    mentions = (f"line {change.line} is in {change.function}", *map(_what_happens, fails))
    return Question("change", f"line {change.line}", words, line, answer, mentions)


def _what_happens(check: Check) -> str:
    """What the check says of the changed code, without the call; long values without their numbers."""
    said = dict(re.findall(r"^(Returned|Expected): +(.*)$", check.message, flags=re.M))
    back, expected = said.get("Returned", ""), said.get("Expected", "")
    if back.startswith("Your code "):
        return f"{check.title}: {back[0].lower()}{back[1:]}"
    if not back or len(back) + len(expected) > LONGEST:
        return f"{check.title}: something else comes back"
    return f"{check.title}: {back} would come back, {expected} is right"
