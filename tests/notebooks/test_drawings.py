"""The pictures of parts 5 to 10: what they compute is right, and their words say what they show."""

import math
import random
import xml.etree.ElementTree
from urllib.parse import unquote

import pytest

from autograder.course import ROOT

pytest.importorskip("IPython", reason="the pictures need the extra `notebooks`")

from part01_autograd import Value
from part05_gpt import gpt
from part06_adam import Adam
from part07_training import sequence_loss
from part10_experiments import attention_map
from weights import load_matrices, load_trained

from notebook_tools import curves, gradients, growth, heads, letters, paths, reading, surprise, temperatures

WEIGHTS = ROOT / "datasets" / "trained_weights.json"


@pytest.fixture
def shown(monkeypatch):
    """What was displayed: a dict by kind for each picture."""
    collected = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: collected.append(data))
    return collected


def assert_pictures(shown, words, count=1):
    """There are `count` SVG pictures, and the alternative text of the last one contains these words."""
    assert len(shown) == count
    for data in shown:
        source = data["text/html"].partition("data:image/svg+xml,")[2].removesuffix("'>")
        root = xml.etree.ElementTree.fromstring(unquote(source))
        assert len(list(root.iter())) > 10
    assert words in shown[-1]["text/plain"]


# reading


def test_a_text_is_read_letter_by_letter_with_what_came_before_in_the_caches():
    config, chars, matrices = load_matrices(WEIGHTS)
    read = reading.read("emma", gpt, chars, matrices, config)
    assert read.tokens == ["BOS", "e", "m", "m", "a"]
    assert [len(logits) for logits in read.logits] == [27] * 5
    assert [len(by_layer[0][3]) for by_layer in read.weights] == [1, 2, 3, 4, 5]


def test_the_maps_of_a_reading_are_those_of_part_10():
    trained = load_trained(WEIGHTS)
    read = reading.read("ivy", gpt, trained.tokenizer.chars, trained.state_dict, trained.config)
    assert read.maps(0) == attention_map("ivy", trained)[0]


@pytest.mark.parametrize(
    ("text", "words"), [("Zoe", "'Z' is not in this model's alphabet"), ("a" * 16, "reads BOS and 15 letters")]
)
def test_a_text_that_the_model_cannot_read_is_refused_with_a_sentence(text, words):
    config, chars, matrices = load_matrices(WEIGHTS)
    with pytest.raises(ValueError, match=words):
        reading.read(text, gpt, chars, matrices, config)


def test_the_likeliest_tokens_come_first_and_the_last_one_is_the_end():
    assert reading.likeliest([0.1, Value(0.3), 0.6], ["a", "b"], count=2) == "end 0.60, b 0.30"


# heads


def test_shares_leave_out_the_rows_without_a_choice():
    rows = [[1.0], [0.9, 0.1], [0.2, 0.5, 0.3], [0.4, 0.1, 0.3, 0.2]]
    assert heads.shares(rows) == pytest.approx((0.3, 0.25, 0.4))
    assert all(math.isnan(share) for share in heads.shares(rows[:2]))


def test_heads_are_drawn_for_one_letter_and_for_fifteen(shown):
    trained = load_trained(WEIGHTS)
    for name in ("a", "maximiliananana"):
        heads.draw(attention_map(name, trained)[0], ["BOS", *name], f"Heads, {name}")
    assert_pictures(shown, "Head 4 puts ", count=2)


def test_an_odd_number_of_heads_leaves_an_empty_place(shown):
    heads.draw([[[1.0], [0.5, 0.5], [0.2, 0.2, 0.6]]] * 3, ["BOS", "j", "o"], "Three heads")
    assert_pictures(shown, "Head 3 puts 20% of its weight on the first position, 60% on the character itself, 20%")


# paths


def test_plain_descent_in_the_valley_follows_its_closed_form():
    x, y = Value(-8.0), Value(1.5)
    points = paths.walk([x, y], paths.descend([x, y], lr=0.45), steps=12)
    assert len(points) == 13
    for step, point in enumerate(points):  # slopes 0.1 x and 4 y: each step multiplies x and y by a constant
        assert point == pytest.approx((-8.0 * 0.955**step, 1.5 * (-0.8) ** step), rel=1e-9)
    assert paths.crossings(points) == 12


def test_adam_takes_the_same_path_through_a_deeper_valley_and_plain_descent_does_not():
    def end(depth, make_move):
        parameters = [Value(-8.0), Value(1.5)]
        return paths.walk(parameters, make_move(parameters), 10, lambda x, y: depth * paths.valley(x, y))[-1]

    def adam(parameters):
        optimizer = Adam(parameters)
        return lambda: optimizer.step(0.3)

    assert end(100, adam) == pytest.approx(end(1, adam), rel=1e-5)
    assert abs(end(100, lambda parameters: paths.descend(parameters, 0.45))[1]) > 1e20


def test_the_height_at_the_end_is_a_mean_of_the_last_points():
    points = [(0.0, 9.0), (2.0, 0.0), (0.0, 1.0)]  # 162, 0.2 and 2 high
    assert paths.height_at_the_end(points, last=2) == pytest.approx(1.1)


def test_paths_are_drawn_even_when_one_leaves_the_map(shown):
    away = [(-8.0, 1.5), (1e200, -1e200), (float("inf"), float("nan"))]
    paths.draw({"here": [(-8.0, 1.5), (0.0, 0.0)], "away": away}, "Two paths")
    assert_pictures(shown, "here goes from (-8.00, 1.50) to (0.00, 0.00) in 1 steps")


# curves


def test_a_running_mean_begins_with_fewer_numbers():
    assert curves.running_mean([1.0, 2.0, 6.0, 4.0], window=2) == [1.0, 1.5, 4.0, 5.0]


def test_a_curve_says_where_it_begins_where_it_ends_and_where_the_lines_are(shown):
    losses = [3.0 - 0.01 * step for step in range(100)]
    curves.draw(losses, {"pairs": 2.453}, "Falling", window=11)
    assert_pictures(shown, "falls from 2.95 to 2.06 over 100 steps; single steps lie between 2.01 and 3.00")
    assert "pairs at 2.453" in shown[0]["text/plain"]


# gradients


def test_the_size_of_a_gradient_is_its_root_mean_square():
    matrix = [[Value(1.0), Value(1.0)]]
    matrix[0][0].grad, matrix[0][1].grad = 3.0, 4.0
    found = gradients.sizes({"lm_head": matrix, "wte": [[Value(2.0)]]})
    assert found == {"wte": 0.0, "lm_head": pytest.approx(12.5**0.5)}
    assert list(found) == ["wte", "lm_head"]


def test_layers_are_set_side_by_side():
    found = {"wte": 1.0, "layer0.attn_wq": 2.0, "layer0.mlp_fc1": 3.0, "layer1.attn_wq": 4.0, "lm_head": 5.0}
    assert gradients.by_layer(found) == {"layer 0": {"attn_wq": 2.0, "mlp_fc1": 3.0}, "layer 1": {"attn_wq": 4.0}}


def test_matrices_without_gradient_are_named(shown):
    gradients.draw({"mine": {"wte": 0.02, "layer0.attn_wq": 0.0}}, "Flow")
    assert_pictures(shown, "mine: no gradient at all reaches layer0.attn_wq.")


def test_a_model_that_gets_no_gradient_is_a_sentence():
    with pytest.raises(ValueError, match="a number replaced a Value"):
        gradients.draw({"mine": {"wte": 0.0, "lm_head": 0.0}}, "Flow")


# letters


def test_the_nearest_letter_points_the_same_way_however_long_it_is():
    vectors = {"a": [2.0, 0.0], "b": [9.0, 1.0], "c": [0.9, 0.9], "d": [-4.0, 0.0]}
    assert [letter for letter, _ in letters.nearest(vectors, "a")] == ["b", "c", "d"]
    assert letters.nearest(vectors, "a")[2] == ("d", pytest.approx(-1.0))


def test_a_letter_without_a_vector_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="no vector for 'z': choose one of a b"):
        letters.nearest({"a": [1.0], "b": [2.0]}, "z")


def test_letters_of_a_plane_keep_their_distances_on_the_map():
    rng = random.Random(1)
    plane = {letter: (rng.gauss(0, 1), rng.gauss(0, 1)) for letter in "abcdefg"}
    vectors = {letter: [x + y, x - y, 2 * x + 1] for letter, (x, y) in plane.items()}  # a plane in three dimensions
    places, share = letters.flat_map(vectors)
    assert share == pytest.approx(1.0)
    for first, second in zip("abcdef", "bcdefg"):
        assert math.dist(places[first], places[second]) == pytest.approx(math.dist(vectors[first], vectors[second]))


def test_a_letter_that_covers_another_is_moved_beside_it():
    places = letters.apart({"d": (0.0, 0.0), "z": (0.01, 0.01), "o": (5.0, 5.0)}, distance=0.1)
    assert places == {"d": (0.0, 0.0), "z": (pytest.approx(0.1), 0.01), "o": (5.0, 5.0)}


def test_the_kept_model_has_its_vowels_near_each_other(shown):
    _, chars, matrices = load_matrices(WEIGHTS)
    vectors = {letter: [value.data for value in row] for letter, row in zip(chars, matrices["wte"])}
    letters.draw(vectors, "Letters")
    assert_pictures(shown, "The nearest letter to a is o")


# temperatures


def test_enough_counts_the_likeliest_tokens():
    assert temperatures.enough([0.05, 0.6, 0.35]) == 2
    assert temperatures.enough([0.25] * 4, share=0.5) == 2


def test_temperatures_are_drawn_with_their_favourite_in_words(shown):
    temperatures.draw({0.5: [0.1, 0.9], 2.0: [0.4, 0.6]}, ["a", "end"], "Dice")
    assert_pictures(shown, "At temperature 2 the likeliest is end with 0.60, and 2 tokens share nine tenths.")


def test_names_stand_in_columns_and_known_ones_carry_a_star():
    text = temperatures.columns({0.5: ["anna", "xo"], 1.0: ["", "bo"]}, known={"anna", "bo"})
    assert text.splitlines() == ["at 0.5   at 1", "anna*", "xo       bo*"]


# surprise


def test_the_surprise_at_each_letter_is_that_of_the_model_and_sums_to_that_of_the_name():
    trained = load_trained(WEIGHTS)
    tokens = trained.tokenizer.encode("ivy")

    def mean_loss(beginning):
        return sequence_loss(beginning, trained.state_dict, trained.config).data

    found = surprise.by_letter(tokens, mean_loss)
    logits = reading.read("ivy", gpt, trained.tokenizer.chars, trained.state_dict, trained.config).logits
    for nats, position, target in zip(found, logits, tokens[1:]):
        exps = [math.exp(logit.data) for logit in position]
        assert nats == pytest.approx(-math.log(exps[target] / sum(exps)), rel=1e-9)
    assert len(found) == 4 and sum(found) / 4 == pytest.approx(mean_loss(tokens), rel=1e-9)


def test_the_picture_of_surprise_says_where_it_is_largest(shown):
    surprise.draw({"jo": [2.0, 5.0, 1.0], "q": [3.0, 0.5]}, "Surprise", even=3.296)
    assert_pictures(shown, "jo: 2.67 nats per token, most at letter 2, o, with 5.0, least at the end with 1.0.")


# growth


def test_costs_are_given_in_words_at_each_length(shown):
    growth.draw({"pairs": lambda n: n * n, "letters": lambda n: n}, (4, 2000), "Costs")
    assert_pictures(shown, "pairs: 16 at 4 tokens, 4,000,000 at 2000 tokens, 250000.0 times as much.")
