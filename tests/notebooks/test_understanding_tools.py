"""The tools of part 9's notebook: a model without one of its parts, bars, how far a gradient reaches, which model."""

import gc
import random

import pytest
from part04_parameters import Config, init_state_dict
from part07_training import sequence_loss

from notebook_tools import bars, reach, removing, start, svg

TOKENS = [4, 0, 3, 1, 4]
CONFIG = Config(vocab_size=5, n_embd=4, n_head=2, n_layer=2, block_size=4)


@pytest.fixture(scope="module")
def matrices():
    return init_state_dict(CONFIG, random.Random(1), std=0.5)


def loss(state_dict):
    return sequence_loss(TOKENS, state_dict, CONFIG).data


@pytest.mark.parametrize("part", ["head 1", "head 2", "attention", "mlp", "positions"])
def test_without_a_part_the_loss_differs_and_the_model_itself_is_not_changed(matrices, part):
    whole = loss(matrices)
    assert loss(removing.without(part, matrices, CONFIG)) != pytest.approx(whole, abs=1e-6)
    assert loss(matrices) == whole


def test_without_attention_earlier_letters_play_no_part(matrices):
    without = removing.without("attention", matrices, CONFIG)
    losses = [
        sequence_loss([*begin, 1, 2], without, CONFIG).data * 3 - sequence_loss([*begin, 1], without, CONFIG).data * 2
        for begin in ([4, 0], [4, 3])
    ]
    assert losses[0] == pytest.approx(losses[1], abs=1e-12)


def test_without_both_heads_there_is_no_attention(matrices):
    without = removing.without("head 2", removing.without("head 1", matrices, CONFIG), CONFIG)
    assert loss(without) == pytest.approx(loss(removing.without("attention", matrices, CONFIG)), abs=1e-12)


def test_an_unknown_part_is_refused_with_a_sentence(matrices):
    with pytest.raises(ValueError, match="There is no part 'head 3'. Choose from: head 1, head 2, attention, mlp, pos"):
        removing.without("head 3", matrices, CONFIG)


@pytest.mark.parametrize("width", [svg.WIDE, svg.NARROW])
def test_bars_and_reach_say_their_numbers_and_fit(width):
    pictures = [
        bars.drawing({"a long name of a bar": 0.25, "b": -0.01, "c": 0.0}, "Three", width=width),
        reach.drawing({"RNN": [1.0, 0.5, 0.001], "your GPT": [1.0, 1.2, 0.9]}, "Reach", width),
    ]
    assert "a long name of a bar: 0.250. b: −0.010. c: 0.000." in pictures[0].description
    assert (
        "RNN, 1 to 3 letters back: 1, 0.5, 0.001. your GPT, 1 to 3 letters back: 1, 1.2, 0.9."
        in pictures[1].description
    )
    for picture in pictures:
        assert picture.width <= width
        assert all(-0.5 <= box.left and box.right <= picture.width + 0.5 for box in picture.texts)
        pairs = [(a, b) for place, a in enumerate(picture.texts) for b in picture.texts[place + 1 :] if a.meets(b)]
        assert pairs == []


def test_the_learners_own_model_is_taken_where_a_capstone_has_kept_one(tmp_path, monkeypatch, capsys):
    notebook = tmp_path / "notebooks" / "part09"
    notebook.mkdir(parents=True)
    (notebook / "trained_weights.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(notebook)
    lesson = start(9)
    assert lesson.model_file() == notebook / "trained_weights.json"
    assert "The course's trained model" in capsys.readouterr().out
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "capstone.json").write_text("{}", encoding="utf-8")
    assert lesson.model_file() == tmp_path / "runs" / "capstone.json"
    assert "Your own model" in capsys.readouterr().out


def test_a_cell_collects_garbage_less_often_and_leaves_the_setting_as_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before, lesson = gc.get_threshold(), start(9)
    with lesson.exploring():
        assert gc.get_threshold()[0] > before[0]
        raise ValueError("a learner's error")
    assert gc.get_threshold() == before
