"""The texts beside the README: their commands exist, what they name is there, they agree on version and licence."""

import json
import re
import subprocess
import sys

import pytest
from test_readme import calls_in, check_call

import autograder
from autograder.cli import app
from autograder.commands.lazy_group import every_command
from autograder.course import ROOT

TEXTS = ["QUICKSTART.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE-text.md", "docs/facts.md"]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEXTS)
def test_every_command_in_a_text_is_a_real_one(name):
    # Blocks in a list are indented, and options for pytest are not ours.
    text = re.sub(r"(?m)^ {3}", "", read(name))
    text = re.sub(r' args="[^"]*"', "", text)
    calls = [call for call in calls_in(text) if re.match(r"make [a-z]|python -m autograder ", call)]
    assert {call: wrong for call in calls if (wrong := check_call(call))} == {}


@pytest.mark.parametrize("name", TEXTS)
def test_every_file_that_a_text_links_to_is_there(name):
    here = (ROOT / name).parent
    targets = {link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", read(name)) if "://" not in link}
    assert [target for target in targets if target and not (here / target).exists()] == []


def test_the_citation_names_the_version_of_the_package_and_its_licences():
    citation = read("CITATION.cff")
    assert f"\nversion: {autograder.__version__}\n" in citation
    assert f"\n## {autograder.__version__}" in read("CHANGELOG.md")
    assert re.search(r"license:\n  - MIT\n  - CC-BY-4.0\n", citation)
    assert read("LICENSE").startswith("MIT License\n")
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in read("LICENSE-text.md")


def test_the_changelog_names_every_command():
    words = set(re.findall(r"`(?:make )?([a-z0-9]+)`", read("CHANGELOG.md")))
    assert sorted(set(every_command(app)) - words) == []


def test_the_devcontainer_makes_the_environment_that_its_editor_uses():
    settings = json.loads(read(".devcontainer/devcontainer.json"))
    assert re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:\S*3\.1[0-3]\S*", settings["image"])
    vscode = settings["customizations"]["vscode"]
    assert vscode["settings"]["python.defaultInterpreterPath"] == "${containerWorkspaceFolder}/.venv/bin/python"
    command = settings["postCreateCommand"].split()  # the first command of a copy sets it up
    done = subprocess.run([sys.executable, *command[1:]], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert command[0] == "python" and done.returncode == 0 and "Usage: " in done.stdout


def test_the_errata_have_the_columns_that_they_promise():
    errata = read("CHANGELOG.md").partition("## Errata")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in errata.splitlines() if line.startswith("|")]
    assert {len(row) for row in rows} == {6}
    assert all(re.fullmatch(r" \d{4}-\d\d-\d\d ", row[0]) for row in rows[2:])
