"""Run the course's checks from a notebook, if they are installed, and show the results as lines of text."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LABELS = {"passed": "pass", "todo": "todo", "manual": "hand"}  # every other status is a failure


@dataclass(frozen=True)
class Checked:
    """The result of a check: lines to read, points."""

    lines: list[str]
    earned: float


def run(task: str, module: Path, others: Iterable[Path] = ()) -> Checked:
    """Check one task of a module. others: the learner's modules that it builds on, on which the students' version
    checks it. 0 points, with a sentence, where it can't be checked.
    """
    if not module.is_file():
        return Checked([f"{module.name} is missing: put it next to this notebook."], 0.0)
    grader = _grader(module)
    if grader is None:
        return Checked(["The checks are not installed here. Submit the part: your instructor's grader runs them."], 0.0)
    with tempfile.TemporaryDirectory() as folder:  # each may lie in the folder of its part
        for path in {*others, module}:
            shutil.copyfile(path, Path(folder, path.name))
        command = [sys.executable, *grader, "check", task, "--from", folder, "--sandbox", "local", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return Checked([done.stderr.strip() or "The checks ended without a result: run this cell again."], 0.0)
    own = [check for check in report["checks"] if check["task"] == task]  # others explain what went wrong
    earned = sum(check["earned"] for check in own)
    possible = sum(check["points"] for check in own if check["status"] != "manual")
    return Checked(_lines(report, module, f"{earned:g} of {possible:g} points."), earned)


def _grader(module: Path) -> list[str] | None:
    """How to call the grader: the one in the course's folder above the module, or else the installed one."""
    for above in module.parents:
        if (above / "autograder" / "__main__.py").is_file():
            return [str(above / "autograder" / "__main__.py")]
    return ["-m", "autograder"] if importlib.util.find_spec("autograder") else None


def _lines(report: dict, module: Path, points: str) -> list[str]:
    """One line per check, the first failing check in full, and the points."""
    if {check["status"] for check in report["checks"]} == {"todo"}:
        return [
            report["checks"][0]["message"].strip(),
            f"Write it in {module.name}, save the file, run this cell again.",
            points,
        ]
    lines = [_check_line(check) for check in report["checks"]]
    left = [check for check in report["checks"] if check["status"] not in ("passed", "manual")]
    wrong = [check for check in left if check["status"] != "todo"]
    done = _done(report.get("not_run", 0))
    if wrong:
        lines += ["", *_failure_lines(wrong[0], module)]
        done = " Fix it, save the file, run this cell again."
    elif left:  # the slopes of an operator wait for backward
        lines += ["", left[0]["message"].strip()]
        done = " Nothing is wrong so far: write that, or go on to it, and run this cell again then."
    return [*lines, "", points + done]


def _done(not_run: int) -> str:
    """That nothing is left to do here. not_run: hidden checks that are not here, in the students' zip."""
    if not not_run:
        return " All right."
    remain = "1 hidden check remains" if not_run == 1 else f"{not_run} hidden checks remain"
    return f" Every public check passes; {remain}, which your instructor's grader runs."


def _check_line(check: dict) -> str:
    label = LABELS.get(check["status"], "FAIL")
    kept = f" (points kept: follows from {check['follows']})" if check["follows"] else ""
    return f"{label} {check['earned']:g}/{check['points']:g}  {check['title']}{kept}"


def _failure_lines(check: dict, module: Path) -> list[str]:
    """One failing check in full. A recognised mistake is more reliable than the check's own guess."""
    place = f"{module.name}, line {check['line']}" if check["line"] else module.name
    lines = [f"First to fix: {check['title']}", f"  {place}"]
    for line in check["message"].rstrip("\n").split("\n"):
        if not (check["advice"] and line.startswith("Likely:")):
            lines.append(f"  {line}")
    if check["advice"]:
        lines.append(f"  Likely:     {check['advice']}")
    return lines
