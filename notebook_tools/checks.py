"""Run the course's checks from a notebook, where they are installed, and put what they found in lines."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Checked:
    """What a check found: lines to read, points."""

    lines: list[str]
    earned: float


def run(task: str, module: Path) -> Checked:
    """Check one task of a module. 0 points, with a sentence, where it can't be checked."""
    if not module.is_file():
        return Checked([f"There is no {module.name} to check: put it beside this notebook."], 0.0)
    grader = _grader(module)
    if grader is None:
        return Checked(
            ["The checks are not installed here. Hand the part in: your instructor's grader runs them."], 0.0
        )
    command = [sys.executable, *grader, "check", task, "--from", str(module.parent), "--sandbox", "local", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return Checked([done.stderr.strip() or "The checks ended without a word: run this cell again."], 0.0)
    return Checked(_lines(report), report["earned"])


def _grader(module: Path) -> list[str] | None:
    """How to call the grader: that of the course's folder above the module, else the one that is installed."""
    for above in module.parents:
        if (above / "autograder" / "__main__.py").is_file():
            return [str(above / "autograder" / "__main__.py")]
    return ["-m", "autograder"] if importlib.util.find_spec("autograder") else None


def _lines(report: dict) -> list[str]:
    """One line a check; of the first that failed, everything that is known."""
    lines, failed = [], None
    for found in report["checks"]:
        lines.append(f"  {found['status']:8}{found['earned']:g} of {found['points']:g}  {found['title']}")
        if found["status"] not in ("passed", "manual"):
            failed = failed or found
    if failed:
        lines += ["", f"{failed['title']}:", *failed["message"].splitlines()]
        if failed["advice"]:
            lines.append(f"Likely: {failed['advice']}")
    return [*lines, "", f"{report['earned']:g} of {report['possible']:g} points"]
