"""Measure the speed, size and robustness of batches. Each measurement is a command, and a section of batch.md.

    python benchmarks/batch.py rate --learners 300      submissions per second and memory, parts 0 to 6, and nbgrader's
    python benchmarks/batch.py growth 30 300 3000       time per submission and memory, by the number of submissions
    python benchmarks/batch.py workers --learners 60    two workers and one: on this machine, and with Dask
    python benchmarks/batch.py sleepers --workers 64    many Dask workers that only sleep: the limit of the scheduler
    python benchmarks/batch.py kills --rounds 20        kill -9 of a random process in a batch of 200, several times
    python benchmarks/batch.py hostile --learners 100   5% of the class attack

With --write, the section of batch.md is replaced. Other programs slow everything down, so the load is recorded.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil
from class_of_30 import PART, plain_class, run
from disturbances import kill_one_of
from synthetic_class import write_class

from autograder.batch.ledger import LedgerEntry, read_ledger
from autograder.course import ROOT, parts

OUTPUT = Path(__file__).with_suffix(".md")
SEVEN = parts()[:7]


class Watched:
    """`grade SUBMITTED`, with the largest memory that the trusted processes had together, in MB."""

    def __init__(self, submitted: Path, out: Path, *words: object) -> None:
        command = [sys.executable, "-m", "autograder", "grade", str(submitted), "--out", str(out), *map(str, words)]
        options = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        begin = time.perf_counter()
        self.process, self.megabytes, self.ledger, self.start = subprocess.Popen(command, **options), 0.0, out, None
        watcher = threading.Thread(target=self._watch, daemon=True)
        watcher.start()
        self.status = self.process.wait()
        self.seconds = time.perf_counter() - begin
        self.start = (self.start or time.perf_counter()) - begin  # the seconds until the first verdict
        if self.status not in (0, 1) or not (out / "ledger.jsonl").exists():
            raise SystemExit(f"It did not grade: {' '.join(command)}")

    def _watch(self) -> None:
        while self.process.poll() is None:
            with contextlib.suppress(psutil.Error):
                top = psutil.Process(self.process.pid)
                trusted = [top, *(child for child in top.children() if "grading_process" in " ".join(child.cmdline()))]
                self.megabytes = max(self.megabytes, sum(process.memory_info().rss for process in trusted) / 1e6)
            if self.start is None and (self.ledger / "ledger.jsonl").exists() and count_lines(self.ledger):
                self.start = time.perf_counter()
            time.sleep(0.1)


def count_lines(out: Path) -> int:
    return (out / "ledger.jsonl").read_bytes().count(b"\n")


def verdicts(out: Path) -> dict[tuple[str, str], LedgerEntry]:
    """The latest entries, without what differs from run to run."""
    from dataclasses import replace

    return {
        (entry.learner, entry.part): replace(entry, when="", seconds=0)
        for _, entry in read_ledger(out / "ledger.jsonl")
    }


def rate(scratch: Path, arguments: argparse.Namespace) -> Iterator[str]:
    """The class, and before and after it nbgrader on part 3 of its first 30, and ours on the same 30."""
    drawn = write_class(scratch / "submitted", arguments.learners, SEVEN)
    sample = sorted(scratch.glob(f"submitted/*/{PART.name}/{PART.file_name}"))[:30]
    for path in sample:
        place = scratch / "sample" / path.parent.parent.name / PART.name
        place.mkdir(parents=True)
        (place / PART.file_name).write_bytes(path.read_bytes())
    before = _nbgrader(scratch / "before", sample)
    same = Watched(scratch / "sample", scratch / "sampled").seconds
    first = Watched(scratch / "submitted", scratch / "out")
    again = Watched(scratch / "submitted", scratch / "out").seconds
    theirs = len(sample) / ((before + _nbgrader(scratch / "after", sample)) / 2)
    count = count_lines(scratch / "out")
    in_sample = _kinds(drawn[path.parent.parent.name, PART.name] for path in sample)
    yield f"The class: {_kinds(drawn.values())}. The sample: {in_sample}."
    yield ""
    yield "| | submissions | s | submissions/s | times as fast |"
    yield "|---|---|---|---|---|"
    yield _rate("nbgrader autograde, part 3, assert cells, unprotected", len(sample), len(sample) / theirs, theirs)
    yield _rate("`grade SUBMITTED`, the same, strict sandbox", len(sample), same, theirs)
    yield _rate(f"`grade SUBMITTED`, {arguments.learners} learners, parts 0 to 6", count, first.seconds, theirs)
    yield _rate("again, nothing changed", count, again, theirs)
    yield ""
    yield f"Memory of the trusted processes together, at most: {first.megabytes:.0f} MB."


def _kinds(drawn: Iterable[str]) -> str:
    counts = Counter(drawn)
    return ", ".join(f"{count} {kind}" for kind, count in counts.most_common())


def _rate(what: str, count: int, seconds: float, theirs: float) -> str:
    return f"| {what} | {count} | {seconds:.1f} | {count / seconds:.1f} | {count / seconds / theirs:.1f} |"


def _nbgrader(root: Path, sample: list[Path]) -> float:
    """The seconds that nbgrader's autograde takes for these modules of part 3."""
    root.mkdir()
    plain_class(root, [path.read_text(encoding="utf-8") for path in sample])
    return run([sys.executable, "-m", "nbgrader", "autograde", PART.name], root, may_fail=True)[0]


def growth(scratch: Path, arguments: argparse.Namespace) -> Iterator[str]:
    yield "| submissions | s until the first verdict | ms for each one after that | trusted memory, MB |"
    yield "|---|---|---|---|"
    few = parts()[:5]
    for size in arguments.sizes:
        folder = scratch / str(size)
        # Nobody loops: a few seconds of waiting at the end would hide what is measured.
        write_class(folder / "submitted", size // len(few), few, shares={"finished": 0.7, "half-way": 0.3})
        watched = Watched(folder / "submitted", folder / "out")
        count = count_lines(folder / "out")
        each = (watched.seconds - watched.start) / (count - 1)
        yield f"| {count} | {watched.start:.1f} | {1000 * each:.0f} | {watched.megabytes:.0f} |"


def workers(scratch: Path, arguments: argparse.Namespace) -> Iterator[str]:
    write_class(scratch / "submitted", arguments.learners, SEVEN, shares={"finished": 0.7, "half-way": 0.3})
    yield "| | one worker, s | two workers, s | times as fast |"
    yield "|---|---|---|---|"
    one, two = (Watched(scratch / "submitted", scratch / f"l{n}", "--workers", n).seconds for n in (1, 2))
    yield f"| this machine | {one:.1f} | {two:.1f} | {one / two:.2f} |"
    dask = []
    for count in (1, 2):
        with cluster(scratch / f"cluster{count}", count) as address:
            dask.append(Watched(scratch / "submitted", scratch / f"d{count}", "--scheduler", address).seconds)
    yield f"| Dask | {dask[0]:.1f} | {dask[1]:.1f} | {dask[0] / dask[1]:.2f} |"


def sleepers(scratch: Path, arguments: argparse.Namespace) -> Iterator[str]:
    """Real workers, one process each, that do nothing but wait as long as a grading takes."""
    from distributed import Client

    write_class(scratch / "submitted", 20, SEVEN)
    Watched(scratch / "submitted", scratch / "out")
    times = [entry.seconds for _, entry in read_ledger(scratch / "out" / "ledger.jsonl") if entry.seconds]
    middle = statistics.median(times)
    line = b"x" * 8000  # as long as a job
    yield f"Median of the measured gradings: {1000 * middle:.0f} ms, mean {1000 * statistics.mean(times):.0f} ms."
    yield ""
    yield "| workers | ms a task | tasks/s | share of what the workers could do |"
    yield "|---|---|---|---|"
    with cluster(scratch / "cluster", arguments.workers) as address, Client(address) as client:
        executor = client.get_executor(pure=False)
        for seconds in (middle, middle / 4, middle / 16):
            # For five seconds of the workers, but no more than the scheduler can do in half a minute.
            count = min(4000, max(256, int(arguments.workers / seconds * 5)))
            begin = time.perf_counter()
            for future in [executor.submit(_sleep, line, seconds) for _ in range(count)]:
                future.result()
            per_second = count / (time.perf_counter() - begin)
            share = per_second * seconds / arguments.workers
            yield f"| {arguments.workers} | {1000 * seconds:.0f} | {per_second:.0f} | {share:.0%} |"


def _sleep(line: bytes, seconds: float) -> bytes:
    import time

    time.sleep(seconds)
    return line


def kills(scratch: Path, arguments: argparse.Namespace) -> Iterator[str]:
    learners, draw = arguments.submissions // 4, random.Random(arguments.seed)
    shares = {"finished": 0.5, "half-way": 0.2, "wrong": 0.2, "not begun": 0.05, "crashing": 0.05}
    write_class(scratch / "submitted", learners, (*parts()[:4],), shares=shares)
    fixed = ("--seed", 1)
    Watched(scratch / "submitted", scratch / "undisturbed", *fixed)
    expected, killed, equal = verdicts(scratch / "undisturbed"), [], 0
    for round_number in range(arguments.rounds):
        out, scheduled = scratch / f"out{round_number}", round_number % 2 == 1
        with contextlib.ExitStack() as stack:
            words, targets = list(fixed), []
            if scheduled:
                words += ["--scheduler", stack.enter_context(cluster(scratch / f"cluster{round_number}", 2, targets))]
            command = [sys.executable, "-m", "autograder", "grade", str(scratch / "submitted"), "--out", str(out)]
            process = subprocess.Popen(
                [*command, *map(str, words)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            wait_for_lines(out, draw.randrange(1, arguments.submissions * 3 // 4), process)
            if targets and draw.random() < 0.7:
                what, victim = draw.choice(targets)
                victim.kill()
                killed.append(f"Dask {what}")
            else:
                killed.append(kill_one_of(process.pid, draw))
            process.wait()
        for _ in range(3):
            if Watched(scratch / "submitted", out, *fixed).status == 0:
                break
        equal += verdicts(out) == expected and count_lines(out) == len(expected)
        print(f"round {round_number}: killed {killed[-1]}, equal so far {equal}", file=sys.stderr, flush=True)
    what = ", ".join(f"{killed.count(name)} {name}" for name in sorted(set(killed)))
    yield f"{arguments.rounds} rounds with {len(expected)} submissions; killed: {what}."
    yield f"Ledgers equal to the undisturbed one, line for line: {equal} of {arguments.rounds}."


def wait_for_lines(out: Path, count: int, process: subprocess.Popen) -> None:
    while process.poll() is None and not ((out / "ledger.jsonl").exists() and count_lines(out) >= count):
        time.sleep(0.02)


def hostile(scratch: Path, arguments: argparse.Namespace) -> Iterator[str]:
    shares = {"finished": 0.55, "half-way": 0.2, "wrong": 0.2, "not begun": 0.05}
    drawn = write_class(scratch / "peace" / "submitted", arguments.learners, SEVEN, shares=shares)
    war = write_class(scratch / "war" / "submitted", arguments.learners, SEVEN, shares=shares, hostile=0.05)
    fixed = ("--seed", 1)
    without = Watched(scratch / "peace" / "submitted", scratch / "peace" / "out", *fixed)
    with_them = Watched(scratch / "war" / "submitted", scratch / "war" / "out", *fixed)
    before, after = verdicts(scratch / "peace" / "out"), verdicts(scratch / "war" / "out")
    others = [who for who in drawn if war[who] != "hostile"]
    changed = [who for who in others if before.get(who) != after.get(who)]
    attackers = [entry.seconds or 0 for who, entry in _timed(scratch / "war" / "out") if war[who] == "hostile"]
    yield "| submissions | hostile | s without | s with | ratio | verdicts of others that changed |"
    yield "|---|---|---|---|---|---|"
    yield (
        f"| {len(drawn)} | {len(attackers)} | {without.seconds:.1f} | {with_them.seconds:.1f} | "
        f"{with_them.seconds / without.seconds:.2f} | {len(changed)} of {len(others)} |"
    )


def _timed(out: Path) -> list[tuple[tuple[str, str], LedgerEntry]]:
    return [((entry.learner, entry.part), entry) for _, entry in read_ledger(out / "ledger.jsonl")]


@contextlib.contextmanager
def cluster(folder: Path, count: int, processes: list | None = None) -> Iterator[str]:
    """Start a scheduler and this number of worker processes on loopback; yield its address."""
    folder.mkdir()
    started = []

    def start(name: str, *words: str) -> Path:
        log = folder / f"{name}.log"
        with open(log, "wb") as file:
            command = [sys.executable, "-m", "dask", *words]
            process = subprocess.Popen(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT)
        started.append((words[0], process))
        return log

    try:
        file = folder / "scheduler.json"
        start(
            "scheduler",
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(file),
        )
        while not file.exists() or not file.read_text(encoding="utf-8").strip():
            time.sleep(0.1)
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--memory-limit", "0")
        logs = [start(f"worker{number}", "worker", address, *options) for number in range(count)]
        while not all("Registered to" in log.read_text(encoding="utf-8", errors="replace") for log in logs):
            time.sleep(0.2)
        if processes is not None:
            processes += started
        yield address
    finally:
        for _, process in started:
            process.kill()
            process.wait()


def write_section(output: Path, title: str, name: str, words: str, lines: list[str], load: float) -> None:
    """Replace a section of a page of measurements."""
    stamp = f"{datetime.date.today().isoformat()}, Python {sys.version.split()[0]}, {os.cpu_count()} processors"
    section = "\n".join([f"## {name}", "", f"`{words}`, {stamp}; the load was {load:.1f} before.", "", *lines, ""])
    text = output.read_text(encoding="utf-8") if output.exists() else f"# {title}\n"
    others = [other for other in re.split(r"\n(?=## )", text.rstrip("\n")) if not other.startswith(f"## {name}\n")]
    output.write_text("\n\n".join([*(other.rstrip("\n") for other in others), section]), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="replace the section of batch.md")
    commands = parser.add_subparsers(dest="name", required=True)
    commands.add_parser("rate").add_argument("--learners", type=int, default=300)
    found = commands.add_parser("growth")
    found.add_argument("sizes", type=int, nargs="+")
    commands.add_parser("workers").add_argument("--learners", type=int, default=60)
    commands.add_parser("sleepers").add_argument("--workers", type=int, default=64)
    found = commands.add_parser("kills")
    found.add_argument("--rounds", type=int, default=20)
    found.add_argument("--submissions", type=int, default=200)
    found.add_argument("--seed", type=int, default=1)
    commands.add_parser("hostile").add_argument("--learners", type=int, default=100)
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch:
        lines = list(globals()[arguments.name](Path(scratch), arguments))
    print("\n".join(lines), f"\n(the load was {load:.1f} before)")
    if arguments.write:
        words = " ".join(["python benchmarks/batch.py", *(word for word in sys.argv[1:] if word != "--write")])
        write_section(OUTPUT, "Batches", arguments.name, words, lines, load)


if __name__ == "__main__":
    main()
