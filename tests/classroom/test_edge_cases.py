"""Each edge case of a submission gives a score and a sentence, and none stops the batch. One batch holds them all."""

from __future__ import annotations

import html
import json
import os
import shutil

import pytest
from helpers.submissions import (
    PART,
    SOLUTION,
    STUB,
    answered,
    by_checks,
    cell,
    feedback,
    fresh_notebook,
    grades,
    hand_in,
)

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.autograde import grade_class
from autograder.classroom.gradebook import open_gradebook
from autograder.classroom.submitted_notebook import LARGEST_NOTEBOOK
from autograder.sandbox import strict_tier

SECRET = "the-instructor-alone-may-read-this"


def without_metadata(notebook):
    for each in notebook["cells"]:
        each["metadata"] = {}
    notebook["metadata"] = {}
    return notebook


def without_names(notebook):
    for each in without_metadata(notebook)["cells"]:
        del each["id"]
    return notebook


def changed(grade_id, **facts):
    notebook = answered()
    cell(notebook, grade_id).update(facts)
    return notebook


def with_facts(**facts):
    """A copy of the notebook whose first graded cell says other things to nbgrader."""
    notebook = answered()
    cell(notebook, "check-9-1")["metadata"]["nbgrader"].update(facts)
    return notebook


def with_copied_cells(*grade_ids):
    notebook = answered()
    for grade_id in grade_ids:
        notebook["cells"].append({**cell(notebook, grade_id), "source": "something else"})
    return notebook


def without_cell(grade_id):
    notebook = answered()
    notebook["cells"].remove(cell(notebook, grade_id))
    return notebook


def with_emptied_metadata():
    """What copying a cell leaves behind in some versions: the plain tool stops the whole batch (nbgrader #1083)."""
    notebook = answered()
    notebook["cells"].append({**cell(notebook, "check-9-1"), "id": "copy", "metadata": {"nbgrader": {}}})
    return notebook


STDERR = [{"output_type": "stream", "name": "stderr", "text": ["UserWarning: x\n"]}]
HUNDRED = [{"output_type": "execute_result", "data": {"text/plain": "100"}, "metadata": {}, "execution_count": 1}]
LOOP = f"{SOLUTION}\n\ndef perplexity(loss):\n    while True:\n        pass\n"
SEGFAULT = f"{SOLUTION}\n\ndef perplexity(loss):\n    import ctypes\n    ctypes.string_at(0)\n"
LOUD = f"{SOLUTION}\n\nfor _ in range(500):\n    print('x' * 1_000_000)\n"

# learner: what they hand in, the points that checks must give, words of their feedback
CASES = {
    "in-bits": (SOLUTION.replace("math.exp(loss)", "2.0**loss"), answered(), 8, "as if it were in bits"),
    "finished": (SOLUTION, answered(), 10, "10 of 10 points"),
    "not-begun": (STUB, fresh_notebook(), 0, "Not written yet"),
    "loops": (LOOP, answered(), 8, "did not answer in time"),
    "ends-the-process": (f"{SOLUTION}\nimport os\nos._exit(0)\n", answered(), 0, "ended the program"),
    "segfault": (SEGFAULT, answered(), 8, "the interpreter crashed"),
    "prints-500-megabytes": (LOUD, answered(), 10, "10 of 10 points"),
    "no-module": (None, answered(), 0, "part09_understanding.py is missing."),
    "latin-1": (b"# caf\xe9\n", answered(), 0, "not UTF-8 text"),
    "null-bytes": (b"\0" * 100, answered(), 0, "null bytes"),
    "syntax-error": ("def f(:\n", answered(), 0, "Python can't read the file"),
    "no-notebook": (SOLUTION, None, 10, "There is no part09.ipynb"),
    "not-json": (SOLUTION, b"PK\x03\x04 I am a zip", 10, "part09.ipynb is not a notebook"),
    "old-format": (SOLUTION, {"worksheets": [], "nbformat": 3}, 10, "Jupyter's format 4"),
    "deep-json": (SOLUTION, b"[" * 100_000, 10, "part09.ipynb is not a notebook"),
    "odd-cells": (SOLUTION, {"cells": [1, None, {"source": 5}, {"source": "\ud800"}, {}]}, 10, "10 of 10"),
    "too-large": (SOLUTION, b" " * (LARGEST_NOTEBOOK + 1), 10, "clear its outputs"),
    "deleted-check": (SOLUTION, without_cell("check-9-1"), 10, "10 of 10"),
    "deleted-answer": (SOLUTION, without_cell("written-9-5"), 10, "written-9-5 with a written answer is not in"),
    "no-metadata": (SOLUTION, without_metadata(answered()), 10, "Ten letters and a half"),
    "no-names": (SOLUTION, without_names(answered()), 10, "No answer was found in its cell"),
    "copied-check": (SOLUTION, with_copied_cells("check-9-1"), 10, "occurs more than once"),
    "copied-answer": (SOLUTION, with_copied_cells("written-9-5"), 10, "the first one counts"),
    "copied-without-facts": (SOLUTION, with_emptied_metadata(), 10, "10 of 10"),
    "stderr": (SOLUTION, changed("check-9-1", outputs=STDERR), 10, "10 of 10"),
    "claims-100-points": (STUB, changed("check-9-1", outputs=HUNDRED), 0, "Not written yet"),
    "points-beyond": (SOLUTION, with_facts(points=1000), 10, "10 of 10"),
    "old-schema": (SOLUTION, with_facts(schema_version=1), 10, "10 of 10"),
    "future-schema": (SOLUTION, with_facts(schema_version=99), 10, "10 of 10"),
    "no-grade-id": (SOLUTION, with_facts(grade_id=None), 10, "10 of 10"),
    "rewritten-check": (STUB, changed("check-9-1", source="2.0"), 0, "Not written yet"),
    "answer-as-code": (SOLUTION, changed("written-9-5", cell_type="code", source="my words"), 10, "my words"),
    "markup-as-code": (
        SOLUTION,
        changed("written-9-5", cell_type="code", source="<script>alert(1)</script>\n\nso"),
        10,
        "<script>alert(1)</script>\n\nso",
    ),
    "markup": (
        SOLUTION,
        answered("<script>alert(1)</script><img src=x onerror=alert(2)>\n\n*words*"),
        10,
        "*words*",
    ),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, empty_gradebook, strict):
    """A class in which everything of the above is handed in, graded in one go."""
    folder = ClassFolder(tmp_path_factory.mktemp("class"))
    shutil.copy(empty_gradebook, folder.root)
    for learner, (module, notebook, _, _) in CASES.items():
        hand_in(folder, learner, module, notebook)
    renamed = hand_in(folder, "renamed", SOLUTION, answered()) / "part09.ipynb"
    renamed.rename(renamed.with_name("Copy of part09 (1).ipynb"))
    (folder.root / "secret.txt").write_text(SECRET, encoding="utf-8")
    place = hand_in(folder, "links", None, None)
    for name in (PART.file_name, "part09.ipynb", "notes.txt"):
        (place / name).symlink_to(folder.root / "secret.txt")
    (place / "nowhere").symlink_to("/no/such/file")
    os.mkfifo(place / "pipe")
    (hand_in(folder, "folders", None, answered()) / PART.file_name).mkdir()
    (hand_in(folder, "odd [name]*", SOLUTION, answered()) / "timestamp.txt").write_text("yesterday", encoding="utf-8")
    hand_in(folder, "our-fault", SOLUTION, answered())
    (folder.feedback / "our-fault").mkdir(parents=True)
    (folder.feedback / "our-fault" / PART.name).write_text("a file in the way", encoding="utf-8")
    outcomes = grade_class(folder, PART, folder.learners(PART), strict)
    return folder, {outcome.learner: outcome for outcome in outcomes}


@pytest.mark.parametrize("learner", CASES)
def test_every_case_gets_its_score_and_a_sentence(graded, learner):
    folder, outcomes = graded
    assert outcomes[learner].failure == ""
    assert by_checks(folder, learner) == CASES[learner][2]
    assert CASES[learner][3] in html.unescape(feedback(folder, learner))


def test_one_failure_costs_no_other_submission(graded):
    folder, outcomes = graded
    failed = {learner: outcome.failure for learner, outcome in outcomes.items() if outcome.failure}
    assert list(failed) == ["our-fault"]
    assert "Not a directory" in failed["our-fault"]
    assert len(outcomes) == len(CASES) + 5


def test_a_renamed_notebook_and_an_odd_name_are_graded(graded):
    folder, _ = graded
    assert by_checks(folder, "renamed") == 10
    assert "There is no part09.ipynb" in feedback(folder, "renamed")
    assert by_checks(folder, "odd [name]*") == 10
    assert "timestamp.txt contains no valid time" in feedback(folder, "odd [name]*")


def test_links_are_not_followed_and_nothing_else_is_copied(graded):
    folder, _ = graded
    assert by_checks(folder, "links") == 0
    assert "is a link, not a file" in feedback(folder, "links")
    assert by_checks(folder, "folders") == 0
    given_back = [path for place in (folder.autograded, folder.feedback) for path in place.rglob("*") if path.is_file()]
    assert not [path for path in given_back if SECRET in path.read_bytes().decode("latin-1")]
    of_the_exchange = {"timestamp.txt", "submission_secret.txt"}
    names = {path.name for path in given_back} - of_the_exchange
    assert names == {"part09.ipynb", "part09.html", PART.file_name, PART.name}


def test_written_answers_wait_for_a_person_and_untouched_ones_get_nothing(graded):
    folder, outcomes = graded
    for learner in ("finished", "no-metadata", "no-names", "copied-answer", "answer-as-code", "deleted-answer"):
        assert grades(folder, learner)["written-9-5"] is None, learner
        assert outcomes[learner].by_hand
    for learner in ("finished", "not-begun", "no-notebook", "not-json"):
        assert grades(folder, learner)["written-9-6"] == 0, learner


def test_the_first_of_two_answers_counts_and_the_other_can_be_read(graded):
    folder = graded[0]
    page = feedback(folder, "copied-answer")
    assert "Ten letters and a half" in page and "something else" not in page
    for_formgrader = (folder.autograded / "copied-answer" / PART.name / f"{PART.name}.ipynb").read_text(
        encoding="utf-8"
    )
    assert for_formgrader.index("Ten letters and a half") < for_formgrader.index("something else")


def test_markup_of_a_learner_is_shown_but_does_nothing(graded):
    page = feedback(graded[0], "markup") + feedback(graded[0], "markup-as-code")
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page and '<img src="x" onerror' not in page and ' onerror="alert' not in page


def test_a_page_shows_questions_and_verdicts_and_no_lesson_that_was_left_as_it_was(graded):
    folder, _ = graded
    page = html.unescape(feedback(folder, "finished"))
    assert "lesson.exploring()" not in page and "By hand" not in page
    assert "what a loss of 2.37 means" in page and "Ten letters and a half" in page
    for learner in CASES:
        path = folder.autograded / learner / PART.name / f"{PART.name}.ipynb"
        outputs = [o for c in json.loads(path.read_text(encoding="utf-8"))["cells"] for o in c.get("outputs", [])]
        lines = [line for o in outputs for line in "".join(o.get("text", "")).splitlines()]
        assert lines and max(map(len, lines)) <= 100, max(lines, key=len)


def test_a_recognised_mistake_replaces_the_checks_own_guess(graded):
    folder, _ = graded
    page = html.unescape(feedback(folder, "in-bits"))
    assert page.index("One mistake explains 2 failing checks") < page.index("Called:")
    assert page.count("You compute 2 to the power of the loss") == 1 and "Likely:" not in page


def test_nothing_of_hidden_checks_is_given_back_but_sentence_and_kind(graded):
    folder, _ = graded
    page = html.unescape(feedback(folder, "loops"))
    assert "(hidden check)" in page
    assert "The code did not finish in time." in page
    hidden = (PART.suite / "test_hidden.py").read_text(encoding="utf-8")
    calls = [line.strip() for line in hidden.splitlines() if "student." in line or "assert" in line]
    assert calls and not [line for line in calls if line in page]


def test_what_has_not_changed_is_not_graded_again(graded, monkeypatch):
    folder, outcomes = graded
    monkeypatch.setattr("autograder.grading.store.grade", lambda *_, **__: pytest.fail("graded again"))
    again = grade_class(folder, PART, ["finished"], strict_tier())
    assert again == [outcomes["finished"]]


def test_what_you_graded_manually_stays_graded_until_the_answer_changes(graded):
    folder, _ = graded
    with open_gradebook(folder) as book:
        grade = book.find_grade("written-9-5", PART.name, PART.name, "finished")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.db.commit()
    (outcome,) = grade_class(folder, PART, ["finished"], strict_tier())
    assert (outcome.score, outcome.by_hand) == (11.5, False)
    assert "1.5 of 2 points" in feedback(folder, "finished")
    path = folder.submitted / "finished" / PART.name / "part09.ipynb"
    path.write_text(json.dumps(answered("Eleven letters.")), encoding="utf-8")
    (outcome,) = grade_class(folder, PART, ["finished"], strict_tier())
    assert outcome.by_hand
