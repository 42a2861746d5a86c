"""The result store: a verdict's key is made from all that it depends on, so unchanged work is never graded twice.

One JSON file per verdict, written under a temporary name and then renamed, so that it is complete or does not exist.
"""

from __future__ import annotations

import functools
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import autograder
from autograder.course import HERE, LARGEST_FILE, ROOT, SOLUTIONS, Part, parts
from autograder.files import write_atomically
from autograder.grading.grade import grade
from autograder.grading.report import Check, Report
from autograder.grading.request import Conditions


class Stored(NamedTuple):
    """A verdict and how long the grading took, None where that was not noted."""

    report: Report
    seconds: float | None


class Store:
    """Verdicts in a folder. `grade` has the signature of `grading.grade`, and looks here first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def grade(self, files: Mapping[str, bytes], part: Part, **arguments: object) -> Report:
        """Return the stored verdict, or grade and store a new one. arguments: the fields of `Conditions`. The seed is
        drawn once per key and kept in the result; each given seed has a separate verdict.
        """
        conditions = Conditions(**arguments)
        name = key(files, part, conditions)
        stored = self.find(name)
        if stored is not None:
            return stored.report
        began = time.monotonic()
        report = grade(files, part, **vars(conditions))
        self.keep(name, report, time.monotonic() - began)
        return report

    def find(self, name: str) -> Stored | None:
        """The verdict that is stored under this key; None when there is none or it is incomplete."""
        try:
            return stored_verdict(self._path(name).read_bytes())
        except FileNotFoundError:
            return None

    def keep(self, name: str, report: Report, seconds: float) -> None:
        """Keep a verdict under its key. Raises OSError; then there is none, or the one from before."""
        write_atomically(self._path(name), verdict_text(report, seconds).encode("ascii"))

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / f"{name}.json"


def verdict_text(report: Report, seconds: float) -> str:
    """A verdict as a store keeps it: JSON in ASCII."""
    return json.dumps(report_to_json(report) | {"seconds": round(seconds, 3)})


def stored_verdict(content: str | bytes) -> Stored | None:
    """The verdict in such a text. None if the text has another form; then the work is graded again."""
    try:
        data = json.loads(content)
        return Stored(report_from_json(data), data.get("seconds"))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def key(files: Mapping[str, bytes], part: Part, conditions: Conditions) -> str:
    """A hash of all that a verdict depends on: the suite and the grader, the modules used, tier and interpreter."""
    used = [part.file_name, *(f"{module}.py" for module in part.needs)] if conditions.own_parts else [part.file_name]
    modules = {name: hashlib.sha256(files[name]).hexdigest() for name in used if name in files}
    facts = [suite_hash(part), modules, conditions.tier.value, conditions.interpreter]
    facts += [conditions.seed, conditions.task, conditions.own_parts]
    return hashlib.sha256(json.dumps(facts).encode("ascii")).hexdigest()


@functools.cache
def suite_hash(part: Part) -> str:
    """A hash of the suite, of the reference, the names and the code that judges: any change of these asks for a new
    verdict.
    """
    folders = [part.suite, HERE / "grading", HERE / "sandbox"]
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    paths += [HERE / "model.py", HERE / "text.py", ROOT / "datasets" / "names.txt", *SOLUTIONS.glob("part*.py")]
    paths += [SOLUTIONS / part.file_name] if part.is_lab else []
    # Not course.toml as it stands: when work is due makes no difference here.
    digest = hashlib.sha256(f"{autograder.__version__} {LARGEST_FILE} {parts()}".encode())
    for path in sorted(paths):
        if path.exists():
            digest.update(path.name.encode("utf-8") + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def report_to_json(report: Report) -> dict:
    """The report as plain data, with what the format of reports leaves out."""
    return report.to_json() | {"printed": report.printed, "used": report.used}


def report_from_json(data: dict) -> Report:
    """The way back from `report_to_json`, also of another version of the course: a class that is upgraded in the middle
    of a term keeps its verdicts. A field that it lacks has its default; one that is not known here is left out.
    """
    checks = tuple(Check(**_known(Check, check)) for check in data["checks"])
    return Report(**{**_known(Report, data), "checks": checks})


def _known(kind: type, data: dict) -> dict:
    return {name: data[name] for name in _field_names(kind) if name in data}


@functools.cache  # a batch reads tens of thousands of checks
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
