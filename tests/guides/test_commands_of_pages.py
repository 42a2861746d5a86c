"""Every command that a page shows is run by a test, or commands.toml says why not; a new one must be added there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.learner import make_course

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.sample_class import pack, roster, submissions
from autograder.course import ROOT, read_toml
from autograder.sandbox import SandboxUnavailable, strict_tier

LIST = ROOT / "tests" / "guides" / "commands.toml"
KINDS = read_toml(LIST)
LISTED = {command for kind in KINDS.values() for command in kind}
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
CALL = re.compile(r"make|make .*|python -m autograder .*")
FENCE = re.compile(r" *(`{3,}|~~~)")

with_make = pytest.mark.skipif(shutil.which("make") is None, reason="There is no make here.")


def commands_in(text: str) -> set[str]:
    """The calls of make and of the grader that stand in code, in a block or in a line."""
    found, inside = [], False
    for line in text.splitlines():
        if FENCE.match(line):
            inside = not inside
        elif inside:
            found.append(re.sub(r" +#.*", "", line.strip().removeprefix("$ ").removeprefix("# ")))
        else:
            found += re.findall(r"`([^`]+)`", line)
    return {call.strip() for call in found if CALL.fullmatch(call.strip())}


def shown() -> dict[str, list[str]]:
    """Every command and the pages that show it."""
    found = {}
    for page in PAGES:
        for command in commands_in(page.read_text(encoding="utf-8")):
            found.setdefault(command, []).append(page.relative_to(ROOT).as_posix())
    return found


def run(command: str, course) -> subprocess.CompletedProcess:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        shell=True,
        cwd=course.root,
        env=course.environment(PYTHON=sys.executable, PATH=path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )


def failures(kind: str, course) -> str:
    """Run all commands of a kind, in order; what went otherwise than the list says."""
    found = []
    for command, words in KINDS[kind].items():
        form, arrow, words = words.rpartition(" -> ")
        done = run(form if arrow else command, course)
        if bool(done.returncode) != words.startswith("!") or words.lstrip("!") not in done.stdout + done.stderr:
            found.append(f"{form or command}: status {done.returncode}, not {words!r} in\n{done.stdout}{done.stderr}")
    return "\n".join(found)


@pytest.fixture
def course(tmp_path):
    made = make_course(tmp_path / "course")
    shutil.copy(ROOT / "Makefile", made.root)
    made.solve(0, 1, 5)
    return made


# The list


def test_every_command_that_a_page_shows_is_in_the_list():
    missing = {command: pages for command, pages in shown().items() if command not in LISTED}
    assert not missing, f"Add these to {LIST}, to be run or with the reason why not: {missing}"


def test_a_command_stands_once_in_the_list():
    assert len(LISTED) == sum(map(len, KINDS.values()))


def test_commands_are_found_in_blocks_in_lines_and_in_transcripts():
    text = (
        "See `make bake part=5`.\n\n   ```sh\n   make cake   # now\n   ```\n\n```\n$ make tea\nmake sure of it\n```\n"
    )
    assert commands_in(text) == {"make bake part=5", "make cake", "make tea", "make sure of it"}


@pytest.mark.parametrize("command", sorted(KINDS["tests"]))
def test_the_test_that_runs_a_command_is_there_and_names_it(command):
    path, _, name = KINDS["tests"][command].partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not name or re.search(rf"^def {name}\(", text, flags=re.M), f"{path} has no {name}"
    words = command.removeprefix("python -m autograder ").removeprefix("make ").split()
    # By its name, by the function behind it, or because the page itself is what runs.
    assert words[0] in text or "QUICKSTART" in text, f"{path} does not call {words[0]}"


def test_a_command_that_is_not_run_has_a_reason():
    assert all(len(reason) > 10 for reason in KINDS["never"].values())


# The commands


@with_make
def test_what_a_learner_types_does_what_the_pages_say(course):
    assert failures("learner", course) == ""


@pytest.mark.slow
@with_make
def test_what_takes_a_learner_longer_does_what_the_pages_say(course):
    assert failures("slow", course) == ""


@pytest.mark.slow
@with_make
def test_what_an_instructor_types_does_what_the_pages_say(course):
    pytest.importorskip("nbgrader", reason="A class is graded with nbgrader, which needs Python 3.11.")
    try:
        strict_tier()
    except SandboxUnavailable:
        pytest.skip("No strict sandbox holds on this machine.")
    (course.root / "release").unlink()
    shutil.copytree(ROOT / "release", course.root / "release")
    (course.root / "source").symlink_to(ROOT / "source")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    handed_in = submissions(ClassFolder(course.root))
    pack(handed_in, course.root / "submissions.zip")
    (course.root / "participants.csv").write_text(roster(handed_in), encoding="utf-8")
    assert failures("class", course) == ""
