"""Calls of a learner's code whose answer a person can find on paper: each part's viva.py draws them."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course import Part
from autograder.grading.checks import Draw
from autograder.grading.probes import load_trusted


@dataclass(frozen=True)
class Call:
    """One call of a probe. mentions: what a good explanation of the answer says.

    only_lengths: the numbers need a machine, but how many there are does not.
    """

    task: str
    probe: str
    arguments: tuple
    mentions: str
    only_lengths: bool = False


def paper_calls(part: Part, draw: Draw) -> list[Call]:
    """The part's calls, with numbers drawn anew; none when the part has no viva.py."""
    path = part.suite / "viva.py"
    return load_trusted(path).calls(draw) if path.exists() else []
