"""`make page class=FOLDER`: the parts, dates and links of a class, and nothing else of it."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from autograder.bundle import page as pages
from autograder.bundle.class_page import class_page
from autograder.bundle.page import course_data
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import ClassError, load_settings
from autograder.commands.page import app
from autograder.course import parts

CLASS = """
time_zone = "Europe/Berlin"
[due]
part02 = 2026-11-30T18:00:00
[links]
"Hand in" = "https://moodle.example.org/gpt?id=7"
Forum = "mailto:help@example.org"
[weights]
part02 = 60
part03 = 40
"""


def of_class(folder, text=CLASS):
    (folder / "class.toml").write_text(text, encoding="utf-8")
    return class_page(load_settings(ClassFolder(folder)))


def test_a_class_has_its_parts_and_those_that_they_need(tmp_path):
    assert [part.number for part in of_class(tmp_path).parts] == [1, 2, 3]
    assert [part.number for part in of_class(tmp_path, "").parts] == [part.number for part in parts()]


def test_the_page_says_when_a_part_is_due_and_where_to_submit_it(tmp_path):
    shown = of_class(tmp_path)
    data = course_data(shown.parts, shown)
    assert {row["number"]: row["due"] for row in data["parts"]} == {1: "", 2: "30 Nov 2026, 18:00", 3: ""}
    assert data["links"] == [("Hand in", "https://moodle.example.org/gpt?id=7"), ("Forum", "mailto:help@example.org")]
    assert data["zone"] == "Europe/Berlin"


@pytest.mark.parametrize("link", ['"javascript:alert(1)"', '"moodle"', "7"])
def test_a_link_that_is_not_an_address_is_refused(tmp_path, link):
    with pytest.raises(ClassError, match=r"\[links\] Forum: .* must be an address"):
        of_class(tmp_path, f"[links]\nForum = {link}\n")


def test_the_command_builds_the_page_of_the_class(tmp_path, monkeypatch):
    built = []
    monkeypatch.setattr(pages, "make_page", lambda *given: built.append(given))
    (tmp_path / "class.toml").write_text(CLASS, encoding="utf-8")
    answer = CliRunner().invoke(app, ["--class", str(tmp_path), "--out", str(tmp_path / "page")])
    assert answer.exit_code == 0, answer.output
    assert [part.number for part in built[0][1]] == [1, 2, 3] and built[0][3].links["Forum"]
    answer = CliRunner().invoke(app, ["--class", str(tmp_path / "none")])
    assert answer.exit_code == 2 and "There is no folder" in answer.stderr
