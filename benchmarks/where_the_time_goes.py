"""Where the processor time of a right submission in a class goes, with a sandbox per part and one per submission.

    python benchmarks/where_the_time_goes.py        the table, and the section of batch.md (one minute)

Linux's `perf` counts the processor time of every process, including those that nobody waits for. For each part, the
reference is graded several times with one seed, as in a batch, alternately with and without fork servers.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from batch import write_section

from autograder.course import ROOT, SOLUTIONS, part
from autograder.grading.grade import GradingContext, grade
from autograder.sandbox import Tier
from autograder.sandbox.fork_servers import ForkServers

PARTS = range(7)
FEW, MANY = 2, 12  # the difference leaves out what a process costs at its start
SAMPLES_PER_SECOND = 999
# By the program's name and whether the kernel ran; the grading process has the name that it started under.
ROWS = {
    "bwrap": "bubblewrap: building the sandbox",
    "worker kernel": "learner's process: start and end, memory, pipes (kernel)",
    "worker": "learner's process: Python's start, imports, compiling, the calls",
    "grader kernel": "grading process: files, pipes, starting processes (kernel)",
    "grader": "grading process: drawing inputs, comparing answers, pytest",
}


def grade_often(count: int, forked: bool) -> None:
    """Grade the reference of each part this often, each time as another file."""
    with contextlib.closing(ForkServers()) as servers:
        context = GradingContext(servers=servers if forked else None)
        for number in PARTS:
            of = part(number)
            right = (SOLUTIONS / of.file_name).read_bytes()
            for copy in range(count):
                files = {of.file_name: right + b"\n# %d\n" % copy}
                assert grade(files, of, seed=1, tier=Tier.STRICT, context=context).passed


def milliseconds(count: int, forked: bool, scratch: Path) -> Counter[str]:
    """The processor time of a process that grades each part `count` times, by the keys of ROWS."""
    data = scratch / "perf.data"
    words = [sys.executable, __file__, "--grade", str(count), *(["--forked"] if forked else [])]
    record = ["perf", "record", "-q", "-o", str(data), "-F", str(SAMPLES_PER_SECOND), "-e", "cpu-clock", "--", *words]
    subprocess.run(record, cwd=ROOT, check=True)
    report = ["perf", "report", "-i", str(data), "--stdio", "-F", "sample", "--sort", "comm,dso", "-t", ";"]
    text = subprocess.run(
        report, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    ).stdout
    ours, spent = Path(sys.executable).name[:15], Counter()
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            samples, program, place = (cell.strip() for cell in line.split(";"))
            name = "bwrap" if program == "bwrap" else "grader" if program == ours else "worker"
            kernel = " kernel" if "kernel" in place and name != "bwrap" else ""
            spent[name + kernel] += 1000 * int(samples) / SAMPLES_PER_SECOND
    return spent


def per_submission(forked: bool, scratch: Path) -> Counter[str]:
    """Milliseconds per submission."""
    few, many = (milliseconds(count, forked, scratch) for count in (FEW, MANY))
    return Counter({key: (many[key] - few[key]) / (MANY - FEW) / len(PARTS) for key in ROWS})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--grade", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--forked", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.grade:
        grade_often(options.grade, options.forked)
        return
    if shutil.which("perf") is None:
        raise SystemExit("This needs Linux's perf: install the package linux-perf or linux-tools.")
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        turns = [[per_submission(forked, Path(name)) for forked in (False, True)] for _ in range(options.turns)]
    lines = ["Milliseconds of processor time of one right submission, mean of parts 0 to 6.", ""]
    lines += ["| | a sandbox per submission | a sandbox per part |", "|---|---|---|"]
    medians = [
        {key: statistics.median(found[key] for found in column) for key in ROWS} for column in zip(*turns, strict=True)
    ]
    lines += [f"| {words} | {medians[0][key]:.1f} | {medians[1][key]:.1f} |" for key, words in ROWS.items()]
    totals = [sum(median.values()) for median in medians]
    ratio = statistics.median(forked.total() / alone.total() for alone, forked in turns)
    lines += [f"| together | {totals[0]:.1f} | {totals[1]:.1f} |", ""]
    lines.append(f"The ratio of the two, measured in turns: {ratio:.2f} (median of {options.turns}).")
    print("\n".join(lines))
    output = Path(__file__).with_name("batch.md")
    write_section(output, "Batches", "where the time goes", "python benchmarks/where_the_time_goes.py", lines, load)


if __name__ == "__main__":
    main()
