"""What `context` prints for a tutor: everything about the learner's work, and no line of a solution."""

from __future__ import annotations

import functools

from helpers.learner import solution
from helpers.shared_code import longest_shared_run, shared_runs
from mistake_examples import stored

from autograder.course import part, parts, parts_and_labs
from autograder.grading.checks import checks_of
from autograder.grading.misconceptions import misconceptions
from autograder.grading.report import Check, Report
from autograder.grading.sources import inspect_source
from autograder.learner.hints import levels
from autograder.render import tutor
from autograder.render.tutor import SeenHints, tutor_lines
from autograder.stubs import fresh_stub

# Tokens in a row that the output may share with solutions/. Sentences about known mistakes go up to the first limit, as
# in the site's catalogue; hints go up to the second one.
MOST, MOST_IN_HINTS = 9, 6


def contexts(each, content: bytes) -> list[str]:
    """The contexts of learners with each known mistake who have seen all hints for the check that fails."""
    examples, texts = stored(each)["examples"], levels(each)
    checks, found = {check.name: check for check in checks_of(each)}, []
    for mistake in misconceptions(each):
        shown = examples[mistake.id]
        known = checks[shown["check"]]
        failing = Check(
            known.name, mistake.task, known.title, known.hidden, 1.0, status="failed", misconception=mistake.id,
            message="\n".join(shown.get("seen", ["The result is not the expected one."])), advice=mistake.says,
        )  # fmt: skip
        report = Report(each.number, each.module, each.file_name, "", 1, "local", "", (failing,))
        seen = SeenHints(texts.get(known.name, []), 6, 6, True)
        found.append("\n".join(tutor_lines(report, each, each.file_name, content, seen)))
        assert mistake.says in found[-1]
    return found


def test_of_no_known_mistake_does_it_print_a_line_of_a_solution(monkeypatch):
    monkeypatch.setattr(tutor, "inspect_source", functools.cache(inspect_source))
    for each in parts():
        found = contexts(each, fresh_stub(each.file_name).encode("utf-8"))
        assert shared_runs("\n\n".join(found), MOST + 1) == set(), each.number
    assert len(longest_shared_run(contexts(part(3), solution(3).encode("utf-8"))[0])) > MOST, "the comparison works"


def test_no_hint_of_any_level_holds_a_line_of_a_solution():
    for each in parts_and_labs():
        for name, texts in levels(each).items():
            assert shared_runs("\n".join(texts), MOST_IN_HINTS + 1) == set(), (each.number, name)


def test_a_tutor_sees_the_task_the_failing_check_the_mistake_the_hints_and_the_code(course):
    right = "child.grad += local_grad * value.grad"
    course.write(1, solution(1).replace(right, right.replace("+=", "=")))
    course.run("hint", 1)
    said = course.run("context", 1).stdout
    assert "Task: 1.4 backward, 1 of 9 checks passed" in said
    assert "First failing check: a value used twice gets both gradients" in said and "Returned:   [1.0]" in said
    assert "Recognised mistake: Your backward overwrites instead of adding" in said
    assert "Hints that the learner has seen: 1 of 6" in said and "\n  1. " in said and "\n  2. " not in said
    assert " | " + 16 * " " + "child.grad = local_grad * value.grad" in said
    assert "AGENTS.md" in said and "def relu" not in said, "only the code of the task"
    course.write(1, "def broken(:\n")
    broken = course.run("context", 1).stdout
    assert "Python can't read the file" in broken and "1 | def broken(:" in broken
    course.file(1).unlink()
    gone = course.run("context", "1.4")
    assert gone.returncode == 0 and "part01_autograd.py is missing" in gone.stdout
    course.solve(0)


def test_after_a_pass_the_tutor_sees_the_code_that_the_learner_is_to_explain(course):
    course.solve(0)
    said = course.run("context", 0).stdout
    assert "Nothing fails." in said and "The learner's code of 0.1:" in said and " | def square(" in said
    assert " | def numerical_gradient(" in said
    assert "def numerical_gradient(" not in course.run("context", "0.1").stdout, "only the code of the task"


def test_an_earlier_part_that_breaks_this_one_comes_first():
    each = part(3)
    report = Report(3, each.module, each.file_name, "", 1, "local", "", (), breaks="It uses your part 1.")
    assert "\n\nIt uses your part 1.\n\n" in "\n".join(tutor_lines(report, each, each.file_name, b"x = 1", None))


def test_code_with_blanks_is_mentioned_and_not_printed():
    each, task = part(3), part(3).task("3.2")
    check = Check("x", task.id, "x", False, 1.0, status="todo", message="3.2 softmax is not written yet.\n")
    report = Report(3, each.module, each.file_name, "", 1, "local", "", (check,))
    stub = fresh_stub(each.file_name).encode("utf-8")
    said = "\n".join(tutor_lines(report, each, each.file_name, stub, SeenHints(("a", "b"), 4, 6, True)))
    assert "The learner has also seen the code of this task with blanks." in said and "____" not in said


def test_code_that_moves_the_cursor_or_is_endless_is_shown_as_escapes_and_cut():
    long = "".join(f"    x{number} = {number}\n" for number in range(500))
    evil = '    y = "\x1b]0;a\x07 \u202e \ud7ff'.replace("\ud7ff", "\x9b") + "z" * 5000 + '"\n'
    of = part(3)
    check = Check("c", "3.1", "title", False, 1.0, status="failed", message="It is wrong.\n")
    report = Report(of.number, of.module, of.file_name, "", 1, "local", "", (check,))
    content = f"def linear(x, w):\n{evil}\tq = 1\n{long}".replace("\tq", "    q").encode("utf-8")
    lines = list(tutor_lines(report, of, of.file_name, content, None))
    assert all(line.isprintable() for line in lines) and len(lines) < 250 and max(map(len, lines)) < 350
    assert any("\\x1b]0;a\\x07 \\u202e \\x9bzzz" in line for line in lines)
    assert lines[-1] == "  ... and 303 more lines"
