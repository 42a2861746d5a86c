"""Started by run_autograder as root in Gradescope's container: grade /autograder/submission, write results.json.

The learner's code runs in a worker, as another user, in the best secure sandbox in this container: bubblewrap, else
Landlock. Both are attacked first. If neither is secure, nothing is run, and results.json says so. Only this process
writes results.json, after every worker has ended, and it treats everything from a worker as data. The format of
results.json: https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from autograder.course import LARGEST_FILE, Part, part
from autograder.files import write_atomically
from autograder.grading.grade import grade
from autograder.grading.report import Check, Report
from autograder.render.terminal import message_lines
from autograder.sandbox import SandboxUnavailable, strict_tier
from autograder.text import number, plural

MOST_FILES = 2000  # files to search for the module


def main(number: int, root: Path) -> dict:
    """Grade the submission in `root`, which is Gradescope's /autograder. Write the results there and return them."""
    began = time.monotonic()
    graded_part = part(number)
    path = find_module(root / "submission", graded_part.file_name)
    try:
        report = grade(_files(path, graded_part), graded_part, tier=strict_tier())
        content = results(report, time.monotonic() - began)
    except SandboxUnavailable as error:
        content = refusal(str(error))
    write_atomically(root / "results" / "results.json", (json.dumps(content, indent=1) + "\n").encode("ascii"))
    return content


def find_module(folder: Path, name: str) -> Path | None:
    """The file with this name nearest the top, since archives and repositories contain folders. Ignores links."""
    seen = 0
    level = [folder]
    while level and seen < MOST_FILES:
        below = []
        for directory in level:
            try:
                entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
            except OSError:
                continue
            seen += len(entries)
            for entry in entries:
                if entry.is_file(follow_symlinks=False) and entry.name == name:
                    return Path(entry.path)
                if entry.is_dir(follow_symlinks=False) and entry.name not in ("__MACOSX", ".git"):
                    below.append(Path(entry.path))
        level = below
    return None


def _files(path: Path | None, of: Part) -> dict[str, bytes]:
    if path is None:
        return {}
    with open(path, "rb") as file:
        return {of.file_name: file.read(LARGEST_FILE + 1)}


def results(report: Report, seconds: float) -> dict:
    """The results that Gradescope shows and records. For hidden checks, they contain only title, kind of failure and a
    recognised mistake, and nothing that the code printed.
    """
    report = report.for_class()
    tests = [_test(check) for check in report.checks if check.status != "manual"]
    return {
        "score": sum(test["score"] for test in tests),
        "execution_time": round(seconds),
        "output": _summary(report),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def refusal(sentence: str) -> dict:
    """The results if nothing could be graded: no points, and the reason, visible to everybody."""
    output = f"Nothing was graded, and this is not your code's fault. Tell your instructor: {sentence}"
    return {"score": 0, "output": output, "output_format": "text", "visibility": "visible", "tests": []}


def _test(check: Check) -> dict:
    return {
        "name": f"{check.title} (hidden)" if check.hidden else check.title,
        "number": check.task,
        "score": check.earned,
        "max_score": check.points,
        "status": "passed" if check.status == "passed" else "failed",
        "output": _message(check),
        "output_format": "text",
        "visibility": "visible",
    }


def _message(check: Check) -> str:
    return "\n".join([*([f"Line {check.line}"] if check.line else []), *message_lines(check)])


def _summary(report: Report) -> str:
    lines = [
        f"Part {report.part}, {part(report.part).title}: {number(report.earned)} of {number(report.possible)} points.",
        f"{report.file}, sha256 {report.sha256[:16]}..., seed {report.seed}, sandbox {report.sandbox}, "
        f"Python {report.interpreter}",
    ]
    if report.not_submitted:
        lines = [f"{report.file} was not submitted. {lines[0]}"]
    by_hand = [check for check in report.checks if check.status == "manual"]
    if by_hand:
        points = number(sum(check.points for check in by_hand))
        lines.append(f"{points} more points are graded manually ({plural(len(by_hand), 'written answer')}).")
    return "\n".join(lines)


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), Path(sys.argv[2]))["score"]))  # for the instructor's log
