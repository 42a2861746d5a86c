"""Run a learner's code in another process, and trust nothing that it returns.

`Worker` is the entire interface: give it files, call probes, and get replies with plain data or a kind of failure.
"""

from autograder.sandbox.limits import BOARD, CAPSTONE, CHECK, Limits
from autograder.sandbox.protocol import Reply
from autograder.sandbox.tiers import SandboxUnavailable, Tier, interpreter_version
from autograder.sandbox.worker_client import WAITED, MachineBusy, Worker


def strict_tier() -> Tier:
    """The best secure tier on this machine. Loads selftest.py late, since local code never needs it."""
    from autograder.sandbox import selftest

    return selftest.strict_tier()


__all__ = [
    "BOARD",
    "CAPSTONE",
    "CHECK",
    "Limits",
    "MachineBusy",
    "Reply",
    "SandboxUnavailable",
    "Tier",
    "WAITED",
    "Worker",
    "interpreter_version",
    "strict_tier",
]
