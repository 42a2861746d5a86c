"""A term on Canvas and on Moodle at a small scale: benchmarks/term_of_300.py says what is simulated and compared."""

from __future__ import annotations

import subprocess

import term_class
import term_of_300
from helpers.batch import call_cli

from autograder.course import part

TRIED = ["odd file names", "files renamed by the instructor", "times given by the instructor"]
TRIED += ["people with an extension", "people with a new name", "late submissions that count"]


def in_this_process(words: list[str]) -> subprocess.CompletedProcess:
    """A command without a new interpreter, which would take two seconds for each of a hundred commands."""
    return subprocess.CompletedProcess(words, *call_cli(*words))


def test_a_term_on_two_platforms_ends_with_the_grades_that_the_guide_says(tmp_path, monkeypatch, strict):
    monkeypatch.setattr(term_class, "call", in_this_process)
    findings, handled = term_of_300.simulate(tmp_path, people=24, seed=2, wanted=(part(2), part(9)), odd_every=3)
    assert findings.wrong == []
    assert sum(findings.compared.values()) > 600
    for what in TRIED:
        assert handled[what] > 0, f"{what}: none in {handled}"
