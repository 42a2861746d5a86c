"""A lesson as a page in the browser, and the ways to it: the command, the stub's first lines, check and watch."""

import html
import html.parser
import io
import os
import re
import sys
import webbrowser

import pytest
from helpers.grading import graded
from typer.testing import CliRunner

from autograder.bundle.page import lesson as lesson_of_the_web_page
from autograder.cli import app
from autograder.course import EXERCISES, SOLUTIONS, labs, part, parts
from autograder.learner import lesson_pointer, local_state
from autograder.notebooks import lesson_page
from autograder.stubs import fresh_stub

VOID = {"meta", "br", "img", "hr", "input", "path", "rect", "circle", "line", "link", "mspace", "wbr"}


class Balanced(html.parser.HTMLParser):
    """Notes the tags that are open, and those that close something else."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.wrong.append((tag, self.getpos()))


@pytest.fixture
def pages(tmp_path, monkeypatch):
    """A folder for the pages, where no site is built and no browser opens; the addresses that one would have opened."""
    opened = []
    monkeypatch.setattr(lesson_page, "PAGES", tmp_path / "lessons")
    monkeypatch.setattr(lesson_page, "BUILT", tmp_path / "site")
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    monkeypatch.setenv("BROWSER", "some")
    return opened


@pytest.fixture
def memory(tmp_path, monkeypatch):
    monkeypatch.setattr(local_state, "FOLDER", tmp_path / "memory")
    return tmp_path / "memory"


def lesson(*words):
    return CliRunner().invoke(app, ["lesson", *words])


def test_the_lesson_of_a_task_opens_in_the_browser_at_the_task(pages, tmp_path):
    done = lesson("1.4")
    address = f"{(tmp_path / 'lessons' / 'part01.html').as_uri()}#task-1-4"
    assert (done.exit_code, pages) == (0, [address]), done.output
    assert done.output == f"The lesson of part 1, Automatic differentiation:\n  {address}\n"
    assert 'id="task-1-4"' in (tmp_path / "lessons" / "part01.html").read_text(encoding="utf-8")


def test_print_opens_no_browser(pages):
    assert lesson("1", "--print").exit_code == 0 and pages == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a browser with a window")
def test_where_there_is_no_browser_the_address_is_enough(pages, monkeypatch):
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    done = lesson("1")
    assert pages == [] and "No browser could be opened here: open this address in yours." in done.output


def test_a_part_that_is_not_there_is_a_sentence(pages):
    done = lesson("77")
    assert (done.exit_code, pages) == (2, []) and "There is no part 77" in done.output


def test_a_page_of_the_site_is_used_while_nothing_has_changed_since(pages, tmp_path):
    built = tmp_path / "site" / "part01.html"
    built.parent.mkdir()
    built.write_text("built", encoding="utf-8")
    assert lesson_page.page_of(part(1)) == built
    os.utime(built, (1, 1))
    assert lesson_page.page_of(part(1)) == tmp_path / "lessons" / "part01.html"


@pytest.mark.parametrize("number", range(11))
def test_each_lesson_is_a_whole_page_with_pictures_and_without_answers(number):
    page = lesson_page.page(part(number))
    parser = Balanced()
    parser.feed(page)
    assert (parser.wrong, parser.open) == ([], [])
    assert not re.search(r"<th[^>]*>\s*(<math.*?</math>)?\s*</th>", page), "a heading without words"
    assert "For graders" not in page and "BEGIN SOLUTION" not in page
    assert "$" not in re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL), "a formula is left"
    assert page.count("<svg xmlns") == page.count('<div class="picture" tabindex="0"><svg xmlns') > 0
    for task in part(number).tasks:
        assert f'id="{lesson_page.anchor(task.id)}"' in page
        assert not task.defines or f"Now write {task.id} " in page


def test_the_web_pages_lessons_hold_no_notes_for_graders():
    for each in parts():
        text = lesson_of_the_web_page(each)
        assert "For graders" not in text and text.count('class="start"') == 1


def words_of(page):
    """What a reader sees of a page: code is coloured, so its lines are in pieces there."""
    return html.unescape(re.sub(r"<[^>]*>", "", page))


def test_no_line_of_a_solution_is_in_a_lesson():
    regions = re.compile(r"### BEGIN SOLUTION.*?\n(.*?) *### END SOLUTION", re.DOTALL)
    for each in parts():
        text = words_of(lesson_page.page(each))
        solved = "".join(regions.findall((SOLUTIONS / each.file_name).read_text(encoding="utf-8")))
        lines = {line.strip() for line in solved.splitlines() if len(line.strip()) > 40}
        assert not [line for line in lines if line in text], each.name
        assert all(line in words_of(lesson_page._highlighted(solved)) for line in lines), "it would be found"


def test_without_the_tutorial_a_lesson_has_its_text_and_code_and_says_where_the_pictures_are(monkeypatch, tmp_path):
    monkeypatch.setattr(lesson_page, "TUTORIAL", tmp_path / "none.ipynb")
    lesson_page.reference_outputs.cache_clear()
    try:
        page = lesson_page.page(part(1))
    finally:
        lesson_page.reference_outputs.cache_clear()
    assert "<svg" not in page and "show_order" in page and "on this page are in the notebook" in page


def test_a_result_to_predict_is_folded_up():
    text = lesson_page.page(part(1))
    cell = text[text.index("b.backward()") : text.index("twice: 4")]
    assert "<details><summary>Your prediction is made? Show the result</summary>" in cell


def test_formulas_become_mathml_and_code_keeps_its_dollars():
    shown = lesson_page.markdown_as_html("The root $\\sqrt d$, and `$HOME`.\n\n$$x_1$$")
    assert '<span class="formula" tabindex="0">' in shown, "keys move one that is too wide"
    assert shown.count("<math") == 2 and "<msqrt>" in shown and "<code>$HOME</code>" in shown


def test_every_stub_names_its_lesson_in_its_first_lines():
    for each in parts():
        lines = fresh_stub(each.file_name).split("\n")
        assert lines[2].startswith("Read the lesson first."), each.name
        assert f"make lesson part={each.number}, or python -m autograder lesson {each.number}" in lines[2]
        assert max(map(len, lines)) <= 120


class Terminal(io.StringIO):
    def isatty(self):
        return True


def unwritten():
    return graded(1, (EXERCISES / part(1).file_name).read_bytes())


def test_a_task_met_for_the_first_time_has_its_lesson_named_once(memory, monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert lesson_pointer.lesson_lines(unwritten()) == ["Task 1.1 in the lesson: python -m autograder lesson 1.1"]
    assert lesson_pointer.lesson_lines(unwritten()) == []
    assert list(local_state.read("lessons")) == ["1.1"]


def test_a_lesson_ends_with_the_way_to_the_parts_page_in_the_guide():
    page = lesson_page.page(part(3))
    assert f'part03.{"html" if "learner/part03.html" in page else "md"}">part 3 in the guide</a>' in page[-400:]
    assert "The cells run only in the notebook" in page


def test_a_lab_met_for_the_first_time_has_its_page_named(memory, monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    lab = labs()[0]
    report = graded(lab.number, (EXERCISES / lab.file_name).read_bytes())
    assert lesson_pointer.lesson_lines(report) == ["The lesson of lab 1 is a page of the guide: docs/learner/lab1.md"]


def test_output_that_no_person_reads_and_a_part_that_is_passed_have_no_pointer(memory, monkeypatch):
    assert lesson_pointer.lesson_lines(unwritten()) == []
    monkeypatch.setattr(sys, "stdout", Terminal())
    passed = graded(1, (SOLUTIONS / part(1).file_name).read_bytes())
    assert lesson_pointer.lesson_lines(passed) == [] and not memory.exists()
