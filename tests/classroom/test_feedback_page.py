"""The learner's page of feedback: what it says in each case, and what it never holds."""

from __future__ import annotations

import base64
import datetime
import hashlib
import html
import re
import shutil
import zoneinfo
from dataclasses import replace

import pytest
from helpers.submissions import PART, SOLUTION, answered, cell, feedback, fresh_notebook, hand_in

from autograder.appeal_file import read_appeals
from autograder.bundle.gradescope_run import results
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import last_released
from autograder.classroom.autograde import grade_class
from autograder.classroom.feedback import learner_page
from autograder.classroom.gradebook import open_gradebook
from autograder.classroom.written_answer import from_inert_markdown, to_inert_markdown
from autograder.course import SOLUTIONS, part
from autograder.grading.report import Check, Report
from autograder.render.feedback_page import Feedback, Marks, Picture, Times, feedback_page
from autograder.render.graded_notebook import summary_sentences
from autograder.render.terminal import part_lines

FIRST = part(1)
RIGHT = (SOLUTIONS / FIRST.file_name).read_text(encoding="utf-8")
OVERWRITES = RIGHT.replace("child.grad += ", "child.grad = ")
NO_FILE = RIGHT.replace("def backward(self)", "def backward(self")
SECRET = "the-value-of-a-hidden-check"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;\n\n1. *words*\n    `x`"
TIMES = {
    "full": "2026-11-22 09:00:00.000000 UTC",
    "mistake": "2026-11-23 09:00:00.000000 UTC",
    "not-valid": "2026-11-23 09:00:00.000000 UTC",
    "late": "2026-11-25 17:30:00.000000 UTC",
}


@pytest.fixture(scope="module")
def a_class(tmp_path_factory, empty_gradebook, strict) -> ClassFolder:
    """One learner for each case, graded."""
    assert OVERWRITES != RIGHT != NO_FILE
    folder = ClassFolder(tmp_path_factory.mktemp("class"))
    shutil.copy(empty_gradebook, folder.root)
    (folder.root / "class.toml").write_text(
        'time_zone = "Europe/Berlin"\n[due]\npart01 = "2026-11-23 18:00"\n', encoding="utf-8"
    )
    (folder.root / "extensions.csv").write_text("student_id,part,due,extra_days\nlate,1,,1\n", encoding="utf-8")
    for learner, module in (("full", RIGHT), ("mistake", OVERWRITES), ("not-valid", NO_FILE), ("late", OVERWRITES)):
        place = hand_in(folder, learner, module, fresh_notebook(FIRST), FIRST)
        (place / "timestamp.txt").write_text(TIMES[learner], encoding="utf-8")
    hand_in(folder, "no-module", None, fresh_notebook(FIRST), FIRST)
    for learner in ("pending", "graded"):
        hand_in(folder, learner, SOLUTION, answered(MARKUP))
    outcomes = grade_class(folder, FIRST, folder.learners(FIRST), strict)
    outcomes += grade_class(folder, PART, folder.learners(PART), strict)
    assert [outcome.failure for outcome in outcomes if outcome.failure] == []
    with open_gradebook(folder) as book:
        grade = book.find_grade("written-9-5", PART.name, PART.name, "graded")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        comment = book.find_comment("written-9-5", PART.name, PART.name, "graded")
        comment.manual_comment = "Right. Say <b>why</b>."
        book.db.commit()
    return folder


def page_of(folder: ClassFolder, learner: str) -> str:
    """The page as it is now, as HTML."""
    its_part = PART if learner in ("pending", "graded") else FIRST
    return learner_page(folder, its_part, learner)


def words(page: str) -> str:
    """The text of a page, blanks squeezed."""
    body = page[page.index("<body>") :]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def test_full_marks(a_class):
    text = words(page_of(a_class, "full"))
    assert "10 of 10 points" in text and "Every check passes" in text
    assert "Next: part 2, Tokenizer and bigrams:" in text
    assert "Failed" not in text and "penalty" not in text
    page = feedback(a_class, "full", FIRST)
    today = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Berlin"))
    assert f"<title>Part 1: Automatic differentiation, full, {today.day} {today:%B %Y}</title>" in page


def test_one_mistake_is_reported_once_at_the_top_with_the_learners_own_line(a_class):
    page = page_of(a_class, "mistake")
    text = words(page)
    assert re.search(r"One mistake explains \d+ failing checks 1\.4 backward, part01_autograd\.py, line \d+: ", text)
    assert text.count("Your backward overwrites instead of adding") == 1
    assert "<code>def backward(self) -&gt; None:</code>" in page
    assert text.index("One mistake") < text.index("Next: fix 1.4 backward") < text.index("1.1 + and *")
    assert "Called: x = Value(" in text and "Returned:" in text
    assert len(re.findall("<h1", page)) == 1 and "<h2>1.4 backward</h2>" in page
    assert len(re.findall(r"part01_autograd\.py, line \d+", page)) == 3, "at the top, and once a task"
    assert re.search(r'<span class="labelled">Called: +x = Value', page), "so that a long line goes on behind its label"


def test_a_page_says_how_to_ask_for_a_regrade_of_what_lost_points(a_class):
    page, lost = page_of(a_class, "mistake"), last_released(a_class, "mistake", FIRST).checks
    names = [check.name for check in lost if check.status not in ("passed", "manual")]
    listed = page[page.index("<summary>Is a check wrong?</summary>") :]
    assert re.findall(r"<li>[^<]*<code>(\w+)</code></li>", listed) == names and len(names) > 1
    (text,) = re.findall(r"<pre>(\[\[appeal\]\].*?)</pre>", page, flags=re.DOTALL)
    assert [appeal.check for appeal in read_appeals(html.unescape(text).encode())] == names[:1]
    assert f"appeal 1 --check {names[0]} --reason" in html.unescape(page) and "appeal_part01.toml" in page
    for learner in ("full", "not-valid", "no-module", "pending"):
        assert "Is a check wrong?" not in page_of(a_class, learner)


def test_a_file_that_python_cannot_read_is_reported_once(a_class):
    text = words(page_of(a_class, "not-valid"))
    assert "0 of 10 points" in text and text.count("Python can't read the file") == 1
    assert "Nothing could be checked" in text and "def backward(self ->" in text
    assert re.search(r"Next: fix line \d+ of part01_autograd\.py, then", text)
    assert text.count("Not checked: see above.") == len(FIRST.tasks)


def test_a_module_that_is_missing_is_named_first_and_has_no_checksum(a_class):
    text = words(page_of(a_class, "no-module"))
    assert "part01_autograd.py was not submitted part01_autograd.py is missing" in text
    assert "Next: submit part01_autograd.py." in text
    assert "sha256" not in text and "e3b0c442" not in page_of(a_class, "no-module")


def test_a_late_penalty_is_next_to_due_and_submission_time_on_the_class_clock(a_class):
    text = words(page_of(a_class, "late"))
    assert "Submitted Wednesday, 25 November 2026, 18:30 (Europe/Berlin)" in text
    assert "Due Tuesday, 24 November 2026, 18:00 (Europe/Berlin), with your extension" in text
    assert "Late penalty 0.575 points taken off, 1 day late" in text
    assert "5.175 of 10 points Checks 5.75 of 10 points Submitted" in text, (
        "which is 5.75 less 0.575, to the last digit"
    )


def test_a_penalty_and_a_due_date_follow_the_files_without_grading_again(a_class):
    path = a_class.root / "extensions.csv"
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text("student_id,part,due,extra_days\nlate,1,,3\n", encoding="utf-8")
        text = words(page_of(a_class, "late"))
    finally:
        path.write_text(before, encoding="utf-8")
    assert "Late penalty" not in text and "5.75 of 10 points" in text


def test_a_written_answer_that_waits_is_not_graded_yet_and_not_zero(a_class):
    text = words(page_of(a_class, "pending"))
    assert "10 of 12 points so far" in text and "2 points not graded yet" in text
    assert "9.5 written: what a loss of 2.37 means not graded yet (2 points)" in text
    assert "9.6 written: what attention buys and costs 0 of 2 points There is no answer." in text
    assert "No response" not in text


def test_a_graded_answer_has_its_points_and_comment_and_is_shown_as_it_was_typed(a_class):
    page = page_of(a_class, "graded")
    assert "11.5 of 14 points" in words(page) and "1.5 of 2 points" in words(page)
    assert "Right. Say &lt;b&gt;why&lt;/b&gt;." in page
    assert html.escape(MARKUP, quote=False) in page.replace("&#34;", '"').replace("&#39;", "'")


@pytest.mark.parametrize("learner", ["full", "mistake", "not-valid", "no-module", "late", "pending", "graded"])
def test_a_page_has_no_script_and_names_no_host(a_class, learner):
    page = page_of(a_class, learner)
    assert not re.search(
        r"https?:|//[a-z]|<script|<link|<iframe|<form| on\w+=|javascript:|url\(|@import", page.split("<main>")[0]
    )
    tags = set(re.findall(r"<([a-z][a-z0-9]*)", page))
    assert tags <= set(
        "html head meta title style body main footer section div h1 h2 p dl dt dd ul li span strong pre code "
        "details summary".split()
    )
    assert """content="default-src 'none'; style-src 'unsafe-inline'; img-src data:\"""" in page


def a_report(**facts) -> Report:
    """A report of part 1 with a public and a hidden check that failed."""
    task = FIRST.tasks[0]
    both = {"task": task.id, "points": 1.0, "status": "failed", "message": f"Called: {SECRET}", "line": 2}
    checks = (
        Check(name="a", title="a public check", hidden=False, **{**both, "message": "<b>shown</b>"}),
        Check(name="b", title="a hidden check", hidden=True, **both),
    )
    report = Report(1, FIRST.module, FIRST.file_name, "0" * 64, 1, "strict", "3.12.1", checks, printed=SECRET)
    return replace(report, **facts)


def shown(report: Report, source: bytes | None = None, **facts) -> str:
    """The page of a report."""
    return feedback_page(Feedback("<i>ada", FIRST, report, datetime.date(2026, 11, 29), source, **facts))


def test_nothing_of_a_hidden_check_or_of_what_was_printed_is_in_the_page():
    page = shown(a_report())
    assert SECRET not in page
    assert "a hidden check" in page and "The result is not the expected one." in page
    assert page.count("line 2") == 1  # of the public check


def test_whatever_a_learner_wrote_is_escaped():
    source = b"x = 1\nx = '<b>bold</b>' # \xff\n"
    marks = {FIRST.tasks[1].id: Marks(None, 2.0, "<i>so</i>", ("<script>", Picture('"><script>')))}
    page = shown(a_report(sha256=hashlib.sha256(source).hexdigest()), source, remarks=["<u>x</u>"], marks=marks)
    assert not re.search(r"<(b|i|u|script)>", page)
    assert "&lt;b&gt;bold&lt;/b&gt;" in page and "&lt;b&gt;shown&lt;/b&gt;" in page and "&lt;i&gt;ada" in page


def test_a_line_is_shown_only_of_the_file_that_was_graded():
    assert "another = file" not in shown(a_report(), b"x = 1\nanother = file\n")


def test_the_first_line_for_a_missing_module_says_so_in_every_route():
    checks = (Check("a", "1.1", "a check", False, 1.0, status="missing", message="part01_autograd.py is missing."),)
    report = a_report(checks=checks, sha256=hashlib.sha256(b"").hexdigest())
    told = {
        "nbgrader": summary_sentences(report)[0],
        "gradescope": results(report, 1.0)["output"],
        "page": words(shown(report)),
        "terminal": "\n".join(part_lines(report, report.file, "Next: submit it.")),
    }
    assert not [where for where, text in told.items() if "sha256" in text or "e3b0c442" in text]
    for where in ("nbgrader", "gradescope", "page"):
        assert "part01_autograd.py was not submitted" in told[where]


def test_work_without_a_time_is_not_late_and_the_page_says_so():
    due = datetime.datetime(2026, 11, 24, 18, tzinfo=datetime.timezone.utc)
    text = words(shown(a_report(), times=Times(due, None)))
    assert "Due Tuesday, 24 November 2026, 18:00 (UTC)" in text and "it does not count as late" in text


@pytest.mark.parametrize(
    "typed",
    [
        MARKUP,
        "plain",
        "two\n\nparagraphs\n  with blanks",
        r"\frac{1}{2} $x$ \\ [a](b) ![c](d)",
        "a | b\n--|--\n1 | 2",
        "![picture](attachment:picture-1)",
        "&nbsp;&#8203; ümlaut 数",
    ],
)
def test_an_answer_is_turned_into_data_and_back(typed):
    markdown, pictures = to_inert_markdown(typed, None)
    (text,) = from_inert_markdown(markdown, pictures)
    left_out = "(A pasted file was left out: only PNG and JPEG pictures of at most 2 MB are shown.)"
    assert text == (left_out if typed.startswith("![picture]") else typed)


def test_a_pasted_picture_comes_back_in_its_place():
    data = base64.b64encode(b"\x89PNG\r\n\x1a\n123").decode("ascii")
    markdown, pictures = to_inert_markdown("before ![x](attachment:a.png) after", {"a.png": {"image/png": data}})
    before, picture, after = from_inert_markdown(markdown, pictures)
    assert (before.strip(), after.strip()) == ("before", "after")
    assert picture == Picture(f"data:image/png;base64,{data}")


def test_what_nobody_wrote_is_not_an_answer():
    assert from_inert_markdown(cell(fresh_notebook(), "written-9-5")["source"], None) == ()
