"""A learner's own copies of the notebooks."""

from __future__ import annotations

from pathlib import Path

from autograder.course import ROOT, Part
from autograder.files import write_atomically

RELEASE = ROOT / "release"  # without the sample answers of source/
COPIES = ROOT / "notebooks"  # two folders deep, from where a notebook finds exercises/ and notebook_tools/


def own_copy(part: Part, copies: Path = COPIES) -> Path:
    """The learner's copy of a part's notebook. Made when there is none; one that is there is left as it is."""
    copy = copies / part.name / f"{part.name}.ipynb"
    if not copy.exists():
        write_atomically(copy, (RELEASE / part.name / copy.name).read_bytes())
    return copy
