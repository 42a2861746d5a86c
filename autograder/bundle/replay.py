"""Check a part without the reference: make its recorded calls on the learner's modules, including earlier parts."""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from autograder.bundle.recorded_mistakes import recorded_mistakes, with_mistakes
from autograder.course import Part, part, parts
from autograder.grading import conditions
from autograder.grading.checks import Answer, CheckFailed
from autograder.grading.grade import probes_of, unusable, worker_files
from autograder.grading.lines import with_lines
from autograder.grading.progress import checks_to_report
from autograder.grading.report import FAILED, Check, Report
from autograder.grading.session import Session, failed_check
from autograder.grading.sources import Source
from autograder.grading.sources import inspect_source as parse_source
from autograder.invocation import command
from autograder.sandbox import CHECK, Limits, Tier, Worker
from autograder.text import listed, plural

# Three times the calls of one seed; own earlier parts may be slower than the reference.
LIMITS = Limits(cpu_seconds=60, call_seconds=CHECK.call_seconds, total_seconds=120.0)


# A page replays a part again for each answer that it lacks, and most files stay as they were in the check before.
inspect_source = functools.lru_cache(maxsize=32)(parse_source)


def check_parts(
    files: Mapping[str, bytes],
    wanted: Sequence[Part],
    seed: int | None = None,
    task: str | None = None,
    tier: Tier = Tier.LOCAL,
) -> list[Report]:
    """Check these parts in order, with all recorded seeds or one. If a part loses points, it lists the earlier parts
    that lose points too. Raises ValueError for a seed that is not recorded.
    """
    reports: dict[int, Report] = {}
    for of in wanted:
        reports[of.number] = check_part(files, of, seed, task, tier)
    for number in list(reports):
        if not reports[number].passed and {check.status for check in reports[number].checks} != {"todo"}:
            wrong = []
            for module in part(number).needs:
                below = next(other for other in parts() if other.module == module)
                report = reports.get(below.number) or check_part(files, below, None, None, tier)
                wrong += [] if report.passed else [below.number]
            reports[number] = replace(reports[number], breaks=_not_right_yet(wrong))
    return [reports[of.number] for of in wanted]


def check_part(
    files: Mapping[str, bytes],
    of: Part,
    seed: int | None,
    task: str | None,
    tier: Tier = Tier.LOCAL,
    open_worker: Callable[[Mapping[str, bytes], Tier, Limits], Worker] = Worker,
) -> Report:
    """Run a part's recorded checks on the learner's modules. open_worker: opens the worker that serves the probes.
    Raises SandboxUnavailable if the tier is not secure.
    """
    chosen = seeds(of) if seed is None else (seed,)
    if seed is not None and seed not in seeds(of):
        raise ValueError(f"Seed {seed} is not recorded here: the seeds are {', '.join(map(str, seeds(of)))}.")
    content = files.get(of.file_name)
    own = {f"{module}.py": files.get(f"{module}.py") for module in of.needs}
    problem, absent = _problem(of, content, own)
    probes, recorded = probes_of(of), recording(of)
    data = {name: text.encode("utf-8") for name, text in recorded["files"].items()}
    shipped = worker_files(probes, data, {name: source or b"" for name, source in own.items()})
    usable = b"" if problem.problem else content
    with open_worker({**shipped, f"submission/{of.file_name}": usable}, tier, LIMITS) as worker:
        session = Session(of, probes, worker, data, signature=_signature, source=problem)
        entries = [entry for entry in recorded["checks"] if task in (None, entry["task"])]
        others = [entry for entry in recorded["checks"] if entry not in entries]
        earlier = [entry for entry in others if entry["task"] in of.rewritten_by(task)]
        if problem.problem:
            checks = [unusable(Check(**_facts(entry), status=_untried(entry)), problem, absent) for entry in entries]
        else:
            checks = [_replayed(entry, session, chosen) for entry in entries]
            if all(check.status == "passed" for check in checks):
                checks += [_replayed(entry, session, chosen) for entry in earlier]
                others = [entry for entry in others if entry not in earlier]
            if any(check.status in FAILED for check in checks):  # a mistake is recognised only by all of its answers
                session.own_output_ends()
                checks += [_replayed(entry, session, chosen) for entry in others]
        printed = worker.read_output() if session.printed is None else session.printed
        interpreter = worker.interpreter_version or ""
    if not problem.problem:
        checks = with_mistakes(of, checks, session.calls, session.runs, session.builds_on, session.incomplete)
        given = recorded["signatures"]
        checks = with_lines(checks, of, problem, probes, session.calls, recorded_mistakes(of), given)
        checks = [_with_short_names(check, data) for check in checks]
        order = {entry["name"]: place for place, entry in enumerate(recorded["checks"])}
        checks = checks_to_report(sorted(checks, key=lambda check: order[check.name]), of, task)
    return Report(
        part=of.number,
        module=of.module,
        file=of.file_name,
        sha256=hashlib.sha256(content or b"").hexdigest(),
        seed=chosen[0],
        sandbox=tier.value,
        interpreter=interpreter,
        checks=tuple(checks),
        printed=printed,
        not_run=len(hidden(of, task)),
    )


def _problem(of: Part, content: bytes | None, own: Mapping[str, bytes | None]) -> tuple[Source, bool]:
    """The source, or the reason why the part can't be checked; and whether a file is missing."""
    for name, source in {of.file_name: content, **own}.items():
        if source is None:
            return Source(f"{name} is missing."), True
        inspected = inspect_source(source)
        if inspected.problem and name == of.file_name:
            return inspected, False
        if inspected.problem:
            line = f", line {inspected.line}" if inspected.line else ""
            return Source(f"This part runs on your {name}{line}. {inspected.problem}"), False
    return inspect_source(content), False


def _replayed(entry: dict, session: Session, chosen: Iterable[int]) -> Check:
    """One check with each seed in turn, until it fails."""
    facts = _facts(entry)
    if not entry["seeds"]:
        return Check(**facts, status="manual", message=entry["message"])
    session.current, session.task = f"test_{entry['name']}", entry["task"]
    for seed in chosen:
        try:
            for step in entry["seeds"][str(seed)]:
                answer = session.call(step["probe"], tuple(step["arguments"]))
                for asserted in step["asserts"]:
                    _assert(answer, asserted)
        except CheckFailed as error:
            return _of_this_part(failed_check(facts, error, session.part), error, session.part)
        except Exception as error:  # as in a suite: no answer may stop the other checks
            return failed_check(facts, error, session.part)
    return Check(**facts, earned=entry["points"])


def _with_short_names(check: Check, data: Iterable[str]) -> Check:
    """The check with the names of data files as in the suite: `gap.txt`, not `1-gap.txt` with the seed in front."""
    message = check.message
    for name in data:
        message = message.replace(name, name.partition("-")[2])
    return replace(check, message=message) if message != check.message else check


def _assert(answer: Answer, asserted: dict) -> None:
    if "condition" in asserted:
        answer.must_meet(_condition(asserted["condition"]), asserted["likely"], **asserted["facts"])
    else:
        answer.must_be(asserted["expected"], asserted["likely"], asserted["tolerance"])


def _condition(name: str) -> Callable[..., str | None]:
    """A condition by its name. Only a copy with hidden checks has the second module."""
    if hasattr(conditions, name):
        return getattr(conditions, name)
    return getattr(importlib.import_module("autograder.grading.hidden_conditions"), name)


def _of_this_part(check: Check, error: CheckFailed, of: Part) -> Check:
    """The check. If it needs an unwritten task of another part, say so, instead of reporting this task as unwritten."""
    if check.status != "todo" or error.reply is None:
        return check
    task = error.reply.message.partition(" ")[0]
    if task in {each.id for each in of.tasks}:
        return check
    number = task.partition(".")[0]
    message = f"This needs {error.reply.message} of your own part {number}, which is not written yet.\n"
    return replace(check, status="error", message=f"{message}Write that first: {command('check', task)}\n")


def _facts(entry: dict) -> dict:
    return {**{name: entry[name] for name in ("name", "task", "title", "points")}, "hidden": entry.get("hidden", False)}


def _untried(entry: dict) -> str:
    return "error" if entry["seeds"] else "manual"


def _signature(of: Part, name: str) -> str | None:
    return recording(of)["signatures"].get(name)


def needed_for(wanted: Sequence[Part]) -> list[Part]:
    """These parts and the parts that they use."""
    modules = {module for each in wanted for module in (each.module, *each.needs)}
    return [each for each in parts() if each.module in modules]


def _not_right_yet(numbers: Sequence[int]) -> str:
    if not numbers:
        return ""
    first, last = numbers[0], numbers[-1]
    span = len(numbers) > 2 and list(numbers) == list(range(first, last + 1))
    which = f"{first} to {last}" if span else listed(numbers)
    noun, right = ("part", "is not right") if len(numbers) == 1 else ("parts", "are not right")
    return f"It uses your {noun} {which}, which {right} yet. Next: {command('check', first)}"


def differences(wanted: Sequence[Part], seed: int | None, task: str | None = None) -> list[str]:
    """Lines about how these parts were checked here, for readers of the report."""
    number = 1 if seed is not None else len(seeds(wanted[0]))
    own = wanted[0].needs if len(wanted) == 1 else ()
    on = f" and on your own {', '.join(f'{module}.py' for module in own)}" if own else ""
    if len(wanted) > 1:
        on = " and on your own earlier parts"
    lines = [f"Checked with {plural(number, 'recorded input')}{on}, since the reference is not included."]
    points = [points for each in wanted for points in hidden(each, task)]
    if points:
        checks = plural(len(points), "hidden check")
        lines.append(f"Your grade has {sum(points):g} more points, in {checks}, and other inputs.")
    return lines


@functools.cache
def recording(of: Part) -> dict:
    """The recorded checks of a part: the public ones, and all of them in a page with the solutions."""
    return json.loads((of.suite / "checks.json").read_text(encoding="ascii"))


def seeds(of: Part) -> tuple[int, ...]:
    """The recorded seeds."""
    return tuple(sorted({int(seed) for check in recording(of)["checks"] for seed in check["seeds"]}))


def hidden(of: Part, task: str | None) -> list[float]:
    """The points of the hidden checks of a part or a task, which are not included here."""
    return [check["points"] for check in recording(of)["hidden"] if task in (None, check["task"])]
