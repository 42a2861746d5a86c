"""The command recall: it asks about the code as it is, loses nothing, and keeps everything on this machine."""

from __future__ import annotations

import json
import re
from datetime import date
from types import SimpleNamespace

import pytest
from helpers.learner import solution
from typer.testing import CliRunner

from autograder.bundle.students_zip import MODULES
from autograder.cli import app
from autograder.commands import recall as recall_command
from autograder.course import HERE, ROOT, part
from autograder.errors import Failure
from autograder.learner import local_state, recall_cards
from autograder.learner.recall_cards import Asked, Card, Deck
from autograder.recall import ask, recall_session
from autograder.recall.question import Option, Question

MONDAY = date(2026, 11, 30)
QUESTION = Question(
    "0.1",
    "count",
    ((2, "    return x * x"),),
    ("How often?",),
    (Option("1"), Option("2", "too many"), Option("3")),
    0,
    "Once.",
)


def test_a_question_is_asked_and_answered_in_calls_and_stays_on_this_machine(course):
    course.solve(0)
    asked = course.run("recall")
    assert asked.returncode == 0 and "Traceback" not in asked.stderr, asked.stderr
    assert "About your code for 0.1 square:" in asked.stdout and asked.stdout.isascii()
    assert max(map(len, asked.stdout.splitlines()[:-1])) < 80
    numbers = re.findall(r"^  (\d)\. ", asked.stdout, flags=re.M)
    assert numbers == [str(n + 1) for n in range(len(numbers))] and len(numbers) >= 3

    reply = course.run("recall", "--answer", 0)
    assert reply.returncode == 0 and re.search(r"^It is number \d: ", reply.stdout)
    assert "It comes again tomorrow. 1 question left today." in reply.stdout
    stored = json.loads((course.root / ".learner" / "recall.json").read_text(encoding="utf-8"))
    assert stored["cards"]["0.1"]["rights"] == 1 and stored["asked"] is None
    # It is offered at a terminal only, and is not in the report that an instructor may get.
    assert "recall" not in course.run("check", 0, "--json").stdout


# In this process, on one file


@pytest.fixture
def mine(monkeypatch, tmp_path):
    """A folder with part 0 and a card for both of its tasks. `state` says whether the file passes."""
    monkeypatch.setattr(local_state, "FOLDER", tmp_path / "memory")
    monkeypatch.setattr(ask, "EXERCISES", tmp_path)
    monkeypatch.setattr(ask, "collect_cards", lambda today, of=None, on=None: recall_cards.read())
    state = SimpleNamespace(path=tmp_path / "part00_setup.py", passes=lambda task: True)
    monkeypatch.setattr(
        ask.last_results, "result", lambda part, task, grade_one: SimpleNamespace(passed=state.passes(task))
    )
    monkeypatch.setattr(ask.planted, "current", lambda: None)
    state.path.write_text(solution(0), encoding="utf-8")
    recall_cards.write(Deck({}).with_tasks(["0.1", "0.2"], MONDAY))
    return state


def unasked(target: str | None) -> list[str]:
    """The sentences of the failure where nothing can be asked."""
    with pytest.raises(Failure) as raised:
        list(recall_session.asked(target, MONDAY))
    return str(raised.value).split("\n")


def test_the_question_waits_and_is_made_again_from_the_file(mine):
    first = list(recall_session.asked("0.2", MONDAY))
    assert list(recall_session.asked(None, MONDAY)) == first and "0.2" in first[0]
    assert first[-1].startswith("Answer with its number: ")
    with pytest.raises(ValueError, match="9 is not on the list"):
        list(recall_session.answered(9, MONDAY))
    reply = "\n".join(recall_session.answered(0, MONDAY))
    assert "It comes again tomorrow. 1 question left today." in reply


def test_a_task_that_was_passed_since_the_question_is_left_for_today(mine, monkeypatch):
    recall_cards.write(Deck({}).with_tasks(["0.1"], MONDAY))
    assert ask.next_question(MONDAY).question.task == "0.1"
    monkeypatch.setattr(ask, "collect_cards", lambda today, of=None: recall_cards.read().with_tasks(["0.2"], today))
    assert "1 question left today." in "\n".join(recall_session.answered(0, MONDAY))


def test_after_a_change_the_question_is_about_the_code_as_it_is(mine):
    list(recall_session.asked("0.2", MONDAY))
    mine.path.write_text(solution(0).replace("gradient = []", "found = []"), encoding="utf-8")
    with pytest.raises(Failure, match="Your code has changed since that question"):
        list(recall_session.answered(1, MONDAY))
    deck = recall_cards.read()
    assert deck.asked is None and deck.cards["0.2"].rights == 0 and deck.count == 0


def test_code_that_does_not_pass_any_more_waits_with_a_sentence(mine, monkeypatch):
    mine.passes = lambda task: task == "0.1"
    (broken,) = unasked("0.2")
    assert "0.2 in " in broken and "no longer passes, so its questions wait." in broken
    assert broken.endswith("To see why: python -m autograder check 0.2")
    mine.passes = lambda task: task == "0.2"
    two = list(recall_session.asked(None, MONDAY))
    assert "no longer passes" in two[0] and "About your code for 0.2" in two[2]
    recall_cards.forget_question()
    monkeypatch.setattr(ask.planted, "current", lambda: SimpleNamespace(of=part(0)))
    (planted,) = unasked(None)
    assert "has a planted mistake" in planted and planted.endswith("python -m autograder harden 0")


def test_a_file_that_is_gone_or_can_not_be_read_is_a_sentence(mine, monkeypatch):
    def unread(part, task, grade_one):
        raise ValueError("part00_setup.py is too large.")

    monkeypatch.setattr(ask.last_results, "result", unread)
    assert unasked(None) == ["part00_setup.py is too large."]
    mine.path.unlink()
    (gone,) = unasked(None)
    assert "There is no " in gone and "so its questions wait" in gone
    assert recall_cards.read().cards["0.1"].due == MONDAY


def test_a_task_whose_code_gives_no_question_comes_tomorrow(mine, monkeypatch):
    monkeypatch.setattr(ask, "make", lambda *unused: None)
    assert unasked(None) == [
        f"Your code for {task} gives no question today. It comes again tomorrow." for task in ("0.1", "0.2")
    ]
    assert not recall_cards.read().due(MONDAY) and len(recall_cards.read().due(date(2026, 12, 1))) == 2


@pytest.mark.parametrize(
    ("deck", "target", "sentence"),
    [
        (Deck({"0.1": Card("0.1", date(2026, 12, 3))}), None, "The next question comes in 3 days."),
        (Deck({"0.1": Card("0.1", MONDAY, 5, done=True)}), None, "You have answered everything."),
        (Deck({"0.1": Card("0.1", MONDAY)}, None, MONDAY, 6), None, "1 more question can wait until tomorrow."),
    ],
)
def test_with_nothing_to_ask_it_says_why(mine, deck, target, sentence):
    recall_cards.write(deck)
    assert sentence in " ".join(recall_session.asked(target, MONDAY))


@pytest.mark.parametrize(
    ("tasks", "target", "sentence"),
    [
        ((), None, "There is nothing to ask yet. Pass a task first: python -m autograder check 0"),
        ((), "3", "No task of part 3 is passed yet. Pass one first: python -m autograder check 3"),
        (("0.1",), "0.2", "Task 0.2 is not passed yet. Pass it first: python -m autograder check 0.2"),
        (("0.1",), "3", "No task of part 3 is passed yet. Pass one first: python -m autograder check 3"),
    ],
)
def test_where_something_must_be_passed_first_the_exit_status_is_1(mine, monkeypatch, tasks, target, sentence):
    recall_cards.write(Deck({}).with_tasks(tasks, MONDAY))
    for terminal in (False, True):
        stream = SimpleNamespace(isatty=lambda terminal=terminal: terminal)
        monkeypatch.setattr(recall_command, "sys", SimpleNamespace(stdin=stream, stdout=stream))
        done = CliRunner().invoke(app, ["recall", *([target] if target else [])])
        assert done.exit_code == 1 and " ".join(done.stderr.split()) == sentence


@pytest.mark.parametrize(("words", "sentence"), [(["x"], "is not a part or a task"), (["77"], "There is no part 77")])
def test_a_wrong_target_is_a_sentence(words, sentence):
    with pytest.raises(ValueError, match=sentence):
        list(recall_session.asked(*words, MONDAY))


def test_nothing_of_recall_is_in_the_zip_or_in_what_graders_import():
    assert not [module for module in MODULES if "recall" in module]
    assert ".learner/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    for folder in ("grading", "intake", "batch", "classroom", "bundle", "class_folder", "render"):
        for path in (HERE / folder).glob("*.py"):
            # page.py lists the files of a self-learner's page.
            named = "autograder.recall" if path.name == "page.py" else "recall"
            assert named not in path.read_text(encoding="utf-8"), path


# At a terminal, with the typed lines as arguments


@pytest.fixture
def at_terminal(monkeypatch, tmp_path):
    """Call talk with these lines as input; returns all that is said, and the prompts."""
    monkeypatch.setattr(local_state, "FOLDER", tmp_path)
    deck = Deck({"0.1": Card("0.1", MONDAY), "0.2": Card("0.2", MONDAY)}, Asked("0.1", "count", 1, "ab"))
    recall_cards.write(deck)
    monkeypatch.setattr(ask, "next_question", lambda today, of=None, task=None: ask.Round(QUESTION))

    def talk(*typed):
        said, prompts, lines = [], [], iter(typed)

        def read(prompt):
            prompts.append(prompt)
            line = next(lines, EOFError())
            if isinstance(line, BaseException):
                raise line
            return line

        recall_session.talk(None, MONDAY, read, said.extend)
        return "\n".join(said), prompts

    return talk


def test_an_answer_is_a_number_and_anything_else_is_asked_for_again(at_terminal):
    said, prompts = at_terminal("", "4", "-1", "two", " 1 ", "q")
    assert said.count("Type a number from 1 to 3, 0 if you don't know, or q to stop.") == 4
    assert "Right, it is number 1: 1\nOnce." in said and "  2. too many" in said
    assert "It comes again tomorrow. 1 question left today." in said
    assert len(prompts) == 6 and recall_cards.read().cards["0.1"].rights == 1


def test_the_end_of_input_and_q_leave_the_question_for_later(at_terminal):
    for typed in ((), ("q",), ("Q",)):
        said, _ = at_terminal(*typed)
        assert said.endswith("The question waits for you: python -m autograder recall")
        assert recall_cards.read().asked and recall_cards.read().count == 0


def test_ctrl_c_loses_nothing(at_terminal):
    before = recall_cards.read()
    with pytest.raises(KeyboardInterrupt):
        at_terminal(KeyboardInterrupt())
    assert recall_cards.read() == before


def test_enter_goes_on_until_three_minutes_are_over(at_terminal):
    recall_cards.write(Deck(recall_cards.read().cards, None, MONDAY, recall_cards.A_DAY - 2))
    said, prompts = at_terminal("2", "", "2", "")
    assert said.count("No, it is number 1: 1") == 2 and len(prompts) == 3  # no offer of a third one
    assert "That is enough for today: 1 more question can wait until tomorrow. To go on: " in said


def test_a_kind_that_was_not_asked_for_long_comes_first(monkeypatch):
    tried = []
    monkeypatch.setattr(ask, "make", lambda kind, *rest: tried.append(kind))
    card = Card("0.1", MONDAY, kinds=("value", "count", "value", "order"))
    ask._made(card, Deck({"0.1": card, "0.2": Card("0.2", MONDAY, kinds=("returns",))}))
    assert tried[-3:] == ["count", "value", "order"] and tried[-4] == "returns" and len(tried) == 8


def test_an_answer_that_is_not_on_the_list_changes_nothing(at_terminal):
    with pytest.raises(ValueError, match="4 is not on the list: answer with a number from 1 to 3"):
        ask.record(QUESTION, 4, MONDAY)
    assert recall_cards.read().count == 0
    recall_cards.forget_question()
    with pytest.raises(Failure, match="No question waits"):
        list(recall_session.answered(1, MONDAY))
