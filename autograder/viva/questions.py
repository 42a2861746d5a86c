"""The questions for an oral exam about a learner's own code, of three kinds, each with its answer.

result: what does this call return? running: how often or in which order do lines run, and what is the value of a name?
change: which checks would fail without this line, or with another operator in it?
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course import Part
from autograder.grading.compare import difference, show
from autograder.grading.grade import grade
from autograder.grading.part_probes import Probes
from autograder.grading.report import Check
from autograder.sandbox import Tier
from autograder.text import listed, plural
from autograder.viva.recorded_run import GENEROUS_LIMITS, TOLERANCE, RecordedRun, right_answer
from autograder.viva.student_code import Code, LineChange

MAX_COUNTABLE = 24  # how many runs of a line a person would count
TRIES = 10  # changes to try for one question
LONGEST = 80  # characters of two values shown side by side
SHOWN = 2  # failing checks to show, and passing checks


@dataclass(frozen=True)
class VivaQuestion:
    """kind: result, running or change. about: the call or line of the question. lines: the shown lines of the
    learner's file as (number, text); a changed line comes last.
    """

    kind: str
    about: str
    words: str
    lines: tuple[tuple[int, str], ...]
    answer: str
    mentions: tuple[str, ...]

    @classmethod
    def from_fields(cls, fields: dict) -> VivaQuestion:
        """Build a question from the fields that JSON returns, with lists instead of tuples."""
        lines = tuple((number, text) for number, text in fields["lines"])
        return cls(**{**fields, "lines": lines, "mentions": tuple(fields["mentions"])})

    def as_data(self) -> dict:
        """The data that `--json` prints."""
        return {
            "kind": self.kind,
            "question": self.words,
            "lines": [{"line": number, "text": text} for number, text in self.lines],
            "answer": self.answer,
            "mentions": list(self.mentions),
        }


def result_questions(part: Part, code: Code, runs: list[RecordedRun]) -> list[VivaQuestion]:
    """One question for each run; its answer is what the learner's own code returned."""
    return [_result_question(part, code, run) for run in runs]


def _result_question(part: Part, code: Code, run: RecordedRun) -> VivaQuestion:
    defined = [name for name in part.task(run.call.task).defines if name in code.starts]
    lines = tuple((code.starts[name], code.shown(code.starts[name])) for name in defined[:3])
    expected = right_answer(run.call, Probes(part))
    if run.call.only_lengths:
        asked = "What is the shape of the result (the lengths of the nested lists)?"
        answer, right = lengths(run.answer), lengths(expected)
        same = answer == right
    else:
        asked = "What does it return?"
        answer, right = show(run.answer), show(expected)
        same = difference(run.answer, expected, TOLERANCE) is None
    if not same:
        answer += f" (This code is wrong here: the right answer is {right}.)"
    words = f"Task {run.call.task}. Your code is called: {run.words}. {asked}"
    return VivaQuestion("result", run.words, words, lines, answer, (run.call.mentions,))


def lengths(data: object) -> str:
    """Describe the lengths of nested lists, level by level.

    >>> lengths([[1.0], [1.0, 2.0]])
    '2 elements; each of them a list, of 1, 2 elements'
    """
    if isinstance(data, dict):
        return "; ".join(f"{name}: {lengths(item)}" for name, item in data.items())
    if not isinstance(data, list):
        return "a single value, not a list"
    lengths_of_levels, level = [plural(len(data), "element")], data
    while level and all(isinstance(item, list) for item in level):
        counts = [len(item) for item in level]
        several = plural(counts[0], "element") if len(set(counts)) == 1 else f"{', '.join(map(str, counts))} elements"
        lengths_of_levels.append(f"each of them a list, of {several}")
        level = [inner for item in level for inner in item]
    return "; ".join(lengths_of_levels)


def order_questions(code: Code, runs: list[RecordedRun], rng: random.Random) -> list[VivaQuestion]:
    """Questions on how these calls run, the kinds and lines mixed."""
    questions = [
        question
        for run in runs
        for make in (_line_count_question, _line_order_question, _value_of_name_question)
        for question in make(code, run, rng)
    ]
    rng.shuffle(questions)
    return questions


def _line_count_question(code: Code, run: RecordedRun, rng: random.Random) -> list[VivaQuestion]:
    counts = Counter(run.lines)
    several = [line for line, times in counts.items() if 2 <= times <= MAX_COUNTABLE]
    if not several:
        return []
    line = rng.choice(several)
    statement = code.statements[line]
    words = f"Your code is called: {run.words}. How many times does line {line} run?"
    around = [f"it is in {statement.function}, so what counts is how often that is called"]
    around += [f"line {loop} repeats it: {code.shown(loop)}" for loop in statement.loops]
    lines = [(number, code.shown(number)) for number in (*statement.loops, line)]
    return [VivaQuestion("running", run.words, words, tuple(lines), str(counts[line]), tuple(around))]


def _line_order_question(code: Code, run: RecordedRun, rng: random.Random) -> list[VivaQuestion]:
    """Ask about lines that calls and loops run in another order than in the file."""
    first = list(dict.fromkeys(run.lines))
    functions = {code.statements[line].function for line in first}
    if len(functions) < 2:
        return []
    for _ in range(20):
        three = sorted(rng.sample(first, min(3, len(first))), key=first.index)
        if three != sorted(three) and len({code.statements[line].function for line in three}) > 1:
            break
    else:
        return []
    shown = sorted(three)
    words = (
        f"Your code is called: {run.words}. In which order do the lines {listed(shown)} run for the first time, "
        "and why?"
    )
    where = tuple(f"line {line} is in {code.statements[line].function}" for line in three)
    answer = ", then ".join(str(line) for line in three)
    return [VivaQuestion("running", run.words, words, tuple((line, code.shown(line)) for line in shown), answer, where)]


def _value_of_name_question(code: Code, run: RecordedRun, rng: random.Random) -> list[VivaQuestion]:
    """Ask for the value of a name after its first assignment."""
    seen: dict[tuple[int, str], object] = {}
    for line, name, value in run.values:
        seen.setdefault((line, name), value)
    plain = [(line, name, value) for (line, name), value in seen.items() if fits_on_paper(value)]
    if not plain or run.call.only_lengths:
        return []
    line, name, value = rng.choice(plain)
    asked = f"What is the value of {name} (for Values: their data) right after line {line} runs for the first time?"
    words = f"Your code is called: {run.words}. {asked}"
    others = [
        f"{other} held {show(held)} (line {number})" for number, other, held in held_before(code, run, line, name)
    ]
    return [
        VivaQuestion(
            "running",
            run.words,
            words,
            ((line, code.shown(line)),),
            show(value),
            tuple(others) or ("the value of each name in the line",),
        )
    ]


def held_before(code: Code, run: RecordedRun, line: int, name: str) -> list[tuple[int, str, object]]:
    """What the last three names held that the same function assigned before this line ran for the first time."""
    held: dict[str, tuple[int, str, object]] = {}
    for number, other, value in run.values:
        if (number, other) == (line, name):
            break
        if code.statements[number].function == code.statements[line].function and other != name:
            held.pop(other, None)
            held[other] = number, other, value
    return list(held.values())[-3:]


def fits_on_paper(value: object) -> bool:
    """Whether the value consists of numbers with at most three digits."""
    if isinstance(value, list):
        return all(map(fits_on_paper, value))
    return not isinstance(value, float) or (abs(value) < 1e6 and abs(value - float(f"{value:.3g}")) < 1e-9)


def graded_checks(part: Part, content: bytes, tier: Tier, seed: int) -> tuple[Check, ...]:
    """Grade this code and return its checks. Raises SandboxUnavailable if the sandbox tier is not secure here."""
    files = {part.file_name: content}
    return grade(files, part, seed=seed, tier=tier, explain=False, limits=GENEROUS_LIMITS).checks


def change_question(
    part: Part, code: Code, passing: Sequence[Check], tier: Tier, seed: int, rng: random.Random
) -> VivaQuestion | None:
    """Find a change that some of the passing public checks notice and others don't; None after ten tries."""
    tasks = {name: task.id for task in part.tasks for name in task.defines}
    passed, names = {check.task for check in passing}, {check.name for check in passing}
    changes = [change for change in code.changes() if tasks.get(change.function) in passed | {None}]
    rng.shuffle(changes)
    for change in changes[:TRIES]:
        graded = graded_checks(part, change.source.encode("utf-8"), tier, seed)
        checks = [check for check in graded if check.name in names]
        failing = [check for check in checks if check.status != "passed"]
        staying = [check for check in checks if check.status == "passed"]
        if failing and staying:
            return _question_on(code, change, failing, staying, rng)
    return None


def _question_on(
    code: Code, change: LineChange, failing: list[Check], staying: list[Check], rng: random.Random
) -> VivaQuestion:
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
    return VivaQuestion("change", f"line {change.line}", words, line, answer, mentions)


def _what_happens(check: Check) -> str:
    """What a failing check shows for the changed code, without the call and without the numbers of long values."""
    lines = dict(re.findall(r"^(Returned|Expected): +(.*)$", check.message, flags=re.M))
    returned, expected = lines.get("Returned", ""), lines.get("Expected", "")
    if returned.startswith("Your code "):
        return f"{check.title}: {returned[0].lower()}{returned[1:]}"
    if not returned or len(returned) + len(expected) > LONGEST:
        return f"{check.title}: it returns something else"
    return f"{check.title}: it would return {returned}; {expected} is right"
