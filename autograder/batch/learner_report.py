"""A learner's report on one part, for feedback: report.json as the report schema has it, and report.html to read.

Both show what a class may see: of a hidden check that failed its sentence, its kind of failure and a known mistake.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

import jinja2

from autograder.batch.ledger import Entry
from autograder.class_folder.verdict import summary_sentences
from autograder.course import Part
from autograder.files import write_atomically
from autograder.grading.report import Report
from autograder.render.templates import templates
from autograder.render.terminal import message_lines, number
from autograder.sandbox.text import clean_text

LABELS = {"passed": "passed", "todo": "not written yet", "manual": "graded by hand"}  # every other one failed


def write_report(folder: Path, entry: Entry, part: Part, report: Report, remarks: tuple[str, ...]) -> None:
    """Write folder/LEARNER/partNN.json and .html, unless they stand there as they are. Raises OSError."""
    for_class = report.for_class()
    place = folder / entry.learner / part.name
    _write(place.with_suffix(".json"), json.dumps(for_class.to_json(), indent=1).encode("ascii"))
    page = _template().render(
        learner=clean_text(entry.learner, 80),
        part=part,
        entry=entry,
        report=for_class,
        sentences=[*summary_sentences(for_class), *remarks],
        labels=LABELS,
    )
    _write(place.with_suffix(".html"), page.encode("utf-8", "replace"))


def _write(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content)


@functools.cache
def _template() -> jinja2.Template:
    environment = templates(Path(__file__).parent)
    environment.filters |= {"number": number, "message_lines": message_lines}
    return environment.get_template("learner_report.html")
