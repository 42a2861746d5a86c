"""What `trace` prints: each position, the first difference marked, the tasks it comes from, what to do next."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterable, Iterator

from autograder.course import EXERCISES, Part, part, parts
from autograder.files import shown_path
from autograder.grading.progress import UNWRITTEN
from autograder.invocation import command
from autograder.learner import last_results
from autograder.learner.trace import PARTS, TOLERANCE, WEIGHTS, Trace, first_unlike
from autograder.text import listed

COLUMNS = 3  # numbers of a vector in one line
# Label of a vector -> the tasks that make it, the likeliest first. Their inputs were compared before.
MADE_BY = (
    ("wte", "5.4"),
    ("rmsnorm", "3.3"),
    ("into rmsnorm 2", "5.4"),
    ("x . attention", "5.4 5.2"),
    ("x . mlp", "5.4 5.3"),
    ("layer0.attn_wo", "5.2 3.1"),
    ("layer0.attn", "3.1 5.4 5.2"),
    (r"head \d+ scores", "5.1 5.2"),
    (r"head \d+ weights", "3.2 5.1"),
    (r"head \d+ output", "5.1 5.2"),
    ("heads joined", "5.2"),
    ("relu", "5.3 1.3"),
    ("layer0.mlp", "5.3 3.1"),
    ("logits", "5.4 3.1"),
)
# Label of a vector that the learner's model never makes -> the task that has it made.
CALLED_BY = ((r"wte|rmsnorm|into|x ", "5.4"), (r"layer0\.attn|heads? ", "5.2"), (r"layer0\.mlp|relu", "5.3"))
FILE_OF_A_PART = re.compile(r"part(\d\d)_\w+\.py")


def trace_lines(traced: Trace, full: bool) -> Iterator[str]:
    """Everything that `trace` prints. full: every number, and the positions after the first difference too."""
    yield from whose_lines(traced)
    different = traced.first_difference()
    last = len(traced.yours) - 1 if full or different is None else different[0]
    for position in range(last + 1):
        yield ""
        yield f"position {position}, token {traced.tokens[position]}"
        columns = f"{'yours':<23} | reference" if traced.own else "the reference's numbers"
        yield f"   {'vector':<17}{'size':>4}  {columns}"
        yield from position_lines(traced, position, full, different)
    if last < len(traced.yours) - 1:
        yield ""
        yield f"Everything later depends on it. To see it all: {command('trace', name=traced.name, full=True)}"
    yield ""
    if different is None and not traced.problem and traced.own:
        yield f"Every vector equals the reference's, within {TOLERANCE:g}."
    yield from next_lines(traced, different)
    if not traced.problem:
        yield from attention_lines(traced)


def whose_lines(traced: Trace) -> Iterator[str]:
    """Say which parts are the learner's."""
    if not traced.own:
        yield f"{traced.name}, read by the reference alone, since you have not written any part of the model yet."
        yield "Once you have, this shows your own vectors next to the reference's."
        yield f"The weights are those of {shown_path(WEIGHTS)}."
        return
    rest = " and the reference's other parts" if len(traced.own) < len(PARTS) else ""
    yield f"{traced.name}, read by your part{'s' if len(traced.own) > 1 else ''} {listed(traced.own)}{rest}."
    yield f"Both models have the weights of {shown_path(WEIGHTS)}."


def position_lines(traced: Trace, position: int, full: bool, different: tuple[int, str] | None) -> Iterator[str]:
    """The vectors at one position in the order of their making, with the reference's where yours has none."""
    steps, reference = traced.yours[position], dict(traced.reference[position])
    stopped = traced.problem and position == len(traced.yours) - 1
    lacking = [label for label in reference if label not in dict(steps)]
    order = list(reference)
    for label, numbers in steps:
        while label in reference and lacking and order.index(lacking[0]) < order.index(label):
            yield f"   {lacking.pop(0):<17}      yours computes it differently, or not at all"
        if label in reference:
            right = reference[label] if traced.own else None
            yield from vector_lines(label, numbers, right, full, (position, label) == different)
        else:
            yield f"   {label:<17}      only yours computes it"
    if not stopped:
        yield from (f"   {label:<17}      yours computes it differently, or not at all" for label in lacking)


def vector_lines(
    label: str, yours: list[float], reference: list[float] | None, full: bool, first: bool
) -> Iterator[str]:
    """One vector: all its numbers, or a line of them, from the first that differs. `>>` marks the first vector that
    differs, `!` those after it. reference: None to show one vector alone.
    """
    alone = reference is None
    reference = yours if alone else reference
    unlike = first_unlike(yours, reference)
    mark = ">>" if first else "" if unlike is None else "!"
    size = str(len(yours)) if len(yours) == len(reference) else f"{len(yours)}!"
    begin = 0 if unlike is None or full or first else unlike // COLUMNS * COLUMNS
    end = max(len(yours), len(reference)) if full or first else begin + 1
    label += f" [{begin}]" if begin else ""
    for start in range(begin, end, COLUMNS):
        left, right = (numbers_text(numbers[start : start + COLUMNS]) for numbers in (yours, reference))
        yield f"{mark:<3}{label:<17}{size:>4}  {left if alone else f'{left:<23} | {right}'}".rstrip()
        label = size = ""


def numbers_text(numbers: list[float]) -> str:
    """Three decimals; no sign where they are all 0."""
    texts = (f"{number:7.3f}" if abs(number) < 100 else f"{number:7.0e}" for number in numbers)
    return " ".join("  0.000" if text == " -0.000" else text for text in texts)


def next_lines(traced: Trace, different: tuple[int, str] | None) -> Iterator[str]:
    """The first difference, or what stopped the model, and what to do."""
    if different is not None:
        yield from difference_lines(traced, *different)
    if traced.problem:
        yield f"Your model stopped: {ascii(traced.problem.rstrip('.'))[1:-1]}."
    if different is None and traced.problem:
        yield from stop_lines(traced)
    elif different is None and (left := not_passed(traced.own)):
        yield "This does not test gradients, several layers or other sizes. The checks do."
        yield f"Next: {command('check', left[0].number)}"


def difference_lines(traced: Trace, position: int, label: str) -> Iterator[str]:
    """The first vector that differs, its first number that does, and the tasks that it comes from."""
    yours, reference = (dict(steps[position])[label] for steps in (traced.yours, traced.reference))
    yield f"The first difference, marked >>: {label} at position {position}, token {traced.tokens[position]}."
    place = first_unlike(yours, reference)
    if len(yours) != len(reference):
        yield f"  It has {len(yours)} numbers, the reference's {len(reference)}."
    else:
        digits = 6 if f"{yours[place]:.6g}" != f"{reference[place]:.6g}" else 12
        yield f"  Number [{place}]: yours {yours[place]:.{digits}g}, the reference's {reference[place]:.{digits}g}."
    made = traced.before(position, label)
    lacking, extra = ([name for name in names if not name.startswith("into")] for names in made)
    if lacking:
        yield f"  Until then only the reference has computed: {', '.join(lacking)}."
    if extra:
        yield f"  Until then only yours has computed: {', '.join(dict.fromkeys(extra))}."
    tasks = [*_tasks_of(CALLED_BY, (lacking or [""])[0]), *_tasks_of(MADE_BY, label)]
    tasks = list(dict.fromkeys(task for task in tasks if int(task[0]) in traced.own))
    if tasks:
        named = [f"{task} {part(int(task[0])).task(task).title}" for task in tasks]
        yield f"  It comes from {', or from '.join(named)}."
        yield f"Next: {command('check', int(tasks[0][0]))}"


def _tasks_of(table: Iterable[tuple[str, str]], label: str) -> list[str]:
    """The tasks of the first pattern that fits."""
    return next((tasks.split() for pattern, tasks in table if re.match(pattern, label)), [])


def stop_lines(traced: Trace) -> Iterator[str]:
    """What to do when an error or an unwritten task stopped the model before anything differed."""
    if unwritten := UNWRITTEN.search(traced.problem):
        graded_part = part(int(unwritten[1].partition(".")[0]))
        path = shown_path(EXERCISES / graded_part.file_name)
        yield f"Next: write {unwritten[1]} {unwritten[2]} in {path}, then {command('trace', name=traced.name)}"
    elif stopped_in := FILE_OF_A_PART.search(traced.problem):
        yield f"Next: {command('check', int(stopped_in[1]))}"


def not_passed(own: tuple[int, ...]) -> list[Part]:
    """Those of the learner's parts whose last check, of the file as it is now, did not pass or never was."""
    files = {known.number: (EXERCISES / known.file_name).read_bytes() for known in parts() if known.number in own}
    reports = {number: last_results.find(part(number), content) for number, content in files.items()}
    return [part(number) for number, report in reports.items() if report is None or not report.passed]


def attention_lines(traced: Trace) -> Iterator[str]:
    """Where the last token looked, and what it expects."""
    last = dict(traced.yours[-1])
    heads = [(label.split()[1], last[label]) for label in last if label.endswith("weights")]
    if heads:
        yield ""
        whose = "your" if traced.own else "the reference's"
        yield f"Attention of {whose} heads from the last token, {traced.tokens[-1]}, in percent:"
        yield "          " + "".join(f"{token:>4}" for token in traced.tokens)
        for head, weights in heads:
            yield f"  head {head:<3}" + "".join(f"{100 * weight:4.0f}" for weight in weights)
    logits = last.get("logits", [])
    if len(logits) == len(string.ascii_lowercase) + 1:
        likely = sorted(zip(softmax(logits), [*string.ascii_lowercase, "the end"]), reverse=True)[:4]
        yield f"Most likely after {traced.name}: " + ", ".join(
            f"{letter} {100 * probability:.0f}%" for probability, letter in likely
        )


def softmax(logits: list[float]) -> list[float]:
    """The softmax of plain numbers."""
    exponentials = [math.exp(logit - max(logits)) for logit in logits]
    return [exponential / sum(exponentials) for exponential in exponentials]
