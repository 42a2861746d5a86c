"""The sandbox: runs a learner's code in another process and believes nothing that comes back.

`Worker` is the whole interface: give it files, call probes, get replies of plain data or a kind of failure.
"""

from autograder.sandbox.limits import BOARD, CAPSTONE, CHECK, Limits
from autograder.sandbox.protocol import Call, Reply
from autograder.sandbox.selftest import strict_tier
from autograder.sandbox.session import LOAD, WAITED, MachineBusy, Worker
from autograder.sandbox.tiers import SandboxUnavailable, Tier

__all__ = [
    "BOARD",
    "CAPSTONE",
    "CHECK",
    "LOAD",
    "Call",
    "Limits",
    "MachineBusy",
    "Reply",
    "SandboxUnavailable",
    "Tier",
    "WAITED",
    "Worker",
    "strict_tier",
]
