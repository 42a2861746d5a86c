"""What a release of the course holds: a version in one place, an entry of the changelog, and the former commands."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

import autograder
from autograder.cli import app
from autograder.commands.lazy_group import FORMER, every_command
from autograder.course import ROOT

VERSION = re.escape(autograder.__version__)
# A line for each command: its name and its options. Written anew when a version is released.
LAST_RELEASE = (ROOT / "tests" / "commands_of_last_release.txt").read_text(encoding="utf-8").splitlines()


def test_the_changelog_has_an_entry_for_the_version_and_the_citation_names_it():
    entry = re.search(rf"(?ms)^## {VERSION}, (not yet published|\d{{4}}-\d\d-\d\d)$(.*?)(?=^## |\Z)", changelog())
    assert entry and len(entry[2].split()) > 20
    assert re.search(rf"(?m)^version: {VERSION}$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert CliRunner().invoke(app, ["--version"]).output.strip() == autograder.__version__


def test_no_other_place_says_the_version():
    """pyproject.toml takes it from the package."""
    assert 'dynamic = ["version"]' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    places = [path for path in (ROOT / "autograder").rglob("*.py") if re.search(rf'"{VERSION}"', text(path))]
    assert places == [ROOT / "autograder" / "__init__.py"]


@pytest.mark.parametrize("line", LAST_RELEASE, ids=lambda line: line.split(" -")[0])
def test_a_command_of_the_last_release_still_works_or_says_what_became_of_it(line):
    words, options = line.split(" -")[0].split(), re.findall(r"(?<= )-[-a-zA-Z]+", line)
    name = words[0]
    if name in FORMER:
        outcome = CliRunner().invoke(app, [name])
        assert outcome.exit_code == 0 or FORMER[name][0]
        assert FORMER[name][1] in outcome.output
        return
    command = every_command(app)[name]
    for word in words[1:]:
        command = command.commands[word]
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    assert set(options) <= known


def changelog() -> str:
    return text(ROOT / "CHANGELOG.md")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.skipif(not (ROOT / ".git").exists() or shutil.which("git") is None, reason="This is not a git clone.")
def test_reviewers_see_generated_files_collapsed_and_written_files_in_full():
    def marked(path: str) -> str:
        assert (ROOT / path).is_file(), path
        command = ["git", "check-attr", "linguist-generated", "--", path]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
        return done.stdout.strip().rpartition(": ")[2]

    lines = (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    patterns = [line.split()[0] for line in lines if line.endswith(" linguist-generated")]
    assert [pattern for pattern in patterns if not any(ROOT.glob(pattern))] == []
    generated = "release/part05/notebook_tools.py", "exercises/part05_gpt.py", "docs/contributor/architecture.svg"
    written = "exercises/leaderboard_recipe.py", "docs/experiments/pytorch.md", "notebook_tools/lesson.py", "README.md"
    assert {marked(path) for path in generated} == {"set"}
    assert {marked(path) for path in written} <= {"unset", "unspecified"}
