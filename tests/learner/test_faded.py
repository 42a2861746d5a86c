"""The code with blanks at the end of the hints: right once it is filled in, and never complete."""

from __future__ import annotations

import ast
import functools
import json
import re

import pytest

from autograder.class_folder import settings
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import ClassError, code_in_hints, load_settings
from autograder.course import SOLUTIONS, part, parts_and_labs
from autograder.grading.grade import GradingContext, grade
from autograder.grading.sources import functions_of
from autograder.learner import hint_steps, local_state, planted
from autograder.learner.faded import examples
from autograder.learner.hint_steps import code_lines
from autograder.learner.other_forms import as_taught
from autograder.sandbox import Tier
from autograder.stubs import fresh_stub

TASKS = [(each, task) for each in parts_and_labs() for task in each.tasks if task.defines]
IDS = [task.id for _, task in TASKS]
BLANK = re.compile(r"____(\d+)\b")


@functools.cache
def code(source: str, names: tuple[str, ...]) -> str:
    functions = functions_of(ast.parse(source))
    return "\n".join(ast.unparse(functions[name].node) for name in names)


def fill_in(text: str, example) -> str:
    return BLANK.sub(lambda found: example.missing[int(found[1]) - 1], text)


def hidden(example) -> int:
    """Characters that are missing."""
    return sum(map(len, example.missing))


@pytest.mark.parametrize(("each", "task"), TASKS, ids=IDS)
def test_filled_with_its_expressions_the_code_is_the_reference_or_the_form_that_the_lesson_leads_to(each, task):
    reference = (SOLUTIONS / each.file_name).read_text(encoding="utf-8")
    for example in examples(each, task):
        filled = fill_in(example.module, example)
        assert code(filled, task.defines) == code(as_taught(reference, each, task), task.defines)
        numbers = [int(number) for number in BLANK.findall(code(example.module, task.defines))]
        assert numbers == [*range(1, len(example.missing) + 1)], "blanks are numbered in order"


@pytest.mark.parametrize(("each", "task"), TASKS, ids=IDS)
def test_the_first_code_lacks_more_and_what_the_second_lacks_is_missing_in_both(each, task):
    many, few = examples(each, task)
    assert len(many.missing) >= len(few.missing) >= 1 and hidden(many) > hidden(few)
    left = list(many.missing)
    for expression in few.missing:
        place = next((i for i, longer in enumerate(left) if expression in longer), None)
        assert place is not None, expression
        left[place] = left[place].replace(expression, "", 1)


@pytest.mark.parametrize(("each", "task"), TASKS, ids=IDS)
def test_no_function_is_complete_in_either_code(each, task):
    for example in examples(each, task):
        for name in task.defines:
            assert BLANK.search(code(example.module, (name,))), name


def test_the_code_of_a_backward_pass_is_the_recursive_one_that_the_lesson_leads_to_and_that_of_a_long_chain_is_a_loop():
    for example in examples(part(1), part(1).task("1.4")):
        lines = [line.strip() for line in code_lines(example, part(1).task("1.4"))]
        assert "def visit(value):" in lines and "visit(child)" in lines and "visit(self)" in lines
        assert lines[1].startswith("self.grad = ____1"), "step 1 comes first, as in the lesson"
    for example in examples(part(1), part(1).task("1.5")):
        assert not any("visit(" in line for line in code_lines(example, part(1).task("1.5")))


def test_the_code_in_the_form_of_the_lesson_passes_its_task_and_keeps_the_docstring():
    task, example = part(1).task("1.4"), examples(part(1), part(1).task("1.4"))[0]
    filled = fill_in(example.module, example)
    assert "1. Set self.grad = 1." in filled
    files = {part(1).file_name: filled.encode("utf-8")}
    assert grade(files, part(1), seed=1, tier=Tier.LOCAL, task=task.id, explain=False).passed


def test_the_blanks_are_where_the_known_mistakes_are():
    assert "local_grad * value.grad" in examples(part(1), part(1).task("1.4"))[1].missing
    assert "len(query) ** -0.5" in examples(part(5), part(5).task("5.1"))[1].missing
    many, few = examples(part(3), part(3).task("3.1"))
    assert many.missing == ("sum(weight * xi for weight, xi in zip(row, x))", "w")
    assert few.missing == ("weight * xi", "zip(row, x)")


def test_the_code_can_be_shown_on_any_terminal_and_has_no_docstring():
    for each, task in TASKS:
        for example in examples(each, task):
            lines = [*code_lines(example, task)]
            assert "\n".join(lines).isascii() and '"""' not in "\n".join(lines)
            assert sum(bool(re.match(r"(    )?def ", line)) for line in lines) == len(task.defines)


def messages_of_blanks(chosen) -> None:
    """Check each code with all its blanks empty: the message says which blank the call met, and where."""

    def reports():
        context = GradingContext()
        for each, task, example in chosen:
            content = example.module.encode("utf-8")
            yield content, task, grade({each.file_name: content}, each, tier=Tier.LOCAL, task=task.id, context=context)

    for content, task, report in reports():
        failing = next(check for check in report.checks if check.status == "error")
        number = re.search(r"Blank ____(\d+) is still empty, in line (\d+)\.", failing.message)
        assert number, (task.id, failing.message)
        assert f"____{number[1]}" in content.decode("utf-8").split("\n")[int(number[2]) - 1]
        assert failing.line == int(number[2]) and "Write an expression in its place" in failing.message
        assert "NameError" not in failing.message and not report.passed


def test_an_empty_blank_is_named_with_its_line():
    """In a method, whose class Python puts before the name, in a loop and in a comprehension."""
    chosen = [(each, task) for each, task in TASKS if task.id in ("0.2", "1.1", "3.1", "9.4")]
    messages_of_blanks([(each, task, examples(each, task)[1]) for each, task in chosen])


@pytest.mark.slow
def test_an_empty_blank_is_named_in_every_code():
    messages_of_blanks([(each, task, example) for each, task in TASKS for example in examples(each, task)])


# As a learner uses it


def test_a_learner_climbs_to_the_code_inserts_it_fills_it_in_and_passes(course):
    course.run("hint", "3.2")
    early = course.run("hint", "3.2", "--insert")
    assert early.returncode == 2 and "There is no code to insert yet" in early.stderr and "____" not in early.stdout
    path = course.root / ".learner" / "hints.json"
    (key,) = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({key: 3}), encoding="utf-8")
    assert "Hint 4 of 6" in course.run("hint", "3.2").stdout
    first = course.run("hint", "3.2").stdout
    assert "Hint 5 of 6" in first and "with blanks" in first and "largest = ____1" in first
    assert "hint 3.2 --insert" in first
    before = course.file(3).read_bytes()
    inserted = course.run("hint", "3.2", "--insert")
    assert "now has softmax with 5 blanks, ____1 to ____5." in inserted.stdout, inserted.stderr
    assert "already has this code" in course.run("hint", "3.2", "--insert").stdout
    assert "Blank ____1 is still empty, in line " in course.run("check", "3.2").stdout
    assert course.file(3).read_text(encoding="utf-8").count("NotImplementedError") == 2, "only this task changed"
    last = course.run("hint", "3.2").stdout
    assert "with fewer blanks, in place of 5." in last and "total = ____1" in last and "largest = ____1" not in last
    many = examples(part(3), part(3).task("3.2"))[0]
    course.write(3, fill_in(course.file(3).read_text(encoding="utf-8"), many))
    passed = course.run("check", "3.2")
    assert passed.returncode == 0, passed.stdout
    assert "you need no hints" in course.run("hint", "3.2").stdout
    course.run("undo")
    assert course.file(3).read_bytes() == before


# Who decides


def at(folder, text):
    (folder / "class.toml").write_text(text, encoding="utf-8")
    return code_in_hints(folder)


def test_without_a_class_there_is_code_and_a_class_has_to_choose_it(tmp_path):
    assert code_in_hints(tmp_path)
    assert not at(tmp_path, "")
    assert at(tmp_path, "code_in_hints = true\n")
    assert not at(tmp_path, "code_in_hints = false\n")
    assert not at(tmp_path, "this is no TOML")
    (tmp_path / "class.toml").write_text('code_in_hints = "yes"\n', encoding="utf-8")
    with pytest.raises(ClassError, match="code_in_hints: 'yes' must be true or false, without quotes"):
        load_settings(ClassFolder(tmp_path))


def test_a_class_without_code_hears_so_after_the_last_text(tmp_path, monkeypatch):
    monkeypatch.setattr(local_state, "FOLDER", tmp_path)
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    monkeypatch.setattr(hint_steps, "code_in_hints", lambda: False)
    task = part(3).task("3.2")
    assert hint_steps.unavailable(part(3), task) == "The code with blanks is not available in this class."
    content = fresh_stub(part(3).file_name).encode("utf-8")
    report = grade({part(3).file_name: content}, part(3), tier=Tier.LOCAL, task="3.2")
    monkeypatch.setattr(hint_steps, "EXERCISES", tmp_path)
    (tmp_path / part(3).file_name).write_bytes(content)
    hints = [hint_steps.next_hint(report, part(3)) for _ in range(6)]
    assert [(hint.step, hint.count) for hint in hints] == [(1, 4), (2, 4), (3, 4), (4, 4), (4, 4), (4, 4)]
    assert not any(hint.code for hint in hints) and hints[-1].unavailable
    with pytest.raises(ValueError, match="not available in this class"):
        next(hint_steps.insert_code(report, part(3)))


def test_while_a_mistake_is_planted_there_is_no_code(monkeypatch):
    class Now:
        of = part(3)

    monkeypatch.setattr(planted, "current", lambda: Now)
    assert "planted mistake" in hint_steps.unavailable(part(3), part(3).task("3.2"))
    assert hint_steps.unavailable(part(1), part(1).task("1.4")) == ""
