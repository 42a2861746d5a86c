"""Questions on how a call runs: how often a line, in what order lines, what a name holds."""

from __future__ import annotations

import random
from collections import Counter

from autograder.grading.compare import show
from autograder.viva.code import Code
from autograder.viva.question import Question
from autograder.viva.running import Run

MOST_TIMES = 24  # that a person would count


def order_questions(code: Code, runs: list[Run], rng: random.Random) -> list[Question]:
    """Questions on all of the runs, the kinds and lines mixed."""
    found = [
        question for run in runs for make in (_how_often, _which_first, _held) for question in make(code, run, rng)
    ]
    rng.shuffle(found)
    return found


def _how_often(code: Code, run: Run, rng: random.Random) -> list[Question]:
    counts = Counter(run.lines)
    several = [line for line, times in counts.items() if 2 <= times <= MOST_TIMES]
    if not several:
        return []
    line = rng.choice(several)
    statement = code.statements[line]
    words = f"Your code is called: {run.words}. How many times does line {line} run?"
    around = [f"it stands in {statement.function}; how often that is called counts"]
    around += [f"line {loop} repeats it: {code.shown(loop)}" for loop in statement.loops]
    lines = [(number, code.shown(number)) for number in (*statement.loops, line)]
    return [Question("running", run.words, words, tuple(lines), str(counts[line]), tuple(around))]


def _which_first(code: Code, run: Run, rng: random.Random) -> list[Question]:
    """Lines that run in another order than they stand in: a function calls another one, a loop begins anew."""
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
        f"Your code is called: {run.words}. In which order do the lines {_series(shown)} run for the first time, "
        "and why?"
    )
    where = tuple(f"line {line} is in {code.statements[line].function}" for line in three)
    answer = ", then ".join(str(line) for line in three)
    return [Question("running", run.words, words, tuple((line, code.shown(line)) for line in shown), answer, where)]


def _held(code: Code, run: Run, rng: random.Random) -> list[Question]:
    """The value of a name that was assigned once, or for the first time."""
    seen: dict[tuple[int, str], object] = {}
    for line, name, value in run.values:
        seen.setdefault((line, name), value)
    plain = [(line, name, value) for (line, name), value in seen.items() if _fits_on_paper(value)]
    if not plain or run.call.only_lengths:
        return []
    line, name, value = rng.choice(plain)
    asked = f"What does {name} hold (if Values, their data) right after line {line} ran for the first time?"
    words = f"Your code is called: {run.words}. {asked}"
    others = [
        f"{other} held {show(held)} (line {number})"
        for (number, other), held in seen.items()
        if number < line and other != name
    ]
    return [
        Question(
            "running",
            run.words,
            words,
            ((line, code.shown(line)),),
            show(value),
            tuple(others[-3:]) or ("what each name in the line holds",),
        )
    ]


def _fits_on_paper(value: object) -> bool:
    """Numbers of at most three digits."""
    if isinstance(value, list):
        return all(map(_fits_on_paper, value))
    return not isinstance(value, float) or (abs(value) < 1e6 and abs(value - float(f"{value:.3g}")) < 1e-9)


def _series(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}"
