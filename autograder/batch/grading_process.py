"""A process that grades: a job comes in as a line of JSON, a verdict goes out as one. Nothing is written to disk.

Started by processes.py, on this machine or on one of a cluster, where the files of the grader came with the jobs.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import sys
import time
from collections.abc import Mapping
from typing import BinaryIO

from autograder.course import Part, part
from autograder.grading.grade import Series, TooSlow, grade
from autograder.grading.mistake_replies import MistakeOracle
from autograder.grading.report import Report
from autograder.grading.store import interpreter_version, report_from_json, report_to_json
from autograder.grading.suite import Suites, with_suites
from autograder.sandbox import SandboxUnavailable, Tier, strict_tier
from autograder.sandbox.interpreter import UnusableInterpreter

SECONDS_FOR_MISTAKES = 60.0  # of one submission: nobody waits, and what is found out is known for all that follow


def encode_job(
    modules: Mapping[str, bytes],
    its_part: Part,
    tier: Tier,
    seed: int,
    own_parts: bool,
    give_up_after: float | None = None,
) -> bytes:
    """One line. modules: file name -> content, those that the verdict depends on; give_up_after: see `grade`."""
    files = {name: base64.b64encode(content).decode("ascii") for name, content in modules.items()}
    facts = {"part": its_part.number, "tier": tier.value, "seed": seed, "own_parts": own_parts}
    facts["give_up_after"] = give_up_after
    facts["interpreter"] = interpreter_version(tier)
    return json.dumps({**facts, "modules": files}).encode("ascii") + b"\n"


def decode_verdict(line: bytes) -> tuple[Report, float]:
    """The report and the seconds that it took. Raises TooSlow when the process gave up as it was asked to, and
    RuntimeError with a sentence when it could not be graded.
    """
    answer = json.loads(line)
    if "too slow" in answer:
        raise TooSlow
    if "failure" in answer:
        raise RuntimeError(answer["failure"])
    return report_from_json(answer["report"]), answer["seconds"]


def main() -> None:
    """Serve jobs from standard input until it ends. What anything here prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with_suites(lambda suites: _serve(answers, suites))


def _serve(answers: BinaryIO, suites: Suites) -> None:
    series = Series(suites.run, MistakeOracle(SECONDS_FOR_MISTAKES))
    for line in sys.stdin.buffer:
        answers.write(json.dumps(_answer(line, series)).encode("ascii") + b"\n")
        answers.flush()
        if gc.get_freeze_count() == 0:  # what is loaded by now stays, and need not be looked through again and again
            gc.freeze()


def _answer(line: bytes, series: Series) -> dict:
    job = json.loads(line)
    tier, modules = Tier(job["tier"]), {name: base64.b64decode(text) for name, text in job["modules"].items()}
    began = time.monotonic()
    try:
        _need_the_same_conditions(tier, job["interpreter"])
        how = {name: job[name] for name in ("seed", "own_parts", "give_up_after")}
        report = grade(modules, part(job["part"]), tier=tier, series=series, **how)
    except TooSlow:
        return {"too slow": True}
    except (SandboxUnavailable, UnusableInterpreter) as error:
        return {"failure": str(error)}
    except Exception as error:  # a mistake of ours costs this verdict, not those of others
        return {"failure": f"The grader itself failed: {type(error).__name__}: {ascii(str(error))[1:-1][:500]}"}
    seconds = round(time.monotonic() - began, 3)
    return {"report": report_to_json(report), "seconds": seconds}


def _need_the_same_conditions(tier: Tier, interpreter: str) -> None:
    """Raises SandboxUnavailable where this machine can't give the verdict that was asked for."""
    if tier is not Tier.LOCAL and strict_tier() is not tier:
        raise SandboxUnavailable(
            f"A worker's machine holds code in the {strict_tier().value} sandbox, not {tier.value}."
        )
    ours = interpreter_version(tier)
    if ours != interpreter:
        raise SandboxUnavailable(
            f"A worker runs learners' code with Python {ours}, the machine that asks for verdicts with {interpreter}: "
            "give both the same."
        )
