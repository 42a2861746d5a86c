"""Measure the cost of the capstone: the sandbox compared with a plain run of the same code; the full run with CPython
and PyPy; and two common ways to write part 1 compared with the reference: a backward with a recursive inner function,
and values that each keep a closure. Both create reference cycles.

    python benchmarks/capstone.py            all of it, ten minutes, and benchmarks/capstone.md

Ratios are of processor seconds (user and system, from the start of the interpreter), which other programs disturb
least. The compared runs take turns. The grader's own seconds are added to the sandbox's, since it reads the progress
notes.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.capstone.capstone_run import PROBES, CapstoneTask, draw_task, own_files
from autograder.capstone.run_result import COUNTS
from autograder.course import ROOT, SOLUTIONS
from autograder.grading.submission import read_submission
from autograder.sandbox import CAPSTONE, Worker, strict_tier
from autograder.sandbox.bubblewrap import spare_user
from autograder.sandbox.interpreter import choose_interpreter

# What a run says of itself in the end: its processor seconds and its largest memory in MB.
COST = """
def cost():
    import resource, time
    return [time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]
"""
BARE = """
import json, sys
sys.path.insert(0, sys.argv[1])
progress = lambda note: None
exec(open(sys.argv[2], encoding="utf-8").read())
print(json.dumps([train_and_sample(*json.load(sys.stdin)), cost()]))
"""
# The way that most write-ups have it: each call makes a function that refers to itself, a cycle that holds the graph.
RECURSIVE = b'''

def backward(self):
    """The derivative of this value with respect to each that it was computed from, added to its grad."""
    order, visited = [], set()

    def visit(value):
        if value not in visited:
            visited.add(value)
            for child in value._children:
                visit(child)
            order.append(value)

    visit(self)
    self.grad = 1.0
    for value in reversed(order):
        for child, local_grad in zip(value._children, value._local_grads):
            child.grad += local_grad * value.grad


Value.backward = backward
'''
CLOSURES = ROOT / "tests" / "right_but_different" / "part01" / "closures_and_counted_uses.py"


@dataclass(frozen=True)
class Run:
    """processor, grader, wall: seconds. memory: MB."""

    processor: float
    grader: float
    wall: float
    memory: float
    losses: list[float]


def shut_in(files: dict[str, bytes], task: CapstoneTask, steps: int) -> Run:
    """The capstone's own probe in the strict sandbox, with its limits."""
    shipped = {"probes.py": PROBES.read_bytes() + COST.encode("ascii")}
    shipped.update({f"submission/{name}": content for name, content in files.items()})
    begin, used = time.perf_counter(), time.process_time()
    with Worker(shipped, strict_tier(), CAPSTONE) as worker:
        reply = worker.call("train_and_sample", [task.docs, steps, task.seed, COUNTS], on_progress=lambda note: None)
        if reply.failure is not None:
            raise SystemExit(f"The run failed: {reply.failure}, {reply.message}")
        wall, grader = time.perf_counter() - begin, time.process_time() - used
        processor, memory = worker.call("cost", []).value
    return Run(processor, grader, wall, memory, reply.value["losses"])


def bare(files: dict[str, bytes], task: CapstoneTask, steps: int) -> Run:
    """The same probe and interpreter in a plain process: no sandbox, no limits, no progress, no answer that is read."""
    program = choose_interpreter(None, everybody=spare_user() is not None).program  # the sandbox's own
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        command = [program, "-I", "-S", "-B", "-c", COST + BARE, folder, str(PROBES)]
        given = json.dumps([task.docs, steps, task.seed, COUNTS])
        begin = time.perf_counter()
        done = subprocess.run(command, input=given, capture_output=True, encoding="utf-8", check=True)
        wall = time.perf_counter() - begin
    answer, (processor, memory) = json.loads(done.stdout)
    return Run(processor, 0.0, wall, memory, answer["losses"])


def with_part_1(files: dict[str, bytes], content: bytes) -> dict[str, bytes]:
    """The reference with a learner's part 1."""
    return {**files, "part01_autograd.py": content}


def take_turns(runs: dict[str, Callable[[], Run]], rounds: int) -> dict[str, list[Run]]:
    """Each of the runs once a round; the order turns, so that none is always first."""
    runs_by_kind: dict[str, list[Run]] = {name: [] for name in runs}
    for number in range(rounds):
        names = list(runs)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            runs_by_kind[name].append(runs[name]())
            one = runs_by_kind[name][-1]
            print(f"  {name}: {one.processor:.2f} + {one.grader:.2f} s, wall {one.wall:.2f} s", flush=True)
    return runs_by_kind


def median(runs: list[Run], name: str) -> float:
    """The median of one of the figures."""
    return statistics.median(getattr(run, name) for run in runs)


def full_report(python: str | None) -> tuple[float, dict]:
    """`capstone` as a learner calls it: wall seconds and the report."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in own_files(read_submission(SOLUTIONS)).items():
            Path(folder, name).write_bytes(content)
        words = ["-m", "autograder", "capstone", "--json", "--from", folder, *(["--python", python] if python else [])]
        begin = time.perf_counter()
        done = subprocess.run([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8")
        return time.perf_counter() - begin, json.loads(done.stdout)


def message(report: dict, name: str) -> str:
    """The first line of what a check measured."""
    return next(check["message"] for check in report["checks"] if check["name"] == name).splitlines()[0]


def overhead_lines(files: dict[str, bytes], task: CapstoneTask, steps: int, rounds: int) -> list[str]:
    """The table of runs that take turns."""
    recursive = with_part_1(files, files["part01_autograd.py"] + RECURSIVE)
    closures = with_part_1(files, CLOSURES.read_bytes())
    kinds = {
        "bare": lambda: bare(files, task, steps),
        "in the sandbox": lambda: shut_in(files, task, steps),
        "in the sandbox, recursive backward": lambda: shut_in(recursive, task, steps),
        "in the sandbox, closure per operation": lambda: shut_in(closures, task, steps),
    }
    runs_by_kind = take_turns(kinds, rounds)
    losses = [run.losses for runs in runs_by_kind.values() for run in runs]
    assert all(abs(a - b) < 1e-9 for other in losses for a, b in zip(losses[0], other)), "they differ"
    base = median(runs_by_kind["bare"], "processor")
    reference = median(runs_by_kind["in the sandbox"], "processor")
    lines = ["| run | CPU s | of it the grader's | of bare | of the reference in the sandbox | wall s | MB |"]
    lines.append("|---|---|---|---|---|---|---|")
    for name, runs in runs_by_kind.items():
        processor, grader = median(runs, "processor"), median(runs, "grader")
        own = "" if name == "bare" else f"{processor / reference:.3f}"
        lines.append(
            f"| {name} | {processor + grader:.2f} | {grader:.2f} | {(processor + grader) / base:.3f} | {own} "
            f"| {median(runs, 'wall'):.2f} | {median(runs, 'memory'):.0f} |"
        )
    return lines


def full_lines(pythons: dict[str, str | None]) -> list[str]:
    """The table of whole capstones, one after the other."""
    lines = ["| interpreter | wall s, whole command | points | held-out loss | equality |", "|---|---|---|---|---|"]
    for name, python in pythons.items():
        seconds, report = full_report(python)
        loss = message(report, "reaches_the_band").split(" nats")[0].removeprefix("Held-out loss ")
        points = f"{report['earned']:g} of {report['possible']:g}"
        equal = f"{message(report, 'every_loss_equals')} {message(report, 'names_equal')}"
        lines.append(f"| {name} ({report['interpreter']}) | {seconds:.0f} | {points} | {loss} | {equal} |")
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    """Measure, print and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=200, help="of the runs that take turns")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    files, task = own_files(read_submission(SOLUTIONS)), draw_task(42, relabelled=False)
    load = os.getloadavg()[0]
    overhead = overhead_lines(files, task, given.steps, given.rounds)
    print("\n".join(overhead), flush=True)
    pythons = {"CPython": None, **({"PyPy": "pypy3"} if shutil.which("pypy3") else {})}
    full = full_lines(pythons)
    version = choose_interpreter(None, everybody=spare_user() is not None).version
    stamp = f"{datetime.date.today().isoformat()}, Python {version}, {os.cpu_count()} processors"
    lines = [
        "# Cost of the capstone",
        "",
        f"`{' '.join(['python', 'benchmarks/capstone.py', *sys.argv[1:]])}`, {stamp}; the machine's load was "
        f"{load:.1f} before.",
        "",
        f"The reference's parts 1 to 8, {given.steps} steps and the sampling, medians of {given.rounds} runs that took "
        f"turns; every loss of all runs agrees to 1e-9. The memory limit is {CAPSTONE.memory_bytes // 2**20:,} MB.",
        "",
        *overhead,
        "",
        "The whole command, 1,000 steps, measuring included, on a folder from elsewhere:",
        "",
        *full,
    ]
    Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
