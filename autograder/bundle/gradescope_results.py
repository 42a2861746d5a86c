"""A report as Gradescope's results.json: https://gradescope-autograders.readthedocs.io/en/latest/specs/"""

from __future__ import annotations

from autograder.course import part
from autograder.grading.report import Check, Report
from autograder.render.terminal import number, plural


def results(report: Report, seconds: float) -> dict:
    """What Gradescope shows and records. Of hidden checks only their sentence, their kind of failure and a recognised
    mistake is in it, and nothing that the code printed.
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
    """When nothing could be graded: no points, and why, for everybody to read."""
    output = f"Nothing was graded, and this is not your code's fault. Tell your instructor: {sentence}"
    return {"score": 0, "output": output, "output_format": "text", "visibility": "visible", "tests": []}


def _test(check: Check) -> dict:
    return {
        "name": f"{check.title} (hidden)" if check.hidden else check.title,
        "number": check.task,
        "score": check.earned,
        "max_score": check.points,
        "status": "passed" if check.status == "passed" else "failed",
        "output": _words(check),
        "output_format": "text",
        "visibility": "visible",
    }


def _words(check: Check) -> str:
    lines = check.message.rstrip("\n").split("\n")
    if check.advice:  # the recognised mistake is surer than the check's own guess
        lines = [line for line in lines if not line.startswith("Likely:")]
        lines.append(f"Likely:     {check.advice}")
    return "\n".join([f"Line {check.line}", *lines] if check.line else lines)


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
        lines.append(f"{points} more points are given by hand, for {plural(len(by_hand), 'written answer')}.")
    return "\n".join(lines)
