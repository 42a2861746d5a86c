"""docs/facts.md shows the figures that were measured, and those that take no training are measured again here."""

import json
import math

import facts
import pytest
from part02_tokenizer import bigram_counts, bigram_loss

FIGURES = json.loads(facts.RECORD.read_text(encoding="utf-8"))


def test_the_page_is_that_of_the_recorded_figures():
    assert facts.PAGE.read_text(encoding="utf-8") == facts.page(FIGURES)


def test_other_figures_would_give_another_page():
    assert facts.page({**FIGURES, "parameters": 8192}) != facts.page(FIGURES)


def test_the_numbers_of_parameters_and_of_nats_for_knowing_nothing_are_right():
    assert FIGURES["parameters"] == facts.count_parameters(facts.Config()) == 4192
    assert FIGURES["uniform"] == pytest.approx(math.log(27))


def test_the_leak_of_a_split_by_rows_is_measured_again():
    rows = facts.load_docs(str(facts.NAMES))
    assert facts.leak(rows) == FIGURES["leak_names"]
    assert facts.leak(sorted(set(rows)))["leak"] == 0


def test_the_leak_lies_in_the_range_over_20_shuffles():
    leaked = FIGURES["leak_names_range"]
    assert leaked["lowest"] <= facts.leak(facts.load_docs(str(facts.NAMES)), seed=7)["leak"] <= leaked["highest"]
    assert leaked["lowest"] < leaked["highest"]


@pytest.mark.parametrize(("add_one", "name"), [(False, "counting"), (True, "counting_add_one")])
def test_the_losses_of_counting_are_measured_again(add_one, name):
    assert facts.counting_losses(longest=2, add_one=add_one) == pytest.approx(FIGURES[name][:3], abs=1e-9)


def test_adding_one_to_pairs_of_letters_is_the_bigram_table_of_part_2():
    train, held_out = facts.split_docs(facts.load_docs(str(facts.NAMES)))
    tokenizer = facts.Tokenizer(train)
    table = bigram_loss(bigram_counts(train, tokenizer), held_out, tokenizer)
    assert FIGURES["counting_add_one"][1] == pytest.approx(table, abs=1e-9)


def test_the_share_of_the_gradient_that_comes_through_the_cache_is_measured_again():
    assert facts.cached_gradient()["lost"] == pytest.approx(FIGURES["cached"]["lost"], abs=1e-9)


def test_one_of_the_untrained_models_lies_in_the_recorded_range():
    docs, held_out = facts.training.split()
    loss = facts.training.loss_on(held_out, facts.training.train(docs, 1, 0))
    assert FIGURES["untrained"]["lowest"] <= loss <= FIGURES["untrained"]["highest"]


def test_the_published_names_and_losses_are_those_of_the_course():
    assert round(FIGURES["golden"]["first"], 4) == 3.3660
    assert round(FIGURES["golden"]["last"], 4) == 2.6497
    assert FIGURES["golden"]["names"][:3] == ["kamon", "ann", "karai"]
