"""The tiers: how a worker is started so that it can do no more than its tier allows."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from autograder.sandbox.job import Job
from autograder.sandbox.limits import Limits

INTERPRETER_OPTIONS = ("-I", "-S", "-B", "-X", "utf8")


class SandboxUnavailable(RuntimeError):
    """No sandbox of the kind that was asked for; the text says what was tried and what to do."""


class Tier(str, Enum):
    """How far a worker is shut in: LOCAL for one's own code, STRICT (bubblewrap) or LANDLOCK for other people's."""

    LOCAL = "local"
    STRICT = "strict"
    LANDLOCK = "landlock"


@dataclass
class Launch:
    """What starting a worker takes."""

    command: list[str]
    job: Job
    setup: dict
    environment: Mapping[str, str]
    descriptors: list[int] = field(default_factory=list)  # handed to each process, closed with the session
    user: int | None = None

    def close(self) -> None:
        """Remove the job's folder and close what was handed over."""
        self.job.remove()
        for descriptor in self.descriptors:
            os.close(descriptor)


def prepare(tier: Tier, files: Mapping[str, bytes], limits: Limits, interpreter: str | None) -> Launch:
    """Write the job's files and say how to start its worker. Raises SandboxUnavailable."""
    return _prepare_local(files, limits, interpreter)


def _prepare_local(files: Mapping[str, bytes], limits: Limits, interpreter: str | None) -> Launch:
    job = Job(files)
    # Below a venv, python is on some systems a launcher whose child would outlive it: take the interpreter itself.
    program = interpreter or getattr(sys, "_base_executable", None) or sys.executable
    # The number of processes is left alone: the system counts all of the user's, the desktop included.
    setup = {"limits": worker_limits(limits)}
    return Launch([program, *INTERPRETER_OPTIONS, str(job.folder / "worker.py")], job, setup, minimal_environment())


def worker_limits(limits: Limits) -> dict[str, int]:
    """The resource limits that a worker sets on itself, by the names of the resource module."""
    return {"AS": limits.memory_bytes, "CPU": limits.cpu_seconds, "FSIZE": 8 * 1024 * 1024, "CORE": 0, "MEMLOCK": 0}


def minimal_environment() -> dict[str, str]:
    """The environment of a worker: empty, but for what Windows needs to start a program."""
    return {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if os.name == "nt" and name in os.environ}
