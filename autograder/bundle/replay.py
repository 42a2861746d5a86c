"""Check a part without the reference: its recorded calls on the learner's own modules, earlier parts included."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from autograder.course import Part, part, parts
from autograder.grading import conditions
from autograder.grading.checks import Answer, CheckFailed
from autograder.grading.diagnosis import Agrees, name_mistakes, same_reply
from autograder.grading.grade import unusable, with_line, worker_files
from autograder.grading.misconceptions import Mistake
from autograder.grading.probes import Probes
from autograder.grading.report import Check, Report
from autograder.grading.session import Recorded, Session, failed_check
from autograder.grading.sources import Source, inspect_source
from autograder.sandbox import CHECK, Limits, Reply, Tier, Worker
from autograder.wording import command

# Three times the calls of one seed; own earlier parts may be slower than the reference.
LIMITS = Limits(cpu_seconds=60, call_seconds=CHECK.call_seconds, total_seconds=120.0)


@functools.cache
def recording(of: Part) -> dict:
    """What was recorded of a part's public checks."""
    return json.loads((of.suite / "checks.json").read_text(encoding="ascii"))


def seeds(of: Part) -> tuple[int, ...]:
    """The recorded seeds."""
    return tuple(sorted({int(seed) for check in recording(of)["checks"] for seed in check["seeds"]}))


def check_parts(
    files: Mapping[str, bytes], wanted: Sequence[Part], seed: int | None = None, task: str | None = None
) -> list[Report]:
    """Check these parts in order, with all recorded seeds or one. A part that loses points says which parts below it
    lose points too. Raises ValueError for a seed that is not recorded.
    """
    reports: dict[int, Report] = {}
    for each in wanted:
        reports[each.number] = check_part(files, each, seed, task)
    for number in list(reports):
        if not reports[number].passed and {check.status for check in reports[number].checks} != {"todo"}:
            wrong = []
            for module in part(number).needs:
                below = next(other for other in parts() if other.module == module)
                report = reports.get(below.number) or check_part(files, below, None, None)
                wrong += [] if report.passed else [below.number]
            reports[number] = replace(reports[number], breaks=_not_right_yet(wrong))
    return [reports[each.number] for each in wanted]


def _not_right_yet(numbers: Sequence[int]) -> str:
    if not numbers:
        return ""
    one = len(numbers) == 1
    which = f"part {numbers[0]} is" if one else f"parts {' and '.join(map(str, numbers))} are"
    them = "it" if one else "them"
    return f"Your own {which} not right yet: this part was checked on {them}. Next: {command('check', numbers[0])}"


def differences(wanted: Sequence[Part], seed: int | None) -> list[str]:
    """What a reader of the report must know of how these parts are checked here."""
    number = 1 if seed is not None else len(seeds(wanted[0]))
    inputs = f"{number} recorded input{'s' if number > 1 else ''}"
    own = wanted[0].needs if len(wanted) == 1 else ()
    on = f" and on your own {', '.join(f'{module}.py' for module in own)}" if own else ""
    if len(wanted) > 1:
        on = " and on your own earlier parts"
    lines = [f"Checked with {inputs}{on}: the reference is not here."]
    hidden = [recording(each)["hidden"] for each in wanted]
    checks, points = (sum(each[key] for each in hidden) for key in ("checks", "points"))
    if checks:
        lines.append(f"Your grade has {points:g} more points, in {checks} hidden checks, and other inputs.")
    return lines


def check_part(files: Mapping[str, bytes], of: Part, seed: int | None, task: str | None) -> Report:
    """Run a part's recorded checks on the learner's modules."""
    chosen = seeds(of) if seed is None else (seed,)
    if seed is not None and seed not in seeds(of):
        raise ValueError(f"Seed {seed} is not recorded here: the seeds are {', '.join(map(str, seeds(of)))}.")
    content = files.get(of.file_name)
    own = {f"{module}.py": files.get(f"{module}.py") for module in of.needs}
    problem, absent = _problem(of, content, own)
    probes, recorded = Probes(of), recording(of)
    data = {name: text.encode("utf-8") for name, text in recorded["files"].items()}
    shipped = worker_files(probes, data, {name: source or b"" for name, source in own.items()})
    usable = b"" if problem.problem else content
    with Worker({**shipped, f"submission/{of.file_name}": usable}, Tier.LOCAL, LIMITS) as worker:
        session = Session(of, probes, worker, data, signature=_signature)
        entries = [entry for entry in recorded["checks"] if task in (None, entry["task"])]
        if problem.problem:
            checks = [unusable(Check(**_facts(entry), status=_untried(entry)), problem, absent) for entry in entries]
        else:
            checks = [_replayed(entry, session, chosen) for entry in entries]
        printed, interpreter = worker.output, worker.interpreter_version or ""
    if not problem.problem:
        checks = _with_mistakes(of, checks, session.calls)
        checks = [with_line(check, problem, of) for check in checks]
    return Report(
        part=of.number,
        module=of.module,
        file=of.file_name,
        sha256=hashlib.sha256(content or b"").hexdigest(),
        seed=chosen[0],
        sandbox=Tier.LOCAL.value,
        interpreter=interpreter,
        checks=tuple(checks),
        printed=printed,
    )


def _problem(of: Part, content: bytes | None, own: Mapping[str, bytes | None]) -> tuple[Source, bool]:
    """The source, or why the part can't be checked; and whether a file is missing for it."""
    for name, source in {of.file_name: content, **own}.items():
        if source is None:
            return Source(f"There is no file {name}: put yours there."), True
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
    session.current = f"test_{entry['name']}"
    for seed in chosen:
        try:
            for step in entry["seeds"][str(seed)]:
                answer = session.call(step["probe"], tuple(step["arguments"]))
                for asserted in step["asserts"]:
                    _assert(answer, asserted)
        except CheckFailed as error:
            return _of_this_part(failed_check(facts, error, session.part), error, session.part)
        except Exception as error:  # as for a suite: whatever came back, it is no reason to stop
            return failed_check(facts, error, session.part)
    return Check(**facts, earned=entry["points"])


def _assert(answer: Answer, asserted: dict) -> None:
    if "condition" in asserted:
        condition = getattr(conditions, asserted["condition"])
        answer.must_meet(condition, asserted["likely"], **asserted["facts"])
    else:
        answer.must_be(asserted["expected"], asserted["likely"], asserted["tolerance"])


def _of_this_part(check: Check, error: CheckFailed, of: Part) -> Check:
    """The check; where a task of another part is still to do, it says so, and this task does not count as unwritten."""
    if check.status != "todo" or error.reply is None:
        return check
    task = error.reply.message.partition(" ")[0]
    if task in {each.id for each in of.tasks}:
        return check
    number = task.partition(".")[0]
    message = f"This needs {error.reply.message} of your own part {number}, which is not written yet.\n"
    return replace(check, status="error", message=f"{message}Write that first: {command('check', task)}\n")


def _facts(entry: dict) -> dict:
    return {**{name: entry[name] for name in ("name", "task", "title", "points")}, "hidden": False}


def _untried(entry: dict) -> str:
    return "error" if entry["seeds"] else "manual"


def _signature(of: Part, name: str) -> str | None:
    return recording(of)["signatures"].get(name)


def _with_mistakes(of: Part, checks: list[Check], calls: dict[str, list[Recorded]]) -> list[Check]:
    if not any(check.status in ("failed", "error", "timeout") for check in checks):
        return checks
    recorded = json.loads((of.suite / "mistakes.json").read_text(encoding="ascii"))
    agrees = _agreement(recorded["answers"])
    mistakes = [Mistake(**mistake) for mistake in recorded["mistakes"]]
    return name_mistakes(mistakes, checks, calls, lambda out_of_time=False: agrees)


def _agreement(answers: dict[str, dict]) -> Agrees:
    """A function that says whether a mistake's recorded answers equal the learner's, every one."""

    def agrees(mistake: Mistake, recorded: list[Recorded]) -> bool:
        for call in recorded:
            answer = answers[call_key(call.probe, list(call.arguments))]
            reply = Reply(**answer["replies"][answer["of"].get(mistake.id, 0)])
            if not same_reply(reply, call.reply):
                return False
        return True

    return agrees


def call_key(probe: str, arguments: list) -> str:
    """A call as a key of the table of answers."""
    return json.dumps([probe, arguments], separators=(",", ":"))
