"""Small classes for the tests of batches, on parts that are quick to grade, and what became of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from typer.testing import CliRunner

from autograder.batch.ledger import LEDGER_FILE, read_ledger
from autograder.cli import app
from autograder.course import ROOT, SOLUTIONS, Part, part
from autograder.stubs import make_stub

PART = part(0)
SOLUTION = (SOLUTIONS / PART.file_name).read_text(encoding="utf-8")
STUB = make_stub(SOLUTION, PART.file_name)
WRONG = SOLUTION.replace("return x * x", "return x + x")
LEARNERS = 10
ENDLESS = SOLUTION.replace("return x * x", "while True:\n        pass")


def solution(its_part: Part) -> str:
    return (SOLUTIONS / its_part.file_name).read_text(encoding="utf-8")


def hand_in(submitted: Path, learner: str, source: str | bytes = SOLUTION, its_part: Part = PART) -> Path:
    """Write submitted/LEARNER/partNN/MODULE."""
    place = submitted / learner / its_part.name
    place.mkdir(parents=True, exist_ok=True)
    (place / its_part.file_name).write_bytes(source if isinstance(source, bytes) else source.encode("utf-8"))
    return place


def hand_in_class(submitted: Path) -> Path:
    """Write a file for each of LEARNERS learners, each file with other bytes, and return the folder."""
    for number in range(LEARNERS):
        hand_in(submitted, f"learner{number:02}", f"# {number}\n{WRONG if number % 4 == 0 else SOLUTION}")
    return submitted


def ledger(out: Path) -> list[dict]:
    """The ledger's lines without what differs from run to run, by learner and part."""
    found = [asdict(entry) | {"when": "", "seconds": 0} for _, entry in read_ledger(out / LEDGER_FILE)]
    return sorted(found, key=lambda line: (line["learner"], line["part"]))


def points(out: Path) -> dict[str, float]:
    """learner/part -> points."""
    return {f"{line['learner']}/{line['part']}": line["earned"] for line in ledger(out)}


def start_cli(*words: object, **options: object) -> subprocess.Popen:
    """`python -m autograder WORDS`, begun."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "autograder", *map(str, words)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **options,
    )


def run_cli(*words: object, seconds: float = 120) -> tuple[int, str, str]:
    """Its exit status, and what it said on both streams."""
    process = start_cli(*words)
    said, complained = process.communicate(timeout=seconds)
    return process.returncode, said, complained


def call_cli(*words: object, environment: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Like run_cli, but in this process, which is faster. Raises an exception that a user would see as a traceback.
    environment: variables to set.
    """
    done = CliRunner().invoke(app, [str(word) for word in words], env=environment)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def wait_for_lines(out: Path, count: int, process: subprocess.Popen) -> None:
    """Wait until the ledger has this number of lines, or the process has ended."""
    path, end = out / LEDGER_FILE, time.monotonic() + 300
    while process.poll() is None and time.monotonic() < end:
        if path.exists() and path.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.01)


def report_of(out: Path, learner: str, its_part: Part = PART) -> dict:
    path = out / "reports" / learner / f"{its_part.name}.json"
    return json.loads(path.read_text(encoding="ascii"))
