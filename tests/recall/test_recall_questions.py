"""recall's questions: each has exactly one right option, which the learner's own code confirms."""

from __future__ import annotations

import ast
import random
import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.learners_part00 import MINE

from autograder.check import check
from autograder.course import SOLUTIONS, parse_target, part, parts
from autograder.grading.compare import alike
from autograder.grading.misconceptions import misconceptions
from autograder.learner.mistake_edits import general_edits
from autograder.recall import changed_code, make_questions
from autograder.recall.changed_code import Change
from autograder.recall.make_questions import KINDS, make
from autograder.recall.question import WIDTH, from_values, question_lines, verdict_lines
from autograder.sandbox import Tier
from autograder.viva.student_code import Code

RIGHT = Path(__file__).resolve().parent.parent / "right_but_different"


@pytest.fixture(scope="module")
def questions():
    """One question of each kind about the same code."""
    return {kind: make(kind, part(0), "0.2", MINE.encode(), 3) for kind in KINDS}


def called(text, source=MINE):
    """What a call in a question's words returns, in this process; None if it raises."""
    names = {}
    exec(source, names)
    (_, call) = text.rsplit("called: ", 1) if "called: " in text else ("", text)
    *statements, last = call.split("; ")
    try:
        for statement in statements:
            exec(statement, names)
        return eval(last.replace(" ...", ""), names)
    except Exception:
        return None


def with_line(number, text):
    lines = MINE.split("\n")
    indent = lines[number - 1][: len(lines[number - 1]) - len(lines[number - 1].lstrip())]
    lines[number - 1] = f"{indent}{text or 'pass'}"
    return "\n".join(lines)


def option_as_change(text):
    number, _, after = text.removeprefix("line ").partition(": ")
    return with_line(int(number.split()[0]), "" if "is left out" in text else after)


def supposed(question):
    number, bar, after = next((w.partition(" | ") for w in question.words if " | " in w), ("", "", ""))
    left_out = re.search(r"line (\d+) were left out", question.words[0])
    return with_line(int(number or left_out[1]), after)


def traced(text):
    """The lines of MINE in the order in which a call runs them."""
    lines = []

    def trace(frame, event, argument):
        if frame.f_code.co_filename == "<string>" and frame.f_code.co_name in ("numerical_gradient", "difference"):
            if event == "line":
                lines.append(frame.f_lineno)
            return trace
        return None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        called(text)
    finally:
        sys.settrace(before)
    return lines


def right_of(question):
    return question.options[question.right].text


def test_every_kind_has_three_or_four_different_options_and_a_question_that_fits_a_terminal(questions):
    assert all(questions.values())
    for question in questions.values():
        texts = [option.text for option in question.options]
        assert len(set(texts)) == len(texts) and 3 <= len(texts) <= 4 and 0 <= question.right < len(texts)
        shown = [*question_lines(question, "numerical_gradient"), *verdict_lines(question, 1)]
        assert max(map(len, shown)) <= WIDTH and all(line.isascii() for line in shown)
        lines = MINE.split("\n")
        assert all(lines[number - 1] == text for number, text in question.lines if number)


def test_what_a_call_returns_is_what_the_code_returns(questions):
    question = questions["returns"]
    value = called(question.words[0])
    assert [alike(ast.literal_eval(each.text), value, 1e-3) for each in question.options].count(True) == 1
    assert alike(ast.literal_eval(right_of(question)), value, 1e-3)
    wrong = [each.why for place, each in enumerate(question.options) if place != question.right]
    assert all(why.endswith((".", '."', ")")) for why in wrong) and any("known mistake" in why for why in wrong)


def test_one_of_the_calls_returns_the_value(questions):
    question = questions["which input"]
    value = ast.literal_eval(re.search(r"returns (.*)\?", question.words[0])[1])
    matches = [alike(called(each.text), value, 1e-6) for each in question.options]
    assert matches.count(True) == 1 and matches.index(True) == question.right


def test_what_a_call_would_return_is_what_the_changed_code_returns(questions):
    question = questions["changed"]
    value = called(question.words[-2], supposed(question))
    matches = [alike(ast.literal_eval(each.text), value, 1e-3) for each in question.options]
    assert matches.count(True) == 1 and matches.index(True) == question.right


def test_one_of_the_changes_gives_the_value(questions):
    question = questions["which change"]
    value, now = map(ast.literal_eval, re.search(r"return (.*) instead of (.*)\. Which", question.words[1]).groups())
    assert alike(called(question.words[0]), now, 1e-5)
    given = [called(question.words[0], option_as_change(each.text)) for each in question.options]
    matches = [each is not None and alike(each, value, 1e-5) for each in given]
    assert matches.count(True) == 1 and matches.index(True) == question.right


def test_lines_are_counted_and_ordered_as_python_runs_them(questions):
    count, order = questions["count"], questions["order"]
    line = int(re.search(r"line (\d+) run", count.words[1])[1])
    assert right_of(count) == str(Counter(traced(count.words[0]))[line])
    first = list(dict.fromkeys(traced(order.words[0])))
    numbers = list(map(int, re.findall(r"\d+", right_of(order))))
    assert numbers == sorted(numbers, key=first.index) != sorted(numbers)


def test_the_value_of_a_name_is_that_of_its_first_assignment():
    source = MINE.replace("    y = x * x\n", "    y = x\n    y = y * x\n")
    found = {}
    for seed in range(6):
        question = make("value", part(0), "0.1", source.encode(), seed)
        if question:
            name, line = re.search(r"What is the value of (\w+) right after line (\d+)", question.words[1]).groups()
            first = ast.literal_eval(re.search(r"for x in (\[.*\])\]", question.words[0])[1])[0]
            found[line] = right_of(question)
            assert right_of(question) == str(first if line == "2" else first * first) and name == "y"
    assert found


def test_the_check_that_would_fail_fails_and_the_others_pass(questions, tmp_path):
    question = questions["which check"]
    (tmp_path / "part00_setup.py").write_text(supposed(question), encoding="utf-8")
    (report,) = check(tmp_path, parse_target("0"), Tier.LOCAL, 3)
    failing = {each.title for each in report.checks if each.status != "passed"}
    assert [option.text in failing for option in question.options].count(True) == 1
    assert right_of(question) in failing


def test_the_same_seed_gives_the_same_question_and_changed_code_another_one(questions):
    again = make("returns", part(0), "0.2", MINE.encode(), 3)
    assert again.sha256 == questions["returns"].sha256
    other = make("returns", part(0), "0.2", MINE.replace("slopes", "found").encode(), 3)
    assert other.sha256 != again.sha256


def test_without_known_mistakes_slips_in_the_learners_code_give_the_options(monkeypatch):
    monkeypatch.setattr(make_questions, "known_mistakes", lambda part, task, rng: [])
    monkeypatch.setattr(changed_code, "misconceptions", lambda part: ())
    monkeypatch.setattr(changed_code, "known_edits", lambda content, part: iter(()))
    question = make("returns", part(0), "0.2", MINE.encode(), 3)
    others = [each.why for place, each in enumerate(question.options) if place != question.right]
    assert len(others) == 3 and all(re.match(r"With(out)? line \d+", why) for why in others)


def test_a_change_is_called_a_known_mistake_only_if_it_does_the_same():
    source = "def square(x):\n    return pow(x, 2)\n\n\ndef cube(x):\n    return x * x\n"
    source = source.replace("def cube(x)", "def numerical_gradient(f, xs, h=0)")
    changes = [
        Change(source.replace(old, new).encode(), mistake.id, mistake.says, 2, new)
        for mistake in misconceptions(part(0))
        if mistake.replace == "return x * 2"
        for old, new in (("pow(x, 2)", "pow(2, 2)"), ("pow(x, 2)", "x * 2"))
    ]
    maker = make_questions._Maker(part(0), "0.1", source.encode(), 3)
    maker.rng = random.Random(1)
    (run,) = maker._runs(several=False)
    said = {change.after: bool(change.says) for change, _ in maker._given(changes, run, [run])}
    assert said == {"pow(2, 2)": False, "x * 2": True}
    two = replace(run, call=replace(run.call, arguments=([2, 0],)), answer=[4, 0])  # 2 + 2 is 2 * 2
    assert not any(change.says for change, _ in maker._given(changes, two, [two]))


def test_a_change_of_the_indent_alone_is_not_shown_because_it_would_look_the_same():
    source = "def square(x):\n    for y in [x * x]:\n        z = y\n    return z\n"
    code = Code(source.encode(), "part00_setup.py")
    changes = changed_code.own_changes(part(0), code, {1, 2, 3, 4}, random.Random(1))
    assert changes and not [each for each in changes if each.after == code.shown(each.line)]
    assert any(edit.text == b"        " for edit in general_edits(source.encode()))  # there is one: an early return


def test_code_without_statements_on_lines_of_their_own_is_asked_about_too():
    for source in ("square = lambda x: x * x\n", "def square(x):\n    if True: return x * x\n"):
        question = make("returns", part(0), "0.1", source.encode(), 3)
        assert right_of(question) == str(called(question.words[0], source)) and question.lines
        assert make("count", part(0), "0.1", source.encode(), 3) is None


def test_values_that_nobody_can_tell_apart_are_not_two_options():
    others = [([1.0001], ""), ([1], ""), ([2.0], "two"), ([3], "three"), ([2.0004], "")]
    options, right = from_values([1.0], others, random.Random(1))
    assert {each.text for each in options} == {"[1.0]", "[2.0]", "[3.0]"} and options[right].text == "[1.0]"
    assert from_values([1.0], [([1.0001], ""), ([2.0], "")], random.Random(1)) is None
    close = from_values([0.12345], [([0.1250], ""), ([0.9], "")], random.Random(1))
    assert {each.text for each in close[0]} == {"[0.1235]", "[0.125]", "[0.9]"}


def test_a_reason_begins_with_a_capital_letter_unless_it_begins_with_a_variable():
    maker = make_questions._Maker(part(0), "0.2", MINE.encode(), 3)
    reasons = [maker._question("count", None, [], ((), 0), why).why for why in ("a slope.", "the y.", "x gets y.", "")]
    assert reasons == ["A slope.", "The y.", "x gets y.", ""]


def test_the_reply_says_which_option_is_right_and_where_the_others_come_from(questions):
    question = questions["returns"]
    right, wrong = question.right + 1, (question.right + 1) % len(question.options) + 1
    assert next(verdict_lines(question, right)).startswith(f"Right, it is number {right}: ")
    assert next(verdict_lines(question, wrong)).startswith(f"No, it is number {right}: ")
    assert next(verdict_lines(question, 0)).startswith(f"It is number {right}: ")
    assert sum(line.startswith(f"  {wrong}. ") for line in verdict_lines(question, right)) == 1


def kinds_of(number, content, enough):
    """Kinds of question that the tasks of a file give, until there are enough."""
    found = set()
    for task in part(number).tasks:
        for kind in KINDS if task.defines and not task.stretch else ():
            if len(found) < enough and kind not in found and make(kind, part(number), task.id, content, 1):
                found.add(kind)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "path"),
    [
        pytest.param(each.number, path, id=f"{each.number}-{path.stem}")
        for each in parts()
        for path in (SOLUTIONS / each.file_name, *sorted((RIGHT / each.name).glob("*.py")))
    ],
)
def test_every_right_solution_gives_four_kinds_of_question(number, path):
    assert len(kinds_of(number, path.read_bytes(), enough=4)) == 4


def test_a_known_mistake_is_said_of_the_change_and_not_of_the_learners_code():
    says = "Your answers are twice x."
    assert Change(b"", "twice", says, 12, "return x + x").explained == f'The change was a known mistake: "{says}"'
    assert Change(b"", "twice", says).explained == f'From a known mistake: "{says}"'
