"""The estimates of how long parts take: near what the parts hold, and the same wherever a learner reads them."""

import re

import pytest
from test_readme import FIRST_SCREEN

from autograder.course import ROOT, parts
from autograder.notebooks.lesson_notebooks import notebook_path, read_notebook
from benchmarks import learner_minutes

FLUENT, NEW = learner_minutes.RATES.values()


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.name)
def test_the_minutes_of_a_part_are_near_the_estimate_from_what_it_holds(part):
    found = learner_minutes.work(part)
    for stated, rates in ((part.minutes, FLUENT), (part.minutes_new, NEW)):
        assert stated == pytest.approx(found.minutes(rates), rel=0.25, abs=10), learner_minutes.__doc__


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.name)
def test_a_notebook_begins_with_the_minutes_of_the_course(part):
    title = read_notebook(notebook_path(part))["cells"][0]["source"]
    assert f"With the tasks: about {part.minutes} minutes if you often write Python, {part.minutes_new} if you" in title
    found = learner_minutes.work(part)
    reading = int(re.search(r"^Reading: about (\d+) minutes", title, re.M)[1])
    assert reading == pytest.approx(found.reading(FLUENT) + found.questions * FLUENT.question, rel=0.25, abs=6)


def test_the_hours_in_texts_are_those_of_both_readers():
    fluent, new = (sum(getattr(part, name) for part in parts()) / 60 for name in ("minutes", "minutes_new"))
    faq = (ROOT / "docs" / "learner" / "faq.md").read_text(encoding="utf-8")
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    low, high, little = re.search(r"parts (\d+) to (\d+) hours, or (\d+) with a little Python", FIRST_SCREEN).groups()
    assert int(low) <= fluent <= int(high) and int(little) == pytest.approx(new, abs=1.5)
    assert f"{low} to {high} hours ({little} with a little Python)" in index
    assert f"{low} to {high} hours if you write Python often" in faq and f"about {little} hours if you know" in faq


def test_the_page_of_the_estimates_has_the_minutes_of_the_course_and_about_those_of_the_script():
    page = (ROOT / "benchmarks" / "learner_minutes.md").read_text(encoding="utf-8")
    rows = {cells[1].strip(): cells for cells in (line.split("|") for line in page.splitlines() if line[:1] == "|")}
    for part in parts():
        assert [int(rows[part.title][place]) for place in (8, 10)] == [part.minutes, part.minutes_new]
        estimates = [int(rows[part.title][place]) for place in (7, 9)]
        minutes = [learner_minutes.work(part).minutes(rates) for rates in (FLUENT, NEW)]
        assert estimates == pytest.approx(minutes, rel=0.05, abs=3), "run: python benchmarks/learner_minutes.py"
