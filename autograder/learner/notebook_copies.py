"""A learner's own copies of the notebooks, and JupyterLab on them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.course import ROOT, Part, parts
from autograder.files import write_atomically

RELEASE = ROOT / "release"  # without the sample answers of source/
COPIES = ROOT / "notebooks"  # two folders deep, from where a notebook finds exercises/ and notebook_tools/


def own_copy(part: Part, copies: Path = COPIES) -> Path:
    """The learner's copy of a part's notebook. Made when there is none; one that is there is left as it is."""
    copy = copies / part.name / f"{part.name}.ipynb"
    if not copy.exists():
        write_atomically(copy, (RELEASE / part.name / copy.name).read_bytes())
    return copy


def open_notebooks(part: Part | None, arguments: Sequence[str]) -> int:
    """Run JupyterLab until it is ended, at this part's notebook or at all of them; return its exit status."""
    copies = [own_copy(known) for known in parts()]
    shown = own_copy(part) if part else copies[0].parent.parent
    return subprocess.run(
        [sys.executable, "-m", "jupyterlab", str(shown), *arguments], cwd=ROOT, check=False
    ).returncode
