"""Commands that write a grade or a learner's file: killed, stopped or without room, the same command finishes them.

benchmarks/interruptions.py does this at more moments, and for all of them.
"""

from __future__ import annotations

import importlib.util
import random
import sys

import pytest

from autograder.course import part
from autograder.sandbox import SandboxUnavailable, strict_tier

pytestmark = [
    pytest.mark.gate,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked for in /proc"),
]

COMMANDS = {"reset": 4, "undo": 8, "update": 6, "update --from": 4, "check": 4}
OF_CLASSES = {"collect, newer work": 2, "grade, newer work": 2, "errata --lower --apply": 4}


@pytest.fixture(scope="module")
def disturbed():
    """disturbed(command, moments): what is wrong after so many interruptions and on one full disk."""
    if importlib.util.find_spec("nbgrader") is None:
        pytest.skip("A class needs nbgrader, which needs Python 3.11.")
    import interruptions

    with interruptions.cases(part(9)) as (room, cases):
        by_name = {case.name: case for case in cases}
        yield lambda name, moments: interruptions.disturb(by_name[name], room, random.Random(1), moments, 1)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_learners_command_that_was_interrupted_is_finished_by_the_same_command(disturbed, name):
    found = disturbed(name, COMMANDS[name])
    assert found.wrong == []
    assert found.ended["kill -9"] + found.ended["Ctrl-C"] > 0


@pytest.mark.parametrize("name", OF_CLASSES)
def test_a_command_of_a_class_that_was_interrupted_is_finished_by_the_same_command(disturbed, name):
    try:
        strict_tier()
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    found = disturbed(name, OF_CLASSES[name])
    assert found.wrong == []
    assert found.ended["kill -9"] + found.ended["Ctrl-C"] > 0
