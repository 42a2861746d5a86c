"""See what a target of the Makefile calls: the real Makefile and table of commands, with a fake command line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.course import ROOT

# In the place of autograder/cli.py: says which arguments it got, and what make left in the environment.
FAKE_CLI = """
import json, os, sys
def app(prog_name):
    left = sorted(name for name in os.environ if name.startswith("AUTOGRADER_MAKE"))
    print(json.dumps([sys.argv[1:], os.environ["AUTOGRADER_CALLED_AS"], left]))
    sys.exit(int(os.environ.get("FAKE_STATUS", "0")))
"""


def make(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess:
    """Run make in a copy that this makes in the folder."""
    shutil.copy(ROOT / "Makefile", folder)
    package = folder / "autograder"
    shutil.copytree(ROOT / "autograder" / "command_table", package / "command_table", dirs_exist_ok=True)
    for name in ("__init__", "__main__", "fast_exit", "invocation", "setup_environment"):
        shutil.copy(ROOT / "autograder" / f"{name}.py", package)
    (package / "cli.py").write_text(FAKE_CLI, encoding="utf-8")
    return subprocess.run(
        ["make", f"PYTHON={sys.executable}", *words],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
    )


def called(done: subprocess.CompletedProcess) -> list[list[str]]:
    """The arguments of each command that make ran."""
    calls = list(map(json.loads, done.stdout.splitlines()))
    assert all(called_as == "make" and not left for _, called_as, left in calls), done.stdout
    return [arguments for arguments, _, _ in calls]
