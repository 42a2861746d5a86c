"""Brackets and records say who is better beyond noise, and how wide the noise is."""

import json
import random

import pytest
from helpers.baselines import BASELINES

from autograder.leaderboard import noise
from autograder.leaderboard.board_page import render
from autograder.leaderboard.database_tables import CLOSING, OPEN, BoardEntry, BoardLearner, MeasuredCurve
from autograder.leaderboard.listing import board_lines, places, table_data
from autograder.leaderboard.noise import standings
from autograder.leaderboard.ranking import around, class_records, make_table
from autograder.leaderboard.recipe_answers import Score
from autograder.leaderboard.recipe_source import check_source, method_of
from autograder.leaderboard.score_lines import score_lines


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


def test_a_bracket_joins_the_entries_that_are_not_told_apart_from_its_first():
    # The third is not told apart from the second, but from the first: it begins the next bracket.
    found = standings([[2.3] * 3, [2.15] * 3, [2.155] * 3, [2.16] * 3])
    assert [places(one, "-") for one in found] == ["4", "1-2", "1-2", "3"]
    assert standings([]) == []


@pytest.mark.parametrize(
    "sd", [0.003, 0.006, 0.008]
)  # of the runs: the least, the usual, the most (benchmarks/recipes.md)
def test_of_2000_null_recipes_at_most_1_in_100_sets_a_false_record(sd):
    rng = random.Random(8)
    false = 0
    for _ in range(2000):
        present, null = (entry(at, "ada", 0.0, losses=runs(2.2, sd, rng)) for at in (1, 2))
        false += len(list(class_records([present, null], baseline=9.0))) > 1
    assert false <= 20
    # In one class, too, where every record makes the next one harder.
    same = [entry(1, "ada", 0.0, losses=runs(2.2, sd, rng)) for _ in range(2000)]
    assert len(list(class_records(same, baseline=9.0))) - 1 <= 20


@pytest.mark.parametrize("sd", [0.003, 0.006])
def test_of_2000_recipes_that_end_at_the_target_at_most_1_in_100_is_said_to_reach_it(sd):
    rng = random.Random(9)
    curves = ([3.0, sum(runs(noise.TARGET, sd, rng)) / 3] for _ in range(2000))
    assert sum(noise.steps_to_target(curve, 3) is not None for curve in curves) <= 0.0125 * 2000  # 1% and its error


@pytest.mark.parametrize("t", [noise.APART, noise.RECORD])
@pytest.mark.parametrize("power", [0.5, 0.8, 0.95])
def test_the_power_table_says_how_often_a_difference_is_detected(t, power):
    rng = random.Random(10)
    better = noise.detectable(3, power, t)
    found = 0
    for _ in range(1000):
        first, second = runs(2.2, noise.PRIOR_SD, rng), runs(2.2 - better, noise.PRIOR_SD, rng)
        found += noise.is_better(
            sum(second) / 3, noise.variance_of_mean(second), sum(first) / 3, noise.variance_of_mean(first), t
        )
    assert found / 1000 == pytest.approx(power, abs=0.06)


def entry(number, who, loss, public=True, held=None, losses=(), source=b"", curve=(), round=OPEN):
    learner = BoardLearner(id=who, display=who.upper(), skeleton=who, public=public)
    loss = sum(losses) / 3 if losses else loss
    facts = {"losses": json.dumps(losses or [loss] * 3), "names": '["anna"]', "held": held, "source": source}
    facts |= {"curve": MeasuredCurve(curve, (8, 32)).written()}
    facts |= {"at": f"2026-03-{number:02}T10:00:00+00:00", "round": round, "loss": loss}
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
    # 2.35 is not better than microgpt's recipe beyond noise, and 2.25 came after the record.
    (record,) = table.records
    assert (record.loss, record.name) == (2.18, "ADA") and record.gain == pytest.approx(2.355 - 2.18)
    assert 0.009 < record.half_width < 0.012


METHOD = b'METHOD = "Muon,\\n rate 0.02"\nSHOW_METHOD = %s\n'


def test_a_method_is_shown_when_the_board_closes_or_earlier_if_its_author_chooses():
    shy, open_one = (entry(n, who, loss, source=METHOD % show) for n, who, loss, show in
                     ((1, "ada", 2.18, b"False"), (2, "bob", 2.2, b"True")))  # fmt: skip
    table = make_table([shy, open_one], BASELINES, OPEN)
    text = "\n".join(board_lines(table, 20))
    assert text.count("8 to 32 names per step. Muon, rate 0.02") == 1
    assert [row.get("method") for row in table_data(table, 20, None)["rows"][:2]] == [None, "Muon, rate 0.02"]
    assert table.records[0].method is None and table.records[0].names_per_step is None
    closed = make_table([shy, entry(3, "ada", 2.19, source=METHOD % b"False", round=CLOSING)], BASELINES, CLOSING)
    assert closed.ranked[0].method.words == "Muon, rate 0.02" == closed.records[0].method.words
    for mine in (make_table([shy], BASELINES, OPEN, me="ada"), make_table([shy], BASELINES, OPEN, everybody=True)):
        assert mine.ranked[0].method.words == "Muon, rate 0.02"


def test_a_method_is_cleaned_once_for_the_page_the_terminal_and_the_data():
    text = 'METHOD = "Muon\\x1b[2J\\u202e,\\0 \\ud800rate ' + "9" * 9000 + '"\nSHOW_METHOD = True\n'
    table = make_table([entry(1, "ada", 2.18, source=text.encode())], BASELINES, OPEN)
    (row, *_) = table_data(table, 20, None)["rows"]
    assert row["method"] == table.ranked[0].method.words
    assert row["method"].startswith("Muon, rate 999") and row["method"].isprintable() and len(row["method"]) <= 130
    assert row["method"] in render(table) and row["method"][:40] in "\n".join(board_lines(table, 20))


def test_what_a_recipe_printed_is_shown_without_escapes():
    tried = Score((2.2,), (1,), None, (2.5,), ("anna",), 1.0, "line 1\n\x1b[2J\x07line 2\n")
    lines = list(score_lines(tried, 0.01, BASELINES))
    assert lines[-2:] == ["  | line 1", "  | line 2"]


@pytest.mark.parametrize("text", ["METHOD = open('x').read()", "METHOD = 3", "def f():\n    METHOD = 'x'", "x = = 1",
                                  "\0", "METHOD = " + "(" * 300 + "'x'" + ")" * 300])  # fmt: skip
def test_what_is_no_text_is_no_method_and_nothing_is_run(text):
    assert method_of(text.encode()).words == ""


def test_another_method_does_not_make_another_program():
    plain, told = (check_source(METHOD % show + b"NUM_STEPS = 3\n").shape for show in (b"False", b"True"))
    assert plain == told == check_source(b"NUM_STEPS = 3\n").shape
    used = [check_source(b'METHOD = "%s"\nprint(METHOD)\n' % word).shape for word in (b"a", b"b")]
    assert used[0] != used[1]  # here it decides what the program does


def test_the_second_ranking_has_the_fewest_steps_to_the_target():
    late, early = [3.0, 2.3, 2.3, 2.19], [3.0, 2.193, 2.191, 2.2]
    entries = [entry(1, "ada", 2.18, curve=late), entry(2, "bob", 2.19, curve=early), entry(3, "cy", 2.1, curve=[])]
    table = make_table(entries, BASELINES, OPEN)
    assert [(row.name, row.steps) for row in table.by_steps] == [("BOB", 75), ("ADA", 100)]
    assert "     75  BOB" in list(board_lines(table, 20))


def test_the_instructor_sees_all_and_a_learner_oneself():
    everybody = make_table(ENTRIES, BASELINES, OPEN, everybody=True)
    assert [row.learner_id for row in everybody.ranked] == ["ada", "bob", "cy"]
    assert [row.learner_id for row in around(make_table(ENTRIES, BASELINES, OPEN, me="bob"), "bob", 1)] == [
        "ada", "bob", "cy"
    ]  # fmt: skip
    assert around(everybody, "nobody") == []
