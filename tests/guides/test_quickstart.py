"""QUICKSTART is a session that is repeated here: its edits are made, its commands run, its output compared.

The page leaves the last edit to its reader.

`...` in an output stands for anything, as what is drawn, measured or of this machine.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.learner import make_course

from autograder.course import ROOT

PAGE = (ROOT / "QUICKSTART.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", flags=re.S | re.M)
EDITED = "exercises/part00_setup.py"
TAKES_LONG = ("make train fast=1",)
READERS_EDIT = "-    return x + x\n+    return x * x\n"

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="There is no make here.")


def edited(text: str, diff: str) -> str:
    old, new = ("".join(f"{line[1:]}\n" for line in diff.splitlines() if line[0] == sign) for sign in "-+")
    assert text.count(old) == 1, f"{old!r} must stand once in {EDITED}"
    return text.replace(old, new)


def fits(expected: str, said: str) -> bool:
    """How many spaces there are is for the eye, and not compared."""
    expected, said = (re.sub(" +", " ", text.rstrip("\n")) for text in (expected, said))
    return re.fullmatch(r"(?:.|\n)*?".join(map(re.escape, expected.split("..."))), said) is not None


def follow(page: str, root: Path, skip: tuple[str, ...]) -> list[str]:
    """Do what the page says, and return the commands that ran."""
    course, ran = make_course(root), []
    shutil.copy(ROOT / "Makefile", root)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    file = root / EDITED
    for kind, text in BLOCK.findall(page):
        if kind == "diff":
            file.write_text(edited(file.read_text(encoding="utf-8"), text), encoding="utf-8")
            continue
        command, _, expected = text.removeprefix("$ ").partition("\n")
        if command in skip:
            continue
        if command in ran:
            file.write_text(edited(file.read_text(encoding="utf-8"), READERS_EDIT), encoding="utf-8")
        done = subprocess.run(
            command.split(),
            cwd=root,
            env=course.environment(PYTHON=sys.executable, PATH=path),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
        assert fits(expected, done.stdout), f"{command} says\n{done.stdout}{done.stderr}\nand the page has\n{expected}"
        ran.append(command)
    return ran


def test_the_first_two_minutes_go_as_the_page_says(tmp_path):
    ran = follow(PAGE, tmp_path / "course", TAKES_LONG)
    assert ran == ["make check part=0.1"] * 2 and PAGE.count("\n$ ") == len(ran) + len(TAKES_LONG)


def test_the_first_command_takes_seconds_and_the_first_check_names_a_mistake():
    assert [text.partition("\n")[0] for _, text in BLOCK.findall(PAGE)][0] == "$ make train fast=1"
    assert PAGE.index("Likely:") < PAGE.index("  pass 2/2")
    assert len(PAGE.split()) <= 400, "It is read in two minutes."


@pytest.mark.slow
def test_the_training_says_what_the_page_says(tmp_path):
    commands = [text.partition("\n")[0].removeprefix("$ ") for kind, text in BLOCK.findall(PAGE) if kind == "console"]
    ran = follow(PAGE, tmp_path / "course", tuple(set(commands) - set(TAKES_LONG)))
    assert ran == list(TAKES_LONG)


def test_an_output_that_differs_and_an_edit_that_does_not_fit_would_be_noticed():
    assert fits("a ...\nc\n", "a b\nx\nc\n") and not fits("a ...\nc\n", "a b\nd\n") and not fits("a\n", "a\nb\n")
    with pytest.raises(AssertionError, match="must stand once"):
        edited("return 1\n", "-    return x\n+    return y\n")
