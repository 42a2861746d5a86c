"""The rules for AI assistants: one text, under every name that a tool looks for, and no answer in it."""

import re

import pytest
from helpers.shared_code import shared_runs
from test_readme import calls_in, check_call

from autograder.assistant_files import AT_THE_TOP, IN_EVERY_FOLDER, NAME, assistant_files
from autograder.course import EXERCISES, ROOT, parts
from autograder.notebooks.release import RELEASE

FOLDERS = {ROOT: AT_THE_TOP, EXERCISES: IN_EVERY_FOLDER}
FOLDERS |= {RELEASE / part.name: IN_EVERY_FOLDER for part in parts()}
TEXTS = (ROOT / NAME, EXERCISES / NAME)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_name_leads_to_the_one_text(folder):
    for name, text in FOLDERS[folder].items():
        assert (folder / name).read_text(encoding="utf-8") == text, name
    if folder.parent == RELEASE:
        assert (folder / NAME).read_bytes() == (EXERCISES / NAME).read_bytes(), "run: make release"
    assert {NAME, *FOLDERS[folder]} == set(assistant_files(top=folder == ROOT))


def test_the_text_at_the_top_tells_learner_and_contributor_apart():
    text = (ROOT / NAME).read_text(encoding="utf-8")
    assert "whom you are helping" in text and "## With a learner" in text and "## With a contributor" in text
    assert all((ROOT / link).exists() for link in re.findall(r"\]\(([\w./]+)\)", text))
    assert "If you can't ask, treat them as a learner." in text


def test_a_learners_assistant_is_asked_to_teach():
    text = " ".join((EXERCISES / NAME).read_text(encoding="utf-8").split())
    for rule in (
        "What did they try", "Read the check", "make context part=5", "smallest hint",
        "Don't write, complete or correct the code of a task", "Don't open, search, run or quote `solutions/`",
    ):  # fmt: skip
        assert rule in text, rule


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.parent.name)
def test_the_texts_name_real_commands_and_hold_no_answer(path):
    text = path.read_text(encoding="utf-8")
    assert {call: wrong for call in calls_in(text) if (wrong := check_call(call))} == {}
    assert shared_runs(text, 7) == set()
