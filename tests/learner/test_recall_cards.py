"""The schedule of recall: when a question comes again, how many come a day, and what is stored."""

from __future__ import annotations

import json
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import recall_month

from autograder.course import ROOT
from autograder.grading.report import Check
from autograder.learner import local_state, recall_cards
from autograder.learner.recall_cards import A_DAY, Asked, Card, Deck, offer_lines, task_ids

MONDAY = date(2026, 11, 30)


def day(number: int) -> date:
    return MONDAY + timedelta(number)


@pytest.fixture
def memory(monkeypatch, tmp_path):
    monkeypatch.setattr(local_state, "FOLDER", tmp_path)
    return tmp_path / "recall.json"


def report(*passed: str, failed: tuple[str, ...] = ()) -> SimpleNamespace:
    states = [*((task, "passed") for task in passed), *((task, "failed") for task in failed)]
    checks = [
        Check(name=f"c{i}", task=task, title="", hidden=False, points=1.0, status=status)
        for i, (task, status) in enumerate(states)
    ]
    return SimpleNamespace(checks=checks)


def test_right_answers_bring_a_question_after_1_3_7_and_21_days_and_then_no_more():
    card, asked = Card("0.1", MONDAY), []
    for number in range(60):
        if card.is_due(day(number)):
            asked.append(number)
            card = card.answered(True, "returns", day(number))
    assert asked == [0, 1, 4, 11, 32] and card.done


def test_a_wrong_answer_goes_back_to_one_day_from_everywhere():
    for rights in range(5):
        card = Card("0.1", MONDAY, rights).answered(False, "count", MONDAY)
        assert card.due == day(1) and not card.is_due(MONDAY) and card.rights == 1
        assert card.answered(True, "count", day(1)).due == day(4)
    assert Card("0.1", MONDAY, 4, done=True).answered(False, "count", MONDAY).is_due(day(1))


def test_an_answer_that_comes_early_moves_a_question_only_if_it_is_wrong():
    card = Card("0.1", day(7), 3)
    assert card.answered(True, "value", MONDAY).due == day(7)
    assert card.answered(False, "value", MONDAY).due == day(1)


def test_a_clock_that_was_wrong_hides_no_question():
    assert Card("0.1", day(500)).is_due(MONDAY) and not Card("0.1", day(21)).is_due(MONDAY)
    assert Card("0.1", MONDAY).is_due(day(500))


def test_six_questions_a_day_and_the_one_that_waits_longest_first():
    deck = Deck({}).with_tasks(task_ids(), day(1)).with_tasks(["0.1"], MONDAY)
    deck = Deck({**deck.cards, "5.1": Card("5.1", MONDAY)})
    assert [card.task for card in deck.due(day(1))][:2] == ["5.1", "0.1"]
    for number in range(A_DAY):
        assert deck.left_today(day(1)) == A_DAY - number
        deck = deck.answered(deck.due(day(1))[0].task, True, "order", day(1))
    assert deck.left_today(day(1)) == 0 and deck.left_today(day(2)) == A_DAY


def test_what_is_stored_is_read_again_and_is_neither_a_question_nor_an_answer(memory):
    deck = Deck({"0.1": Card("0.1", day(3), 2, ("value",))}, Asked("0.1", "value", 7, "ab"), MONDAY, 2)
    recall_cards.write(deck)
    assert recall_cards.read() == deck
    stored = json.loads(memory.read_text(encoding="utf-8"))
    assert set(stored) == {"cards", "asked", "day", "count"}
    assert set(stored["asked"]) == {"task", "kind", "seed", "sha256"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{broken",
        '{"cards": 5, "asked": 5, "day": 5, "count": []}',
        '{"cards": {"0.1": {"due": "soon"}, "77.1": {"due": "2026-01-01", "rights": 1, "kinds": [], "done": false}}}',
        '{"asked": {"task": "0.1", "kind": 5, "seed": "x", "sha256": 1}, "day": "2026-99-01", "count": -4}',
        '{"cards": {"0.1": {"due": "2026-01-01", "rights": Infinity, "kinds": [], "done": false}}}',
        '{"day": "2026-01-01", "count": Infinity}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_not_ours_counts_as_empty(memory, text):
    memory.write_text(text, encoding="utf-8")
    assert recall_cards.read() == Deck({})


def test_a_question_is_offered_once_for_each_task_that_is_passed(memory):
    assert offer_lines([report("0.1", failed=("0.2",))], MONDAY) == [
        "One question about your code: python -m autograder recall"
    ]
    assert offer_lines([report("0.1", failed=("0.2",))], MONDAY) == []
    assert len(offer_lines([report("0.1", "0.2"), report("1.1")], day(1))) == 1
    assert offer_lines([report("0.1", "0.2"), report("1.1")], day(1)) == []
    assert {task: card.due for task, card in recall_cards.read().cards.items()} == {
        "0.1": MONDAY,
        "0.2": day(1),
        "1.1": day(1),
    }


def test_there_is_one_card_for_each_task_and_none_for_a_task_that_is_code_of_an_earlier_one():
    assert len(task_ids()) == len(set(task_ids())) and "1.5" not in task_ids() and "10.2" in task_ids()


# A simulated month


def test_a_month_of_questions_takes_at_most_three_minutes_a_day():
    for learner in recall_month.LEARNERS:
        month = recall_month.simulate(learner)
        assert len(month.answered) == 30 and max(month.answered) <= A_DAY
        assert all(number == 0 for place, number in enumerate(month.answered) if place in learner.away)


def test_who_is_always_right_has_nothing_waiting_after_a_month_with_or_without_a_week_off():
    steady, away = (recall_month.simulate(recall_month.LEARNERS[place]) for place in (0, 3))
    assert steady.waiting[-1] == away.waiting[-1] == 0
    assert max(away.waiting) > max(steady.waiting)  # the week's questions wait; none is lost
    assert {*steady.deck.cards} == {*away.deck.cards} == {*task_ids()}


def test_who_guesses_never_finishes_a_question_in_a_month():
    month = recall_month.simulate(recall_month.LEARNERS[2])
    assert not any(card.done for card in month.deck.cards.values()) and sum(month.answered) > 150


def test_the_pages_on_the_simulated_month_have_todays_figures():
    assert recall_month.PAGE.read_text(encoding="utf-8") == recall_month.page()
    guide = " ".join((ROOT / "docs" / "learner" / "recall.md").read_text(encoding="utf-8").split())
    steady = recall_month.simulate(recall_month.LEARNERS[0])
    assert f"always right answers {sum(steady.answered)} questions. None are overdue at the end" in guide
