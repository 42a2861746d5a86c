"""What a difference in a trace means: which tasks make the vector, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autograder.course import EXERCISES, Part, part, parts
from autograder.grading.standing import UNWRITTEN
from autograder.learner import results
from autograder.learner.trace import Trace, first_unlike
from autograder.wording import command

# Which vector -> the tasks that make it, the likeliest first. What goes into them was compared before.
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
# Which vector that yours never makes -> the task that has it made.
CALLED_BY = ((r"wte|rmsnorm|into|x ", "5.4"), (r"layer0\.attn|heads? ", "5.2"), (r"layer0\.mlp|relu", "5.3"))
OF_A_STOP = re.compile(r"part(\d\d)_\w+\.py")


def next_lines(traced: Trace, different: tuple[int, str] | None) -> Iterator[str]:
    """What the first difference is, or what stopped the model, and what to do."""
    if different is not None:
        yield from difference_lines(traced, *different)
    if traced.problem:
        yield f"Your model stopped: {ascii(traced.problem.rstrip('.'))[1:-1]}."
    if different is None and traced.problem:
        yield from stop_lines(traced)
    elif different is None and (left := not_passed(traced.own)):
        yield "What it does not show: gradients, several layers, other sizes. The checks do."
        yield f"Next: {command('check', left[0].number)}"


def difference_lines(traced: Trace, position: int, label: str) -> Iterator[str]:
    """The first vector that differs, its first number that does, and the tasks that it comes from."""
    yours, reference = (dict(steps[position])[label] for steps in (traced.yours, traced.reference))
    yield f"The first that differs: {label} at position {position}, token {traced.tokens[position]}, marked >>."
    place = first_unlike(yours, reference)
    if len(yours) != len(reference):
        yield f"  It has {len(yours)} numbers, the reference's {len(reference)}."
    else:
        digits = 6 if f"{yours[place]:.6g}" != f"{reference[place]:.6g}" else 12
        yield f"  Its number [{place}] is {yours[place]:.{digits}g}; {reference[place]:.{digits}g} in the reference."
    made = traced.before(position, label)
    lacking, extra = ([name for name in names if not name.startswith("into")] for names in made)
    if lacking:
        yield f"  By then the reference has made, and yours has not: {', '.join(lacking)}."
    if extra:
        yield f"  By then yours has made, and the reference has not: {', '.join(dict.fromkeys(extra))}."
    tasks = [*_found(CALLED_BY, (lacking or [""])[0]), *_found(MADE_BY, label)]
    tasks = list(dict.fromkeys(task for task in tasks if int(task[0]) in traced.own))
    if tasks:
        named = [f"{task} {part(int(task[0])).task(task).title}" for task in tasks]
        yield f"  It comes from {', or from '.join(named)}."
        yield f"Next: {command('check', int(tasks[0][0]))}"


def _found(table: Iterable[tuple[str, str]], label: str) -> list[str]:
    """The tasks of the first pattern that fits."""
    return next((tasks.split() for pattern, tasks in table if re.match(pattern, label)), [])


def stop_lines(traced: Trace) -> Iterator[str]:
    """What to do when an error or an unwritten task stopped the model before anything differed."""
    if unwritten := UNWRITTEN.search(traced.problem):
        its_part = part(int(unwritten[1].partition(".")[0]))
        path = results.shown(EXERCISES / its_part.file_name)
        yield f"Next: write {unwritten[1]} {unwritten[2]} in {path}, then {command('trace', name=traced.name)}"
    elif found := OF_A_STOP.search(traced.problem):
        yield f"Next: {command('check', int(found[1]))}"


def not_passed(own: tuple[int, ...]) -> list[Part]:
    """Those of the learner's parts whose last check, of the file as it is now, did not pass or never was."""
    files = {each.number: (EXERCISES / each.file_name).read_bytes() for each in parts() if each.number in own}
    reports = {number: results.last(part(number), content) for number, content in files.items()}
    return [part(number) for number, report in reports.items() if report is None or not report.passed]
