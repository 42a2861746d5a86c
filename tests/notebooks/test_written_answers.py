"""The written answers: three in the course, each with a question for the learner and a rubric for who grades it."""

import json
import re

import pytest

from autograder.course import parts
from autograder.notebooks.lesson_notebooks import notebook_path

TABLE_ROW = re.compile(r"^\| \([abc]\) .+ \| (?P<points>[0-9.]+) \|$", re.MULTILINE)
SAMPLE = re.compile(r"^\*\*Sample answer, (?P<points>[0-9.]+) of (?P<possible>[0-9.]+)\.\*\*", re.MULTILINE)


def cells(part) -> list[dict]:
    notebook = json.loads(notebook_path(part).read_text(encoding="utf-8"))
    return [{**cell, "source": "".join(cell["source"])} for cell in notebook["cells"]]


def written(part) -> list[dict]:
    """The cells that a person grades."""
    return [cell for cell in cells(part) if cell["metadata"].get("nbgrader", {}).get("solution")]


ANSWERS = [pytest.param(part, cell, id=cell["id"]) for part in parts() for cell in written(part)]


def test_the_course_has_three_written_answers():
    assert [answer.id for answer in ANSWERS] == ["part09-answer-9-5", "part09-answer-9-6", "part10-answer-10-3"]


@pytest.mark.parametrize(("part", "cell"), ANSWERS)
def test_the_points_of_the_rubric_add_up_to_those_of_the_cell(part, cell):
    assert (
        sum(float(row["points"]) for row in TABLE_ROW.finditer(cell["source"]))
        == cell["metadata"]["nbgrader"]["points"]
    )


@pytest.mark.parametrize(("part", "cell"), ANSWERS)
def test_a_full_and_a_half_sample_answer_show_how_to_grade(part, cell):
    possible = cell["metadata"]["nbgrader"]["points"]
    found = [(float(sample["points"]), float(sample["possible"])) for sample in SAMPLE.finditer(cell["source"])]
    assert found == [(possible, possible), (possible / 2, possible)]


@pytest.mark.parametrize(("part", "cell"), ANSWERS)
def test_all_that_only_graders_may_see_stands_between_the_marks(part, cell):
    assert cell["source"].startswith("### BEGIN SOLUTION\n") and cell["source"].endswith("\n### END SOLUTION")
    assert cell["source"].count("SOLUTION") == 2


@pytest.mark.parametrize(("part", "cell"), ANSWERS)
def test_the_question_before_it_says_points_minutes_and_length(part, cell):
    all_cells = cells(part)
    place = next(number for number, other in enumerate(all_cells) if other["id"] == cell["id"])
    question = all_cells[place - 1]
    assert question["id"] == cell["id"].replace("answer", "question")
    points = f"{cell['metadata']['nbgrader']['points']:g}"
    assert re.search(rf"^\*{points} points, about \d+ minutes.*, about \d+ words", question["source"], re.MULTILINE)
    assert "**A full answer**" in question["source"]
