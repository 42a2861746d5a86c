"""`harden`: plant a known mistake in the learner's own passing code, show what fails, and ask for its cause."""

from __future__ import annotations

import base64
import hashlib
import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autograder import backups
from autograder.course import EXERCISES, Part
from autograder.errors import Failure
from autograder.files import shown_path
from autograder.grading.grade import GradingContext
from autograder.grading.misconceptions import Misconception, misconceptions
from autograder.grading.progress import DONE, current_check
from autograder.grading.report import Report
from autograder.invocation import command
from autograder.learner import local_state, planted
from autograder.learner.last_results import begun, result
from autograder.learner.machine import THIS_ONE, Machine
from autograder.learner.mistake_edits import Edit, general_edits, known_edits, valid
from autograder.learner.planted import Planted
from autograder.render.terminal import without_commands
from autograder.sandbox import Tier
from autograder.text import plural

CPU_SECONDS = 5.0  # for the search
SECONDS = 30.0  # for the search on a busy machine
CAUSES = 4  # to choose from


@dataclass(frozen=True)
class Plant:
    """An edit that the checks recognise as a known mistake, and what they report on it."""

    edit: Edit
    mistake: str
    content: bytes
    report: Report


def find(
    content: bytes,
    part: Part,
    seed: int,
    had: Sequence[str] = (),
    *,
    most: int = 1,
    cpu_seconds: float = CPU_SECONDS,
    on: Machine = THIS_ONE,
) -> list[Plant]:
    """Search for plants with different mistakes, until `most` are new to the learner or the time is over. Mistakes that
    they have had before come last. on: where the learner's code runs.
    """
    found = _search(on, content, part, seed, had, most, cpu_seconds)
    return sorted(found, key=lambda plant: plant.mistake in had)


def _search(
    on: Machine, content: bytes, part: Part, seed: int, had: Sequence[str], most: int, cpu_seconds: float
) -> Iterator[Plant]:
    end, latest = cpu_time() + cpu_seconds, time.monotonic() + SECONDS / CPU_SECONDS * cpu_seconds
    names: set[str] = set()
    context = GradingContext()
    for edit in candidates(content, part, random.Random(seed), had):
        if cpu_time() > end or time.monotonic() > latest or len(names - {*had}) >= most:
            return
        changed = None if edit.mistake in names else valid(edit, content)
        plant = None if changed is None else _tried(on, edit, changed, part, seed, context)
        if plant is not None and plant.mistake not in names:
            names.add(plant.mistake)
            yield plant


def cpu_time() -> float:
    """Processor time of this process and of the workers that have ended."""
    return sum(os.times()[:4])


def _tried(on: Machine, edit: Edit, changed: bytes, part: Part, seed: int, context: GradingContext) -> Plant | None:
    """The edit as a plant, if some checks fail with a wrong answer, and one known mistake is recognised."""

    def graded(draw: int, explain: bool) -> Report:
        files = {part.file_name: changed}
        return on.grade(files, part, seed=draw, tier=Tier.LOCAL, explain=explain, context=context)

    if not _wrong_answer(graded(seed, explain=False), part):
        return None
    report = graded(seed, explain=True)
    names = {check.misconception for check in report.checks if check.misconception}
    if len(names) != 1 or not _wrong_answer(report, part) or graded(seed + 1, explain=False).passed:
        return None
    return Plant(edit, names.pop(), changed, report)


def _wrong_answer(report: Report, part: Part) -> bool:
    """Whether the first failing check shows a wrong answer: an exception would show its line."""
    failing = current_check(report, part)
    return not report.passed and failing is not None and failing.status == "failed"


def candidates(content: bytes, part: Part, rng: random.Random, had: Sequence[str] = ()) -> Iterator[Edit]:
    """Edits to try in random order: one of each known mistake, then a second one of each; then general slips."""
    by_mistake: dict[str, list[Edit]] = {}
    for edit in known_edits(content, part):
        by_mistake.setdefault(edit.mistake, []).append(edit)
    groups = list(by_mistake.values())
    rng.shuffle(groups)
    groups.sort(key=lambda edits: _adds_lines(edits[0], content))  # a new line is too easy to find
    groups.sort(key=lambda edits: edits[0].mistake in had)
    slips = [*dict.fromkeys(general_edits(content))]
    rng.shuffle(slips)
    # Those that replace a word come last: there are many, and they are rarely recognised.
    slips.sort(key=lambda slip: slip.text.isalnum() and content[slip.start : slip.end].isalnum())
    for i in range(max(map(len, groups), default=0)):
        yield from (edits[i] for edits in groups if i < len(edits))
    yield from slips


def _adds_lines(edit: Edit, content: bytes) -> bool:
    return edit.text.count(b"\n") > content.count(b"\n", edit.start, edit.end)


def plant(part: Part, seed: int, cpu_seconds: float = CPU_SECONDS, on: Machine = THIS_ONE) -> Planted:
    """Plant a mistake in the learner's file. cpu_seconds: for the search. Raises Failure if that is not possible, and
    OSError.
    """
    path = EXERCISES / part.file_name
    if not begun(part) or not result(part, grade_one=on.grade).passed:
        raise Failure(f"{part.label.capitalize()} is not passed yet. Pass it first: {command('check', part.target)}")
    content = path.read_bytes()
    had = planted.found_in(part)
    found = next(iter(find(content, part, seed, had, cpu_seconds=cpu_seconds, on=on)), None)
    if found is None:
        again = command("harden", part.target, seed=seed + 1)
        raise Failure(
            f"No known mistake could be planted in {shown_path(path)}: the search found no place for one in your "
            f"code. Your file is unchanged. To search again: {again}"
        )
    now = Planted(
        part=part.number,
        mistake=found.mistake,
        causes=tuple(causes(part, found.mistake, random.Random(seed))),
        before=base64.b64encode(content).decode("ascii"),
        start=found.edit.start,
        end=found.edit.end,
        text=found.edit.text.decode("utf-8"),
        sha256=hashlib.sha256(found.content).hexdigest(),
        symptom=tuple(_symptom(found.report, part)),
    )
    planted.remember(now)
    if planted.current() != now:
        raise Failure("No mistake was planted, because it can't be recorded.")
    try:
        backups.replace(f"harden {part.target}", {path: found.content})
    except OSError:
        planted.remember(None)
        raise
    return now


def causes(part: Part, mistake: str, rng: random.Random) -> list[str]:
    """The ids of up to CAUSES mistakes with different sentences, including the planted one, preferably of its task."""
    known = {each.id: each for each in misconceptions(part)}
    others = [each for each in known.values() if each.says != known[mistake].says]
    rng.shuffle(others)
    others.sort(key=lambda each: each.task != known[mistake].task)
    different = {each.says: each.id for each in reversed(others)}
    chosen = [each.id for each in others if different[each.says] == each.id][: CAUSES - 1]
    chosen.append(mistake)
    rng.shuffle(chosen)
    return chosen


def _symptom(report: Report, part: Part) -> Iterator[str]:
    check = planted.without_diagnosis(current_check(report, part))
    failing = sum(each.status not in DONE for each in report.checks)
    graded = sum(each.status != "manual" for each in report.checks)
    yield f"  {failing} of {plural(graded, 'check')} {'fails' if failing == 1 else 'fail'}. The first one:"
    yield f"  {check.task} {part.task(check.task).title}: {check.title}"
    yield from (f"    {without_commands(line)}" for line in check.message.rstrip("\n").split("\n"))


def planted_lines(now: Planted, fresh: bool) -> Iterator[str]:
    """What fails, and what to do."""
    path = shown_path(EXERCISES / now.of.file_name)
    if fresh:
        yield f"One mistake is now in {path}. The rest is as you wrote it."
    elif now.untouched:
        yield f"A mistake is still in {path}. This is what it does:"
    else:
        yield f"{path} does not pass yet. This is what the planted mistake does:"
    yield ""
    yield from now.symptom
    yield ""
    yield f"Find it and fix it. Check with: {command('check', now.of.target)}"
    yield f"Then name its cause: {command('harden', now.of.target)}"
    yield f"To see the answer instead: {command('harden', now.of.target, give_up=True)}"
    if fresh:
        yield f"To restore your file: {command('undo')} (this also removes any changes that you make from now on)"


def is_fixed(now: Planted, on: Machine = THIS_ONE) -> bool:
    """Whether the part passes again."""
    return not now.untouched and result(now.of, grade_one=on.grade).passed


def question_lines(now: Planted) -> Iterator[str]:
    """The four causes to choose from."""
    yield f"{now.of.label.capitalize()} passes again. Which cause was it?"
    yield ""
    for number, name in enumerate(now.causes, 1):
        yield f"  {number}. {_mistake(now.of, name).says}"
    yield ""


def answer_lines(now: Planted, answer: int) -> Iterator[str]:
    """The reply to an answer. Raises ValueError if the number is not on the list."""
    if not 1 <= answer <= len(now.causes):
        raise ValueError(f"Cause {answer} is not on the list: answer with a number from 1 to {len(now.causes)}.")
    if now.causes[answer - 1] != now.mistake:
        planted.remember(replace(now, guesses=now.guesses + 1))
        yield f"Not {answer}. Think of the line that you changed, and of what the check expected. Then try again."
        return
    count = planted.finish(now)
    local_state.log_event("hardened")
    yield f"Yes, {answer}{' at the first try' if not now.guesses else ''}. You found it, fixed it and named it."
    yield from _difference_lines(now)
    so_far = f"{now.of.label.capitalize()}: {plural(count, 'mistake')} so far."
    yield f"{so_far} Another one: {command('harden', now.of.target)}"


def give_up(now: Planted, on: Machine = THIS_ONE) -> list[str]:
    """Show the mistake and restore the file; a version with changes is kept as a copy. Raises OSError."""
    path = EXERCISES / now.of.file_name
    lines = [*_difference_lines(now), f"  The cause: {_mistake(now.of, now.mistake).says}", ""]
    fixed = is_fixed(now, on)
    copies = [] if fixed else backups.replace(f"harden {now.of.target}", {path: now.content_before})
    planted.finish(now)
    if fixed:
        lines.append("Your file passes, so it stays as it is.")
    else:
        lines.append(f"Restored {shown_path(path)} as it was before.")
        lines += [f"The version with the mistake is kept as {shown_path(copy)}." for copy in copies]
    lines.append(f"Another one: {command('harden', now.of.target)}")
    return lines


def _difference_lines(now: Planted) -> Iterator[str]:
    before, after = now.lines_at()
    yield f"It was in line {now.line}:"
    yield from (f"  yours:   {without_commands(line)}" for line in before or ["(not there)"])
    yield from (f"  planted: {without_commands(line)}" for line in after or ["(left out)"])


def _mistake(part: Part, name: str) -> Misconception:
    return next(each for each in misconceptions(part) if each.id == name)
