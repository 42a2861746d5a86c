"""What contributors run: the project's own tests, the linter, the quick verification of the reference."""

from __future__ import annotations

import os
import subprocess
import sys

from autograder.course import ROOT, SOLUTIONS
from autograder.wording import CALLED_AS


def run_tests(arguments: list[str]) -> int:
    """Run pytest in two processes, with these arguments for it; return its exit status."""
    return _run(["-m", "pytest", "-n", "2", *arguments])


def lint(fix: bool = False) -> int:
    """Check the format, then the rules; with `fix`, mend what can be mended. Return 1 when something is left."""
    statuses = [
        _run(["-m", "ruff", "format", *([] if fix else ["--check"])]),
        _run(["-m", "ruff", "check", *(["--fix"] if fix else [])]),
    ]
    return int(any(statuses))


def quick() -> int:
    """Run the verification of the reference, which says one line per part; return its exit status."""
    return _run([str(SOLUTIONS / "test_microgpt.py")])


def mutation(arguments: list[str]) -> int:
    """Change the solutions in many small ways and count which changes cost no points; return the exit status."""
    return _run([str(ROOT / "benchmarks" / "mutation.py"), *arguments])


def _run(arguments: list[str]) -> int:
    # Tests start commands of ours themselves: how this one was called must not change what those say.
    of_this_call = (CALLED_AS, "MAKELEVEL", "MAKEFLAGS", "MFLAGS", "args")
    environment = {key: value for key, value in os.environ.items() if key not in of_this_call}
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=False).returncode
