"""Check a learner's parts on their own earlier parts: which of those break a part, and what the report must say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder.bundle.replay import check_part, hidden, seeds
from autograder.course import Part, part, parts
from autograder.grading.report import Report
from autograder.sandbox import Tier
from autograder.wording import command


def check_parts(
    files: Mapping[str, bytes],
    wanted: Sequence[Part],
    seed: int | None = None,
    task: str | None = None,
    tier: Tier = Tier.LOCAL,
) -> list[Report]:
    """Check these parts in order, with all recorded seeds or one. A part that loses points says which parts below it
    lose points too. Raises ValueError for a seed that is not recorded.
    """
    reports: dict[int, Report] = {}
    for each in wanted:
        reports[each.number] = check_part(files, each, seed, task, tier)
    for number in list(reports):
        if not reports[number].passed and {check.status for check in reports[number].checks} != {"todo"}:
            wrong = []
            for module in part(number).needs:
                below = next(other for other in parts() if other.module == module)
                report = reports.get(below.number) or check_part(files, below, None, None, tier)
                wrong += [] if report.passed else [below.number]
            reports[number] = replace(reports[number], breaks=_not_right_yet(wrong))
    return [reports[each.number] for each in wanted]


def needed_for(wanted: Sequence[Part]) -> list[Part]:
    """These parts and those that they run on."""
    modules = {module for each in wanted for module in (each.module, *each.needs)}
    return [each for each in parts() if each.module in modules]


def _not_right_yet(numbers: Sequence[int]) -> str:
    if not numbers:
        return ""
    first, last = numbers[0], numbers[-1]
    if len(numbers) == 1:
        which = f"part {first}"
    elif len(numbers) > 2 and list(numbers) == list(range(first, last + 1)):
        which = f"parts {first} to {last}"
    else:
        which = f"parts {', '.join(map(str, numbers[:-1]))} and {last}"
    right, them = ("is not right", "it") if len(numbers) == 1 else ("are not right", "them")
    return f"It needs your {which}, which {right} yet: it was checked on {them}. Next: {command('check', first)}"


def differences(wanted: Sequence[Part], seed: int | None, task: str | None = None) -> list[str]:
    """What a reader of the report must know of how these parts are checked here."""
    number = 1 if seed is not None else len(seeds(wanted[0]))
    inputs = f"{number} recorded input{'s' if number > 1 else ''}"
    own = wanted[0].needs if len(wanted) == 1 else ()
    on = f" and on your own {', '.join(f'{module}.py' for module in own)}" if own else ""
    if len(wanted) > 1:
        on = " and on your own earlier parts"
    lines = [f"Checked with {inputs}{on}: the reference is not here."]
    points = [points for each in wanted for points in hidden(each, task)]
    if points:
        checks = "1 hidden check" if len(points) == 1 else f"{len(points)} hidden checks"
        lines.append(f"Your grade has {sum(points):g} more points, in {checks}, and other inputs.")
    return lines
