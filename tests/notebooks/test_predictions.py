"""Each notebook asks its reader to predict before something runs, and folds the answer away."""

import re

import pytest

from autograder.course import parts
from autograder.notebooks.lesson_notebooks import notebook_path, read_notebook

LEAST = 2
QUESTION = re.compile(r"\*\*Predict before you (?:run|look)\.\*\*")
ANSWER = re.compile(r"<details>\s*<summary>[^<]+</summary>.+?</details>", re.DOTALL)


def unanswered(source: str) -> int:
    """How many questions of a text have no folded answer of their own between them and the next question."""
    return sum(not ANSWER.search(piece) for piece in QUESTION.split(source)[1:])


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.name)
def test_a_notebook_has_at_least_two_questions_to_predict_each_with_a_folded_answer(part):
    cells = [c["source"] for c in read_notebook(notebook_path(part))["cells"] if c["cell_type"] == "markdown"]
    text = "\n\n".join(cells)  # some notebooks have the answer below the cell that shows it
    assert len(QUESTION.findall(text)) >= LEAST
    assert unanswered(text) == 0


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.name)
def test_something_runs_after_each_question(part):
    cells = read_notebook(notebook_path(part))["cells"]
    asked = [place for place, cell in enumerate(cells) if QUESTION.search(cell["source"])]
    later = [[cell["cell_type"] for cell in cells[place + 1 :]] for place in asked]
    assert [place for place, kinds in zip(asked, later) if "code" not in kinds] == []


def test_a_question_without_an_answer_is_counted():
    answered = "**Predict before you run.** Why?\n<details><summary>Answer</summary>So.</details>"
    assert unanswered(answered) == 0 and unanswered("**Predict before you run.** Why?\n\n" + answered) == 1
