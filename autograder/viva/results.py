"""Questions of the kind: your function is called with these values, what comes back?"""

from __future__ import annotations

from autograder.course import Part
from autograder.grading.compare import difference, show
from autograder.grading.probes import Probes
from autograder.render.terminal import plural
from autograder.viva.code import Code
from autograder.viva.question import Question
from autograder.viva.running import Run

TOLERANCE = 1e-6  # of what a person finds on paper


def result_questions(part: Part, code: Code, runs: list[Run]) -> list[Question]:
    """A question for each run, with what the learner's own code answered."""
    return [_question(part, code, run) for run in runs]


def _question(part: Part, code: Code, run: Run) -> Question:
    defined = [name for name in part.task(run.call.task).defines if name in code.starts]
    lines = tuple((code.starts[name], code.shown(code.starts[name])) for name in defined[:3])
    expected = Probes(part).on_reference(run.call.probe, run.call.arguments)
    if run.call.only_lengths:
        asked = "How long is what comes back, and how long are the lists in it, down to single numbers?"
        answer, right = lengths(run.answer), lengths(expected)
        same = answer == right
    else:
        asked = "What comes back?"
        answer, right = show(run.answer), show(expected)
        same = difference(run.answer, expected, TOLERANCE) is None
    if not same:
        answer += f" (This code is wrong here: right would be {right}.)"
    words = f"Task {run.call.task}. Your code is called: {run.words}. {asked}"
    return Question("result", run.words, words, lines, answer, (run.call.mentions,))


def lengths(data: object) -> str:
    """How long nested lists are, level by level.

    >>> lengths([[1.0], [1.0, 2.0]])
    '2 elements; each of them a list, of 1, 2 elements'
    """
    if isinstance(data, dict):
        return "; ".join(f"{name}: {lengths(item)}" for name, item in data.items())
    if not isinstance(data, list):
        return "no list but one value"
    words, level = [plural(len(data), "element")], data
    while level and all(isinstance(item, list) for item in level):
        counts = [len(item) for item in level]
        several = plural(counts[0], "element") if len(set(counts)) == 1 else f"{', '.join(map(str, counts))} elements"
        words.append(f"each of them a list, of {several}")
        level = [inner for item in level for inner in item]
    return "; ".join(words)
