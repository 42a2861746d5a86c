"""Reports as JSON on standard output, and nothing else there."""

from __future__ import annotations

import json

from autograder.grading.report import Report


def print_json(reports: list[Report], several: bool) -> None:
    """One report, or several under `parts`; ASCII, so that any console can show it."""
    data = {"parts": [report.to_json() for report in reports]} if several else reports[0].to_json()
    print(json.dumps(data, indent=2))
