"""Test that a file gets the same points on an idle and on a busy machine, and with every Python version.

    python benchmarks/steady_points.py --kept runs/steady --python python3.10 --python python3.13

Grades the reference, every other correct implementation and every known mistake with three seeds: alone, with four
busy processes running, and with each of the other interpreters. Points and the states of all checks must be equal. The
capstone of the reference is graded alone and with the busy processes. Writes benchmarks/steady_points.md. Takes about
an hour on two cores. With `--kept FOLDER`, finished runs are kept there, and an interrupted comparison continues at the
same commit. `--part 3` compares one part, without the capstone, and writes nothing.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import datetime
import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.course import ROOT, SOLUTIONS, Part, part, parts
from autograder.grading.grade import grade
from autograder.grading.misconceptions import variants
from autograder.sandbox import Tier

RIGHT = ROOT / "tests" / "right_but_different"
SEEDS = (1, 2, 3)
BUSY_PROCESSES = 4

Points = dict[str, list]  # by file and seed: the points earned, and the state of each check


def files_of(its_part: Part) -> dict[str, bytes]:
    """The files to grade for a part, by a unique name."""
    right = sorted((RIGHT / f"part{its_part.number:02d}").glob("*.py"))
    files = {"reference": (SOLUTIONS / its_part.file_name).read_bytes()}
    files.update((f"right: {path.stem}", path.read_bytes()) for path in right)
    return files | {f"mistake: {name}": source for name, source in variants(its_part).items()}


def points_of(trial: tuple[int, str, bytes, int]) -> tuple[str, list]:
    """The points of one file with one seed. Messages are left out: they may say how long something took."""
    number, name, source, seed = trial
    report = grade({part(number).file_name: source}, part(number), seed=seed, tier=Tier.LOCAL)
    states = [[check.name, check.status, check.earned] for check in report.checks]
    return f"part {number}, {name}, seed {seed}", [report.earned, states]


def all_points(wanted: list[Part], seed: int) -> Points:
    """The points of everything that is graded with a seed, in two processes."""
    trials = [
        (its_part.number, name, source, seed) for its_part in wanted for name, source in files_of(its_part).items()
    ]
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        return dict(pool.map(points_of, trials, chunksize=4))


def capstone_points() -> list:
    """What the reference earns in the capstone, check by check."""
    command = [sys.executable, "-m", "autograder", "capstone", "--from", str(SOLUTIONS), "--json"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8").stdout
    report = json.loads(said)
    return [report["earned"], [[check["name"], check["status"], check["earned"]] for check in report["checks"]]]


def _spin() -> None:
    while True:
        pass


@contextlib.contextmanager
def busy_machine() -> Iterator[None]:
    """Processes that use all the processor time they can get."""
    spinning = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(BUSY_PROCESSES)]
    for process in spinning:
        process.start()
    try:
        yield
    finally:
        for process in spinning:
            process.terminate()


def commit() -> str:
    """The commit of this checkout, with "-dirty" if a file of it has changed since."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=8", "--exclude=*"]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout.strip()


def points_of_seeds(kept: Path, name: str, interpreter: str, numbers: list[int]) -> tuple[str, Points]:
    """The version of an interpreter and the points with it, seed by seed. What is kept already is not graded again."""
    found: Points = {}
    version = ""
    chosen = [word for number in numbers for word in ("--part", str(number))]
    for seed in SEEDS:
        out = kept / f"{name}-{seed}.json"
        if not out.exists():
            command = [interpreter, __file__, "--seed", str(seed), "--points-to", str(out), *chosen]
            subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
        version, points = json.loads(out.read_text(encoding="utf-8"))
        found.update(points)
    return version, found


def differences(expected: Points, points: Points) -> list[str]:
    """Files whose points or states differ, in words."""
    assert list(expected) == list(points), "Not the same files were graded."
    return [
        f"{name}: {points[name][0]:g} for {expected[name][0]:g} points, "
        + ", ".join(f"{a[0]} {b[1]} for {a[1]}" for a, b in zip(expected[name][1], points[name][1]) if a != b)
        for name in expected
        if points[name] != expected[name]
    ]


def main() -> None:
    """Measure, print and write the table; exit status 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", type=int, action="append", help="only this part; writes nothing")
    parser.add_argument("--python", action="append", default=[], help="another interpreter that has the packages")
    parser.add_argument("--kept", type=Path, help="a folder for finished runs, to continue from after an interruption")
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--points-to", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    here = sys.version.split()[0]
    if options.points_to:
        wanted = [part(number) for number in options.part] if options.part else list(parts())
        found = all_points(wanted, options.seed)
        options.points_to.write_text(json.dumps([here, found]), encoding="utf-8")
        return
    if not options.kept:
        with tempfile.TemporaryDirectory() as folder:
            sys.exit(compare_all(options, Path(folder).resolve()))
    options.kept.mkdir(parents=True, exist_ok=True)
    sys.exit(compare_all(options, options.kept.resolve()))


def compare_all(options: argparse.Namespace, kept: Path) -> int:
    """Measure, print and write the table; 1 when anything differs."""
    measured = commit()
    kept = kept / measured
    kept.mkdir(exist_ok=True)
    here, expected = points_of_seeds(kept, "alone", sys.executable, options.part or [])
    rows = []

    def compare(label: str, count: int, found: list[str]) -> None:
        rows.append((label, count, found))
        print(f"{label}: {count} graded, {len(found)} differences", *found, sep="\n    ", flush=True)

    with busy_machine():
        _, points = points_of_seeds(kept, "busy", sys.executable, options.part or [])
    label = f"Python {here} with {BUSY_PROCESSES} busy processes"
    compare(label, len(points), differences(expected, points))
    for number, interpreter in enumerate(options.python):
        version, points = points_of_seeds(kept, f"other{number}", interpreter, options.part or [])
        compare(f"Python {version}", len(points), differences(expected, points))
    if not options.part:
        alone = capstone_points()
        with busy_machine():
            busy = capstone_points()
        label = f"the capstone of the reference, {alone[0]:g} points, with {BUSY_PROCESSES} busy processes"
        compare(label, 1, [] if alone == busy else [f"{busy[0]:g} for {alone[0]:g} points"])
        digest = hashlib.sha256(json.dumps(expected, sort_keys=True).encode()).hexdigest()
        stamp = f"{datetime.date.today().isoformat()}, commit {measured}, seeds {', '.join(map(str, SEEDS))}"
        lines = ["# The same file, the same points", ""]
        lines += [f"`python benchmarks/steady_points.py`, {stamp}. Each row is compared"]
        lines += [f"with Python {here} without the busy processes (sha256 of all points `{digest[:12]}`).", ""]
        lines += ["| graded with | files and seeds | differences |", "|---|---|---|"]
        lines += [f"| {label} | {count} | {len(found)} |" for label, count, found in rows]
        lines += ["", *(f"- {label}: {words}" for label, _, found in rows for words in found)]
        (Path(__file__).parent / "steady_points.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return 1 if any(found for _, _, found in rows) else 0


if __name__ == "__main__":
    main()
