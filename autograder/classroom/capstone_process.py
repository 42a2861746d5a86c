"""A process that grades capstones. It reads a learner's parts as a line of JSON, and writes the verdict as one."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping

from autograder.batch.serve_jobs import claim_standard_output, serve_jobs
from autograder.grading.report import Report
from autograder.grading.store import report_from_json, report_to_json
from autograder.sandbox import MachineBusy, Tier

MODULE = __name__
SECONDS = 4 * 3600.0  # wall time, for a process that hangs; the sandbox's own limits end a run long before that


class CapstoneNotGraded(Exception):
    """There is no verdict; the message says why."""


def encode_capstone(
    modules: Mapping[str, bytes], tier: Tier, python: str | None, num_steps: int, seed: int | None = None
) -> bytes:
    """One job. modules: by file name; python: the interpreter; num_steps: training steps; seed: random if None."""
    files = {name: base64.b64encode(content).decode("ascii") for name, content in modules.items()}
    job = {"modules": files, "tier": tier.value, "python": python, "num_steps": num_steps, "seed": seed}
    return json.dumps(job).encode("ascii") + b"\n"


def decode_capstone(line: bytes) -> tuple[Report, float]:
    """Return the report and the seconds it took. Raises CapstoneNotGraded."""
    answer = json.loads(line)
    if "failure" in answer:
        raise CapstoneNotGraded(answer["failure"])
    return report_from_json(answer["report"]), answer["seconds"]


def answer_capstone(line: bytes) -> dict:
    """Train and grade."""
    from autograder.capstone import grade_capstone

    job, began = json.loads(line), time.monotonic()
    modules = {name: base64.b64decode(text) for name, text in job["modules"].items()}
    try:
        conditions = {name: job[name] for name in ("python", "num_steps", "seed")}
        graded = grade_capstone(modules, tier=Tier(job["tier"]), **conditions)
    except MachineBusy as error:
        return {"failure": f"{error} Nothing was saved. Run the same command again."}
    except Exception as error:  # any error: report it, and the others still get their points
        return {"failure": f"{type(error).__name__}: {error}"}
    return {"report": report_to_json(graded.report.for_class()), "seconds": time.monotonic() - began}


def main() -> None:
    """Serve jobs from standard input."""
    serve_jobs(answer_capstone, claim_standard_output())
