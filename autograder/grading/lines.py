"""Which line of the learner's file a failing check points at: in the function that holds the mistake, or none.

Where that function holds code that is hardly ever meant, the message says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from autograder.course import Part, parts
from autograder.grading.failures import NO_ATTRIBUTE
from autograder.grading.misconceptions import Mistake
from autograder.grading.part_probes import Probes
from autograder.grading.report import FAILED, Check
from autograder.grading.session import Recorded
from autograder.grading.sources import Source, called_as
from autograder.text import clean_text, likely_line

CALL_OF = re.compile(r"([\w.]+)\(\) (?:takes|missing|got)")  # a TypeError about a call of this function
LONGEST = 500  # characters of a sentence, which contains names from the learner's code
NO_LINE = ("load", "todo", "protocol")  # failures of a reply that no single function is to blame for


def with_lines(
    checks: list[Check],
    part: Part,
    source: Source,
    probes: Probes,
    calls: Mapping[str, list[Recorded]],
    mistakes: Iterable[Mistake],
    given: Iterable[str],
) -> list[Check]:
    """The checks, the failing ones with the line of the function that is to be fixed, where that is known. calls: by
    test name; given: the functions that the stub comes with.
    """
    known = {mistake.id: mistake for mistake in mistakes}
    defined = {name for task in part.tasks for name in task.defines}
    right = (set(given) - defined) | _of_passed_tasks(checks, part)

    # Of a GPT in one file: what another part asks for is checked there.
    others = {name.partition(".")[0] for other in parts() for task in other.tasks for name in task.defines}
    others -= {name.partition(".")[0] for name in defined}

    def of_other_parts(name: str) -> bool:
        return name.partition(".")[0] in others

    def own(check: Check) -> set[str]:
        return {*part.task(check.task).defines}

    def unwritten(check: Check) -> Check | None:
        """The check as one of a task that is to write, where nothing of it is written yet: it may fail before that."""
        functions = [source.functions.get(name) for name in own(check)]
        recorded = calls.get(f"test_{check.name}", [])
        if not functions or not recorded or recorded[-1].reply.failure != "raised":
            return None
        if check.line is None or source.function_at(check.line) not in defined - own(check):
            return None
        if not all(function and function.is_stub(part.task(check.task).given) for function in functions):
            return None
        name = part.task(check.task).defines[0]
        first = next(task for task in part.tasks if name in task.defines)
        message = f"{first.id} {name} is not written yet.\n"
        plain = dict.fromkeys(("misconception", "line", "exception", "cause")) | {"advice": ""}
        return replace(check, status="todo", message=message, **plain)

    def raised_elsewhere(check: Check) -> Check:
        """The check with the other task in whose function the code raised, where that task's own checks fail too."""
        recorded = calls.get(f"test_{check.name}", [])
        if check.misconception or check.line is None or not recorded or recorded[-1].reply.failure != "raised":
            return check
        trail = [check.line, *reversed(recorded[-1].reply.callers)]
        wrong = (name for line in trail if (name := source.function_at(line)) in defined - right | own(check))
        name = next(wrong, None)
        if name is None or name in own(check):
            return check
        failing = {other.task for other in checks if other.status in FAILED}
        cause = next((task.id for task in part.tasks if name in task.defines and task.id in failing), None)
        message = f"The error is in {name} ({cause}).\n{check.message}"
        return replace(check, cause=cause, message=message) if cause else check

    def placed(check: Check) -> Check:
        if check.misconception in known:
            mistake = known[check.misconception]
            shown = source.lines_with(mistake.shows, part.task(mistake.task).defines) if mistake.shows else []
            if len(shown) == 1:
                return replace(check, line=shown[0])
            inside = check.line is not None and source.function_at(check.line) == mistake.function
            return check if inside else replace(check, line=source.line_of(mistake.function))
        recorded = calls.get(f"test_{check.name}", [])
        message = recorded[-1].reply.message if recorded else ""
        if (lacks := NO_ATTRIBUTE.match(message)) and (line := source.line_without_self(*lacks.groups())):
            return replace(check, line=line)
        if check.line is not None and recorded:  # where that function is right, the call of it is to blame
            trail = [check.line, *reversed(recorded[-1].reply.callers)]
            frames = [source.function_at(line) for line in trail]
            wrong = next((i for i, name in enumerate(frames) if name not in right - own(check)), 0)
            return of_caller(check, trail[wrong], frames[wrong - 1]) if wrong else check
        if check.line is not None or not recorded or recorded[-1].reply.failure in NO_LINE:
            return check
        called = CALL_OF.match(message)
        if called and (meant := source.misspelt(called[1], "__init__")):
            return replace(check, line=source.line_of(f"{called[1]}.{meant}"))
        if called and called[1] in source.functions:  # with other arguments than the probe gave
            return replace(check, line=source.line_of(called[1]))
        mentions = probes.mentions(recorded[-1].probe)
        if any(called_as(name) in mentions for name in defined - set(source.functions)):
            return check  # the function that is missing has no line
        suspects = {name for name in source.reached_from(mentions) - right if not of_other_parts(name)}
        in_order = sorted(suspects, key=source.line_of)
        slips = [slip for name in in_order for slip in source.functions[name].slips]
        slips = slips or [slip for name in in_order for slip in never_used(name, recorded[-1].probe)]
        if slips and check.status in ("failed", "error"):
            return with_slip(check, *slips[0])
        return replace(check, line=source.line_of(suspects.pop()) if len(suspects) == 1 else None)

    def of_caller(check: Check, line: int, called: str) -> Check:
        """The check at the line that called a right function, called. The code raised in that function, or in one that
        it calls. If an index was out of range there, the lists that were passed are to blame.
        """
        caller = source.functions.get(source.function_at(line))
        if caller and caller.slips:  # what it passes on is to blame
            return with_slip(check, *caller.slips[0])
        if check.exception != "IndexError":
            return replace(check, line=line)
        likely = (
            f"{called} has passed its own checks, so look at line {line}: the lists that it passes to {called} do not "
            f"fit together. Print the len(...) of each of them, and of their elements, just before that line."
        )
        return with_slip(check, line, likely)

    def never_used(name: str, probe: str) -> Iterator[tuple[int, str]]:
        """The line of a function, and that it never uses something which the call sets, where that is so."""
        function = source.functions[name]
        if unused := probes.unused(probe, name, function):
            never = f"never uses its parameter{'s' if unused[1:] else ''} {', '.join(unused)}"
            yield function.line, f"{name.rpartition('.')[2]} in line {function.line} {never}."

    return [
        unwritten(check) or placed(raised_elsewhere(check)) if check.status in FAILED else check for check in checks
    ]


def with_slip(check: Check, line: int, sentence: str) -> Check:
    """The check with this sentence as its likely cause."""
    message = "".join(f"{text}\n" for text in check.message.splitlines() if not text.startswith("Likely:"))
    return replace(check, line=line, message=f"{message}{likely_line(clean_text(sentence, LONGEST))}\n")


def _of_passed_tasks(checks: list[Check], part: Part) -> set[str]:
    """The functions of which every check that was run is passed."""
    open_tasks = {check.task for check in checks if check.status not in ("passed", "manual")}
    checked = {check.task for check in checks}
    of_open = {name for task in part.tasks if task.id in open_tasks for name in task.defines}
    return {name for task in part.tasks if task.id in checked for name in task.defines} - of_open
