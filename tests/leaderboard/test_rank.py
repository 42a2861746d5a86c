"""Ranks say who is better beyond noise, and how wide the noise is."""

import random

import pytest

from autograder.leaderboard.database_tables import OPEN, BoardEntry, BoardLearner
from autograder.leaderboard.listing import board_lines
from autograder.leaderboard.ranking import around, make_table, standings

BASELINES = {"uniform": 3.296, "unigram": 2.816, "bigram": 2.453, "microgpt's recipe": 2.355}


def runs(mean, sd, rng):
    return [rng.gauss(mean, sd) for _ in range(3)]


@pytest.mark.parametrize("sd", [0.003, 0.006, 0.008])
def test_of_two_equal_recipes_luck_puts_one_behind_in_about_one_case_of_twenty(sd):
    rng = random.Random(5)
    behind = sum(standings([runs(2.2, sd, rng), runs(2.2, sd, rng)])[0].rank == 2 for _ in range(2000))
    assert behind / 2000 < 0.07


@pytest.mark.parametrize(("sd", "least"), [(0.003, 0.95), (0.008, 0.6)])
def test_a_recipe_that_is_better_by_more_than_noise_is_ranked_before(sd, least):
    rng = random.Random(6)
    found = [standings([runs(2.2, sd, rng), runs(2.185, sd, rng)]) for _ in range(500)]
    assert sum([one.rank for one in pair] == [2, 1] for pair in found) / 500 > least


@pytest.mark.parametrize("sd", [0.003, 0.006, 0.008])
def test_the_interval_holds_the_recipes_own_mean_in_95_cases_of_100(sd):
    rng = random.Random(7)
    found = [standings([runs(2.2, sd, rng)])[0] for _ in range(2000)]
    assert sum(abs(one.mean - 2.2) <= one.half_width for one in found) / 2000 > 0.93


def test_rank_is_one_plus_the_number_of_entries_that_are_better():
    first, close, far = [2.15] * 3, [2.153] * 3, [2.3] * 3
    assert [one.rank for one in standings([far, first, close])] == [3, 1, 1]
    assert standings([]) == []


def entry(number, who, loss, public=True, held=None):
    learner = BoardLearner(id=who, display=who.upper(), skeleton=who, public=public)
    facts = {"losses": f"[{loss}, {loss}, {loss}]", "names": '["anna"]', "curve": "[3.0, 2.4]", "held": held}
    facts |= {"at": f"2026-03-{number:02}T10:00:00+00:00", "round": OPEN, "loss": loss}
    return BoardEntry(number=number, learner_id=who, learner=learner, **facts)


ENTRIES = [entry(1, "ada", 2.35), entry(2, "bob", 2.2, public=False), entry(3, "ada", 2.18),
           entry(4, "eve", 2.1, held="?"), entry(5, "cy", 2.25), entry(6, "ada", 2.3)]  # fmt: skip


def test_a_board_without_public_entries_says_how_many_are_recorded():
    hidden = [entry(1, "ada", 2.35, public=False), entry(2, "bob", 2.2, public=False), entry(3, "eve", 2.1, held="?")]
    said = list(board_lines(make_table(hidden, BASELINES, OPEN), 20))[-1]
    assert said.startswith("2 entries are recorded, and not shown here. To show yours: ") and "public" in said
    assert list(board_lines(make_table(hidden[:1], BASELINES, OPEN), 20))[-1].startswith("1 entry is recorded")
    assert list(board_lines(make_table([], BASELINES, OPEN), 20))[-1] == "There are no entries yet."


def test_the_board_has_the_best_entry_of_each_who_wants_to_be_seen():
    table = make_table(ENTRIES, BASELINES, OPEN)
    assert [(row.name, row.rank) for row in table.rows] == [
        ("ADA", 1), ("CY", 2), ("microgpt's recipe", None), ("bigram", None), ("unigram", None), ("uniform", None)
    ]  # fmt: skip
    assert table.rows[0].gain == pytest.approx(2.453 - 2.18)
    assert [record.loss for record in table.best] == [2.35, 2.18]


def test_the_instructor_sees_all_and_a_learner_oneself():
    everybody = make_table(ENTRIES, BASELINES, OPEN, everybody=True)
    assert [row.learner_id for row in everybody.ranked] == ["ada", "bob", "cy"]
    assert [row.learner_id for row in around(make_table(ENTRIES, BASELINES, OPEN, me="bob"), "bob", 1)] == [
        "ada", "bob", "cy"
    ]  # fmt: skip
    assert around(everybody, "nobody") == []
