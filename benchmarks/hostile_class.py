"""Measure how much learners with the slowest possible code delay everybody else: 3 of 60 (5%), compared with none.

    python benchmarks/hostile_class.py kinds                 one submission of each kind of attack: points and time
    python benchmarks/hostile_class.py class --learners 60   a class with 5% of the slowest kind, and without
    python benchmarks/hostile_class.py own                   later parts with earlier ones that pass once and then wait

With --write, the section of hostile_class.md is replaced. Every kind repeats its work in each call of a check.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from batch import write_section
from synthetic_class import SHARES, name_of, write_class

from autograder.batch.find_tasks import find_tasks
from autograder.batch.grading_run import FIRST_SECONDS, BatchRun, GradedTask
from autograder.batch.pool import open_pool
from autograder.course import SOLUTIONS, Part, part, parts
from autograder.grading.grade import GradingContext, grade
from autograder.grading.request import Conditions
from autograder.grading.store import Store
from autograder.grading.submission import grade_parts
from autograder.sandbox import CHECK, strict_tier

OUTPUT = Path(__file__).with_suffix(".md")
SEVEN = parts()[:7]
SLOWEST = "answers at the last moment"

# Each is added to a finished module, and done before each of its functions.
KINDS = {
    "never ends, and ignores its timer": """
for _number in (signal.SIGPROF, signal.SIGXCPU):
    signal.signal(_number, signal.SIG_IGN)
def _attack():
    while True:
        pass
""",
    "sleeps for ever": "def _attack():\n    time.sleep(1e6)\n",
    "sleeps, and answers before it is ended": "def _attack():\n    time.sleep(3.8)\n",
    SLOWEST: """
def _attack():
    while signal.getitimer(signal.ITIMER_PROF)[0] > 0.05:
        pass
""",
    "fills its memory": "def _attack():\n    hoard = []\n    while True:\n        hoard.append(bytearray(1_000_000))\n",
    "forks": """
def _attack():
    while True:
        try:
            os.fork()
        except OSError:
            pass
""",
    "prints without end": "def _attack():\n    while True:\n        os.write(2, bytes(65536))\n",
    "ends its process": "def _attack():\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    "hashes in 14 threads": """
def _burn():
    while True:
        hashlib.pbkdf2_hmac("sha256", b"x", b"y", 2_000_000)
def _attack():
    signal.setitimer(signal.ITIMER_PROF, 0)
    for _ in range(13):
        threading.Thread(target=_burn, daemon=True).start()
    _burn()
""",
}
BEFORE_EACH_FUNCTION = """
import functools, hashlib, os, signal, sys, threading, time
{attack}
def _wrapped(function):
    @functools.wraps(function)
    def attacking(*arguments, **more):
        _attack()
        return function(*arguments, **more)
    return attacking
for _name, _value in list(globals().items()):
    if getattr(_value, "__module__", "") == __name__ and not _name.startswith("_"):
        if not isinstance(_value, type):
            globals()[_name] = _wrapped(_value)
        elif "__init__" in vars(_value):
            _value.__init__ = _wrapped(_value.__init__)
"""


def hostile_module(its_part: Part, kind: str) -> str:
    """The reference, with an attack before each of its functions."""
    text = (SOLUTIONS / its_part.file_name).read_text(encoding="utf-8")
    return text + BEFORE_EACH_FUNCTION.format(attack=KINDS[kind].strip("\n"))


def kinds(scratch: Path, arguments: argparse.Namespace) -> Iterator[str]:
    yield "| in every call of part 3 | points | checks not run | charged, of the budget | s of the clock |"
    yield "|---|---|---|---|---|"
    three = part(3)
    context = GradingContext()
    for kind in ("(the reference)", *KINDS):
        source = hostile_module(three, kind) if kind in KINDS else (SOLUTIONS / three.file_name).read_text()
        began = time.perf_counter()
        report = grade({three.file_name: source.encode()}, three, seed=1, tier=strict_tier(), context=context)
        seconds = time.perf_counter() - began
        not_run = sum(check.message.startswith("Not run:") for check in report.checks)
        yield f"| {kind} | {report.earned:g} | {not_run} | {report.used:.2f} | {seconds:.1f} |"


class Timed:
    """One grading of a class: when the last verdict of everybody else and of all came."""

    def __init__(self, folder: Path, hostile: set[str]) -> None:
        self.points: dict[tuple[str, str], float] = {}
        self.not_run: list[tuple[str, str]] = []
        self.honest = self.all = 0.0
        self.charged = {True: 0.0, False: 0.0}  # seconds, by whether the learner is hostile
        began = time.perf_counter()

        def done(graded: GradedTask) -> None:
            self.all = time.perf_counter() - began
            if graded.task.learner not in hostile:
                self.honest = self.all
            who = graded.task.learner, graded.task.part.name
            if graded.report is None:
                self.not_run.append(who)
            else:
                self.points[who] = graded.report.earned
                self.charged[who[0] in hostile] += graded.report.used * CHECK.total_seconds

        tasks = find_tasks(folder / "submitted", SEVEN).tasks
        with open_pool(2) as pool:
            run = BatchRun(Store(folder / "store"), pool, Conditions(strict_tier(), 1), done)
            run.grade(tasks)
        self.charged[True] += run.put_off * FIRST_SECONDS


def class_(scratch: Path, arguments: argparse.Namespace) -> Iterator[str]:
    """The same learners twice; in the second class the first, the middle and the last one are hostile."""
    count = arguments.learners
    hostile = {name_of(number) for number in (0, count // 2, count - 1)[: round(count / 20)]}
    shares = {kind: share for kind, share in SHARES.items() if kind != "looping"}
    runs = {}
    for name, attackers in (("without", set()), ("with", hostile)):
        folder = scratch / name
        write_class(folder / "submitted", count, SEVEN, shares=shares)
        for learner in attackers:
            for each in SEVEN:
                path = folder / "submitted" / learner / each.name / each.file_name
                path.write_text(hostile_module(each, arguments.kind), encoding="utf-8")
        runs[name] = Timed(folder, hostile)
    without, with_them = runs["without"], runs["with"]
    others = [who for who in without.points if who[0] not in hostile]
    changed = [who for who in others if with_them.points.get(who) != without.points[who]]
    yield f"{count} learners, parts 0 to 6, two workers. {len(hostile)} are hostile, in every part: {arguments.kind}."
    yield ""
    yield "| seconds until | without | with | ratio |"
    yield "|---|---|---|---|"
    yield _times("the last verdict of everybody else", without.honest, with_them.honest)
    yield _times("the last verdict of all", without.all, with_them.all)
    yield ""
    yield (
        f"Charged to the code of everybody else: {with_them.charged[False]:.1f} s, to that of the hostile learners "
        f"{with_them.charged[True]:.1f} s."
    )
    given = sum(who[0] in hostile for who in with_them.points)
    yield (
        f"Verdicts of others that changed: {len(changed)} of {len(others)}. Of the {7 * len(hostile)} "
        f"hostile submissions {given} have a verdict, {len(with_them.not_run)} were put off to the next run."
    )


def _times(what: str, without: float, with_them: float) -> str:
    return f"| {what} | {without:.1f} | {with_them:.1f} | {with_them / without:.2f} |"


def own(scratch: Path, arguments: argparse.Namespace) -> Iterator[str]:
    """Parts 1, 3 and 4 wait wherever a later part uses them, and 3 and 4 lose points; part 5 is right."""
    waits = "def _attack():\n    if '/common/' in __file__:\n        time.sleep(1e6)"
    files = {}
    for number in (1, 3, 4, 5):
        its_part = part(number)
        text = (SOLUTIONS / its_part.file_name).read_text(encoding="utf-8")
        if number != 5:
            text += BEFORE_EACH_FUNCTION.format(attack=waits)
            first = its_part.tasks[-1].defines[0].rpartition(".")[2]
            text += f"\n{first} = None\n"
        files[its_part.file_name] = text.encode()
    runs = []

    def graded(modules, its_part, **how):
        began = time.perf_counter()
        report = grade(modules, its_part, **how)
        runs.append((its_part.number, how.get("own_parts", False), time.perf_counter() - began))
        return report

    reports = grade_parts(files, [part(n) for n in (1, 3, 4, 5)], seed=1, tier=strict_tier(), grade_one=graded)
    yield "| run | s of the clock |"
    yield "|---|---|"
    for number, on_own, seconds in runs:
        yield f"| part {number}{' on the own earlier parts' if on_own else ''} | {seconds:.1f} |"
    yield ""
    yield f"Part 5 has {reports[-1].earned:g} of {reports[-1].possible:g} points. It is told: {reports[-1].breaks}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="replace the section of hostile_class.md")
    commands = parser.add_subparsers(dest="name", required=True)
    commands.add_parser("kinds")
    of_class = commands.add_parser("class")
    of_class.add_argument("--learners", type=int, default=60)
    of_class.add_argument("--kind", choices=KINDS, default=SLOWEST)
    commands.add_parser("own")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch:
        measure = {"kinds": kinds, "class": class_, "own": own}[arguments.name]
        lines = list(measure(Path(scratch), arguments))
    print("\n".join(lines), f"\n(the load was {load:.1f} before)")
    if arguments.write:
        words = shlex.join(["python", "benchmarks/hostile_class.py", *(w for w in sys.argv[1:] if w != "--write")])
        write_section(OUTPUT, "Hostile learners", arguments.name, words, lines, load)


if __name__ == "__main__":
    main()
