"""The calls that the checks make on the learner's code, with their inputs and answers."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course import Part
from autograder.grading.grade import data_files, worker_files
from autograder.grading.part_probes import Probes
from autograder.grading.reference import reference_files
from autograder.grading.report import Check
from autograder.grading.session import Recorded, Session
from autograder.sandbox import Tier, Worker


@dataclass(frozen=True)
class Recording:
    """One run of a part's checks. calls: by name of the check. shipped: the worker's files besides the learner's."""

    checks: list[Check]
    calls: dict[str, list[Recorded]]
    probes: Probes
    shipped: dict[str, bytes]


def record_checks(part: Part, content: bytes, seed: int, task: str | None = None) -> Recording:
    """Run the checks of a part, or of one task, on a file, the reference standing for the other parts."""
    from autograder.grading.suite import run_suite

    probes, data = Probes(part), data_files(part, seed)
    shipped = worker_files(probes, data, reference_files(part))
    files = {**shipped, f"submission/{part.file_name}": content}
    with Worker(files, Tier.LOCAL, packages=part.packages) as worker:
        session = Session(part, probes, worker, data)
        checks = run_suite(part, session, seed, task)
    calls = {name.removeprefix("test_"): recorded for name, recorded in session.calls.items()}
    return Recording(checks, calls, probes, shipped)
