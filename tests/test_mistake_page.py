"""The line `More:` of a check leads to the page of the recognised mistake, or it is not there."""

import datetime

import pytest

from autograder.course import ROOT, part, parts
from autograder.grading.misconceptions import misconceptions
from autograder.grading.report import Check, Report
from autograder.learner.screens import watch_lines
from autograder.render import mistake_page
from autograder.render.feedback_page import Feedback, feedback_page
from autograder.render.terminal import part_lines

FIELDS = {"hidden": False, "points": 1.0, "status": "failed", "message": "Called:     square(2)\n"}


def failed(name="square_gives_x_times_x", task="0.1", mistake="doubles", cause="0.1"):
    return Check(
        name, task, "a check", advice="Your answers are twice x.", misconception=mistake, cause=cause, **FIELDS
    )


@pytest.fixture
def setting(monkeypatch, tmp_path):
    """setting(site, catalogue): what course.toml says. No site is built here."""
    monkeypatch.setattr(mistake_page, "BUILT", tmp_path / "dist" / "site")

    def setting(site="", catalogue=True):
        monkeypatch.setattr(mistake_page, "class_settings", lambda: {"site": site, "catalogue": catalogue})

    setting()
    return setting


def built(text):
    page = mistake_page.BUILT / "mistakes" / "0.1.html"
    page.parent.mkdir(parents=True)
    page.write_text(text, encoding="utf-8")
    return page


@pytest.mark.parametrize("site", ["https://example.org/gpt", "https://example.org/gpt/"])
def test_with_a_published_site_the_link_is_its_address(setting, site):
    setting(site)
    assert mistake_page.where_to_read_on(failed()) == "https://example.org/gpt/mistakes/0.1.html#doubles"


def test_a_site_that_is_built_here_is_linked_as_a_file(setting):
    page = built('<section id="doubles">')
    assert mistake_page.where_to_read_on(failed()) == f"{page.as_uri()}#doubles"


def test_without_a_built_site_or_with_one_that_is_older_than_the_mistake_there_is_no_line(setting):
    assert mistake_page.where_to_read_on(failed()) == ""
    built('<section id="cubes">')
    assert mistake_page.where_to_read_on(failed()) == ""


def test_without_the_catalogue_or_a_mistake_there_is_no_line(setting):
    setting("https://example.org/gpt")
    assert mistake_page.where_to_read_on(failed(mistake=None)) == ""
    setting("https://example.org/gpt", catalogue=False)
    assert mistake_page.where_to_read_on(failed()) == ""


def test_a_mistake_of_an_earlier_task_leads_to_that_tasks_page(setting):
    setting("https://example.org/gpt")
    check = failed("another_check", task="0.2", cause="0.1")
    assert mistake_page.where_to_read_on(check).endswith("mistakes/0.1.html#doubles")


@pytest.mark.parametrize("count", [1, 2])
def test_the_terminal_prints_the_link_once_below_the_sentence(setting, count):
    setting("https://example.org/gpt")
    checks = tuple(failed(name) for name in ("square_gives_x_times_x", "second")[:count])
    report = Report(0, "part00_setup", "part00_setup.py", "0" * 64, 1, "local", "3.11", checks)
    lines = list(part_lines(report, "exercises/part00_setup.py", ""))
    (line,) = [line for line in lines if "More:" in line]
    assert line.split() == ["More:", "https://example.org/gpt/mistakes/0.1.html#doubles"]
    assert "Your answers are twice x." in lines[lines.index(line) - 1]


def a_report(*checks):
    return Report(0, "part00_setup", "part00_setup.py", "0" * 64, 1, "local", "3.11", checks)


def test_watch_prints_the_link_below_the_failing_check(setting):
    setting("https://example.org/gpt")
    lines = list(watch_lines(a_report(failed()), 0.1))
    (line,) = [line for line in lines if "More:" in line]
    assert line.split() == ["More:", "https://example.org/gpt/mistakes/0.1.html#doubles"]


def test_a_feedback_page_links_to_the_published_site_only_and_as_the_class_says(setting):
    def page(**facts):
        return feedback_page(Feedback("ada", part(0), a_report(failed()), datetime.date(2026, 11, 29), **facts))

    built('<section id="doubles">')
    assert "<a href" not in page()  # the instructor's own disk is of no use to a learner
    setting("https://example.org/gpt")
    assert page().count('href="https://example.org/gpt/mistakes/0.1.html#doubles"') == 1
    assert "<a href" not in page(catalogue=False)


def test_every_known_mistake_has_a_page_that_can_be_built():
    tasks = {mistake.task for part in parts() for mistake in misconceptions(part)}
    assert [task for task in tasks if not (ROOT / "docs" / "mistakes" / f"{task}.md").is_file()] == []
