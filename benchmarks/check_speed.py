"""Measure how long `check` takes (entire command, warm), compared with plain pytest on the same checks in one process.

    python benchmarks/check_speed.py            the table, and benchmarks/check_speed.md

Both run the reference and take turns; the medians are of wall time in seconds.
"""

from __future__ import annotations

import argparse
import datetime
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from autograder.course import ROOT, parts

ENVIRONMENT = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}


def seconds(command: list[str]) -> float:
    """Wall seconds of a command that must succeed."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    stamp = f"{datetime.date.today().isoformat()}, median of {runs} runs, Python {sys.version.split()[0]}"
    lines = ["# Speed of a check", "", f"`python benchmarks/check_speed.py`, {stamp}."]
    lines += ["", "| part | check (s) | pytest, same checks in one process (s) | ratio |", "|---|---|---|---|"]
    for part in parts():
        check = [
            sys.executable,
            "-m",
            "autograder",
            "check",
            str(part.number),
            "--from",
            "solutions",
            "--sandbox",
            "local",
        ]
        files = [str(path) for path in sorted(part.suite.glob("test_*.py"), reverse=True)]
        plain = [sys.executable, "-m", "pytest", "-q", "-p", "benchmarks.same_process", "-p", "no:cacheprovider"]
        plain += [
            "--import-mode=importlib",
            "-c",
            str(part.suite.parent / "pytest.ini"),
            "-p",
            "pytest_timeout",
            *files,
        ]
        pairs = [(seconds(check), seconds(plain)) for _ in range(runs + 1)][1:]  # the first warms the caches
        ours, theirs = (statistics.median(column) for column in zip(*pairs))
        lines.append(f"| {part.number} | {ours:.2f} | {theirs:.2f} | {ours / theirs:.2f} |")
        print(lines[-1], flush=True)
    Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
