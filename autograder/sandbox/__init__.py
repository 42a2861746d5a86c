"""Run a learner's code in another process, and believe nothing that comes back.

`Worker` is the whole interface: give it files, call probes, get replies of plain data or a kind of failure.
"""

from __future__ import annotations

from pathlib import Path

from autograder.course import EXERCISES, SOLUTIONS
from autograder.sandbox.limits import BOARD, CAPSTONE, CHECK, Limits
from autograder.sandbox.protocol import Reply
from autograder.sandbox.tiers import SandboxUnavailable, Tier, interpreter_version
from autograder.sandbox.worker_client import LOAD, WAITED, MachineBusy, Worker


def strict_tier() -> Tier:
    """The best tier that holds here (see selftest.py, which is loaded late: one's own code never needs it)."""
    from autograder.sandbox import selftest

    return selftest.strict_tier()


def choose_tier(folder: Path, wanted: str | None) -> Tier:
    """Our own exercises/ and solutions/ run locally; a folder from elsewhere may hold other people's code, and needs
    the strict sandbox unless `local` is asked for by name. Raises SandboxUnavailable when no strict tier holds here.
    """
    if wanted is None:
        wanted = "local" if folder.resolve() in (EXERCISES, SOLUTIONS) else "strict"
    return Tier.LOCAL if wanted == "local" else strict_tier()


__all__ = [
    "BOARD",
    "CAPSTONE",
    "CHECK",
    "LOAD",
    "Limits",
    "MachineBusy",
    "Reply",
    "SandboxUnavailable",
    "Tier",
    "WAITED",
    "Worker",
    "choose_tier",
    "interpreter_version",
    "strict_tier",
]
