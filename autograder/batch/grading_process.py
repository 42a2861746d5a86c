"""A process that grades parts. It reads each job as a line of JSON, and writes the verdict as another line.

It runs on this machine or on a cluster, to which the grader's files are sent with the jobs.
"""

from __future__ import annotations

import base64
import json
import time

from autograder.batch.serve_jobs import claim_standard_output, serve_jobs
from autograder.course import part
from autograder.grading.grade import GradingContext, TooSlow, grade
from autograder.grading.report import Report
from autograder.grading.request import Conditions, GradingRequest
from autograder.grading.store import report_from_json, report_to_json
from autograder.sandbox import SandboxUnavailable, Tier, strict_tier
from autograder.sandbox.fork_servers import ForkServers

SECONDS_FOR_MISTAKES = 60.0  # for one submission; the answers are stored and reused for all later submissions


def encode_job(request: GradingRequest, give_up_after: float | None = None) -> bytes:
    """One job, with only the modules that the verdict depends on. give_up_after: see `grade`."""
    part, conditions = request.part, request.conditions
    modules = {
        name: base64.b64encode(content).decode("ascii")
        for name, content in request.files.items()
        if conditions.own_parts or name == part.file_name
    }
    job = {"part": part.number, "modules": modules, "give_up_after": give_up_after}
    job["conditions"] = {**vars(conditions), "tier": conditions.tier.value}
    job["interpreter"] = conditions.interpreter
    return json.dumps(job).encode("ascii") + b"\n"


def decode_verdict(line: bytes) -> tuple[Report, float]:
    """Return the report and the seconds it took. Raises TooSlow if the process gave up after the requested time, and
    RuntimeError with a message if the part could not be graded.
    """
    answer = json.loads(line)
    if "too slow" in answer:
        raise TooSlow
    if "failure" in answer:
        raise RuntimeError(answer["failure"])
    return report_from_json(answer["report"]), answer["seconds"]


def main() -> None:
    """Serve jobs from standard input."""
    context = GradingContext(SECONDS_FOR_MISTAKES, servers=ForkServers())
    serve_jobs(lambda line: _answer(line, context), claim_standard_output(), context.close)


def _answer(line: bytes, context: GradingContext) -> dict:
    job = json.loads(line)
    modules = {name: base64.b64decode(text) for name, text in job["modules"].items()}
    conditions = Conditions(**{**job["conditions"], "tier": Tier(job["conditions"]["tier"])})
    began = time.monotonic()
    try:
        _need_the_same_conditions(conditions, job["interpreter"])
        limit = job["give_up_after"]
        report = grade(modules, part(job["part"]), **vars(conditions), give_up_after=limit, context=context)
    except TooSlow:
        return {"too slow": True}
    except SandboxUnavailable as error:
        return {"failure": str(error)}
    except Exception as error:  # an error in the grader affects only this verdict
        return {"failure": f"The grader itself failed: {type(error).__name__}: {ascii(str(error))[1:-1][:500]}"}
    seconds = round(time.monotonic() - began, 3)
    return {"report": report_to_json(report), "seconds": seconds}


def _need_the_same_conditions(conditions: Conditions, interpreter: str) -> None:
    """Raises SandboxUnavailable if this machine can't grade under the requested conditions."""
    tier = conditions.tier
    if tier is not Tier.LOCAL and strict_tier() is not tier:
        raise SandboxUnavailable(
            f"The sandbox on a worker's machine is {strict_tier().value}, but {tier.value} is required."
        )
    if conditions.interpreter != interpreter:
        raise SandboxUnavailable(
            f"A worker runs learners' code with Python {conditions.interpreter}, and this machine "
            f"with {interpreter}. Install the same version on both."
        )
