"""A learner's report on one part, for feedback: report.json as the report schema has it, and report.html to read.

Both show what a class may see: of a hidden check that failed its sentence, its kind of failure and a known mistake.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path

from autograder.batch.ledger import Entry
from autograder.course import Part
from autograder.files import write_atomically
from autograder.grading.report import Report
from autograder.render.feedback_page import Feedback, feedback_page


def write_report(
    folder: Path,
    entry: Entry,
    part: Part,
    report: Report,
    remarks: tuple[str, ...],
    source: bytes | None,
    decisions: Mapping[str, str] | None = None,
) -> None:
    """Write folder/LEARNER/partNN.json and .html, unless they are there and equal. source: the part's module, of
    which the page shows lines; decisions: sentences about regrade requests, by check. Raises OSError.
    """
    place = folder / entry.learner / part.name
    _write(place.with_suffix(".json"), json.dumps(report.for_class().to_json(), indent=1).encode("ascii"))
    day = datetime.date.fromisoformat(entry.when[:10])
    repeat = f"{entry.learner}/{entry.part}"
    facts = Feedback(entry.learner, part, report, day, source, remarks, repeat=repeat, decisions=decisions or {})
    page = feedback_page(facts)
    _write(place.with_suffix(".html"), page.encode("utf-8", "replace"))


def _write(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content)
