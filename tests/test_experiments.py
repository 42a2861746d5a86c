"""Each experiment runs in a small form, its page shows its record, and the variants' gradients are right."""

import importlib.util
import json
import random
import re
import subprocess
import sys
from html import escape

import numpy as np
import pytest

from autograder import model
from autograder.course import ROOT
from experiments import NAMES, kv_cache, nonsense, recurrent, rnn_model, run, training, variants, words

TORCH = ROOT / "experiments" / "microgpt_torch.py"
RECURRENT = {"GAPS": (2, 3), "LENGTHS": (4, 8), "NAMES_READ": 3, "TESTS": 5, "REPEATS": 1, "MANY": 2}
SMALL = {
    "recurrent": RECURRENT,
    "kv_cache": {"LENGTHS": (2, 3)},
    "names_per_step": {"COUNTS": (1, 2)},
    "depth_and_width": {"WIDTHS": (8,)},
}


@pytest.fixture
def small(monkeypatch):
    """Short versions of all experiments: few held-out texts, few cases, few names to read."""
    whole = training.split

    def little(data: str = "names"):
        docs, held_out = whole(data)
        docs = docs[::40]
        chars = set("".join(docs))
        return docs, [doc for doc in held_out if set(doc) <= chars][:40]

    for name in NAMES:
        experiment = run.script(name)
        for attribute, value in SMALL.get(name, {}).items():
            monkeypatch.setattr(experiment, attribute, value)
        if hasattr(experiment, "split"):
            monkeypatch.setattr(experiment, "split", little)
        if hasattr(experiment, "NAMES_READ"):
            monkeypatch.setattr(experiment, "NAMES_READ", 20)
    monkeypatch.setattr(training, "split", little)


# The runs


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_in_a_small_form_gives_a_page_and_a_picture(name, small, tmp_path):
    record = run.run(name, seeds=2, steps=3)
    files = run.write(record, tmp_path)
    assert json.loads(files[0].read_text(encoding="utf-8")) == json.loads(json.dumps(record))
    page = files[1].read_text(encoding="utf-8")
    assert page == run.page(json.loads(files[0].read_text(encoding="utf-8")))  # the record is all that it takes
    table = [line.count("|") for line in page.splitlines() if line.startswith("|")]
    assert len(table) > 2 and len(set(table)) == 1
    assert re.search(rf"!\[[^\]]{{40,}}\]\({name}\.svg\)", page)
    picture = files[2].read_text(encoding="utf-8")
    assert picture.startswith("<svg") and f"<title>{escape(run.script(name).describe(record['figures']))}" in picture
    assert "var(--plot-1" in picture and "<image" not in picture


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_the_course_is_that_of_its_record(name):
    record = run.read(name)
    page = (run.PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert page == run.page(record)
    assert record["steps"] == 1000 and record["seeds"] == run.script(name).SEEDS
    assert (run.PAGES / f"{name}.svg").exists()


def test_the_list_of_pages_is_that_of_the_records():
    assert (run.PAGES / "README.md").read_text(encoding="utf-8") == run.contents(run.PAGES)


def test_each_experiment_took_at_most_two_minutes():
    assert {name: run.read(name)["seconds"] for name in NAMES if run.read(name)["seconds"] > 120} == {}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bake"], "There is no experiment bake. Choose one of"),
        (["heads", "--seeds", "0"], "use at least one of each"),
        (["heads", "--steps", "-3"], "use at least one of each"),
    ],
)
def test_what_is_no_experiment_is_a_sentence(arguments, words):
    command = [sys.executable, "-m", "autograder", "experiment", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr


def test_the_list_of_experiments_says_how_to_run_one():
    command = [sys.executable, "-m", "autograder", "experiment"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0 and done.stdout.splitlines()[-1].endswith(" experiment heads")


# What they train with


def test_with_nothing_changed_the_training_is_that_of_the_course():
    docs, _ = training.split()
    ours, course = training.train(docs, 5, 30), model.replay(docs, 30, 5)
    assert all(np.array_equal(ours.weights[name], course.weights[name]) for name in course.weights)


def test_names_of_a_step_are_read_once_each_and_in_turn(monkeypatch):
    read, whole = [], model.loss_and_gradient
    monkeypatch.setattr(
        model,
        "loss_and_gradient",
        lambda batch, *rest: (read.append([len(name) for name in batch]), whole(batch, *rest))[1],
    )
    training.train(["a", "bb", "ccc"], 1, 3, names_per_step=2)
    first, second, third = read
    assert [len(batch) for batch in read] == [2, 2, 2]
    assert sorted(first + second[:1]) == sorted(second[1:] + third) == [3, 4, 5]


@pytest.mark.parametrize("norm", variants.NORMS)
@pytest.mark.parametrize("activation", variants.ACTIVATIONS)
def test_the_gradient_of_a_variant_is_its_slope(norm, activation):
    config, rng = model.Sizes(vocab_size=5, n_embd=6, n_head=2, n_layer=2, block_size=5), random.Random(3)
    weights, batch, h = model.draw_weights(config, rng, std=0.5), [[4, 0, 1, 4], [4, 2, 2, 3, 4]], 1e-6
    with variants.variant(norm, activation):
        _, gradient = model.loss_and_gradient(batch, weights, config)
        for name, matrix in weights.items():
            for _ in range(4):
                place = tuple(rng.randrange(size) for size in matrix.shape)
                kept, losses = matrix[place], []
                for shift in (h, -h):
                    matrix[place] = kept + shift
                    losses.append(model.loss_and_gradient(batch, weights, config)[0])
                matrix[place] = kept
                slope = (losses[0] - losses[1]) / (2 * h)
                assert gradient[name][place] == pytest.approx(slope, abs=1e-7), (name, place)


def test_a_variant_is_another_model_and_is_gone_afterwards():
    config = model.Sizes()
    weights, batch = model.draw_weights(config, random.Random(1)), [[26, 0, 3, 26]]
    before = model.loss_and_gradient(batch, weights, config)[0]
    losses = set()
    for norm in variants.NORMS:
        for activation in variants.ACTIVATIONS:
            with variants.variant(norm, activation):
                losses.add(model.loss_and_gradient(batch, weights, config)[0])
    assert len(losses) == 6 and before in losses
    assert model.loss_and_gradient(batch, weights, config)[0] == before


def test_layernorm_gives_mean_0_and_mean_square_1():
    normed, _ = variants.layernorm(np.array([[3.0, 5.0, 7.0, 1.0]]))
    assert normed.mean() == pytest.approx(0, abs=1e-12)
    assert (normed**2).mean() == pytest.approx(1, abs=1e-4)


def test_the_gradient_of_the_recurrent_network_is_its_slope():
    weights = rnn_model.draw_weights(random.Random(3), vocab_size=5, std=0.5)
    batch, h = [[4, 0, 1, 4], [4, 2, 2, 3, 4]], 1e-6

    def loss() -> float:
        return model.loss_and_gradient(batch, weights, model.Sizes(), rnn_model.PASSES)[0]

    _, gradient = model.loss_and_gradient(batch, weights, model.Sizes(), rnn_model.PASSES)
    for name, matrix in weights.items():
        for place in ((0, 0), (2, 3), (4, 1)):
            matrix[place] += h
            above = loss()
            matrix[place] -= 2 * h
            slope = (above - loss()) / (2 * h)
            matrix[place] += h
            assert gradient[name][place] == pytest.approx(slope, abs=1e-8), (name, place)


def test_the_recurrent_network_of_values_has_the_loss_of_the_one_in_numpy():
    from part01_autograd import Value

    weights, tokens = rnn_model.draw_weights(random.Random(3), vocab_size=5, std=0.5), [4, 0, 1, 4]
    values = {name: [[Value(number) for number in row] for row in matrix.tolist()] for name, matrix in weights.items()}
    expected, gradient = model.loss_and_gradient([tokens], weights, model.Sizes(), rnn_model.PASSES)
    loss = rnn_model.scalar_loss(tokens, values)
    loss.backward()
    assert loss.data == pytest.approx(expected, rel=1e-12)
    assert values["rnn_h"][2][3].grad == pytest.approx(gradient["rnn_h"][2, 3], rel=1e-9)


def test_both_models_of_the_comparison_have_about_as_many_parameters():
    assert training.parameters() == 4192
    assert sum(rows * columns for rows, columns in rnn_model.shapes().values()) == 4171


# What they measure


def test_the_gradient_at_a_letter_back_is_that_of_the_last_loss_alone():
    docs = ["abcdefghij", "jihgfedcba"]
    gpt, (rnn, chars) = training.train(docs, 1, 3), rnn_model.train(docs, 1, 3)
    name = "abcdefghij"
    tokens = model.encode(name, chars)[:10]  # the loss after the eighth letter
    one_letter_back = recurrent._rnn_gradients(name, rnn, chars)[1]
    inputs, h = np.array([tokens[:-1]]), 1e-6
    slopes = []
    for place in range(rnn_model.HIDDEN):  # the row is read once, so its slope is that of the input
        losses = []
        for shift in (h, -h):
            rnn["rnn_in"][tokens[7], place] += shift
            logits, _ = rnn_model.forward(inputs, rnn)
            rnn["rnn_in"][tokens[7], place] -= shift
            losses.append(np.log(np.exp(logits[0, -1]).sum()) - logits[0, -1, tokens[9]])
        slopes.append((losses[0] - losses[1]) / (2 * h))
    assert one_letter_back == pytest.approx(np.linalg.norm(slopes), rel=1e-5)

    slopes = []
    for place in range(16):
        losses = []
        for shift in (h, -h):
            gpt.weights["wpe"][7, place] += shift
            logits = model.logits(tokens[:-1], gpt.weights, gpt.config)[-1]
            gpt.weights["wpe"][7, place] -= shift
            losses.append(np.log(np.exp(logits).sum()) - logits[tokens[9]])
        slopes.append((losses[0] - losses[1]) / (2 * h))
    assert recurrent._gpt_gradients(name, gpt)[1] == pytest.approx(np.linalg.norm(slopes), rel=1e-4)


def test_logits_with_and_without_the_cache_are_equal(monkeypatch):
    monkeypatch.setattr(kv_cache, "LENGTHS", (6,))
    (row,) = kv_cache.measure(1, 0)["rows"]
    assert row["difference"] == 0
    assert row["recomputed"]["mean"] > row["cached"]["mean"]
    assert row["floats"] == 2 * 6 * 16


def test_the_shares_of_an_even_head_are_counted():
    shares = run.script("heads")._shares(["ab"], None)
    # a: BOS 1/2, itself 1/2. b: BOS, a (a vowel, the letter before) and itself 1/3 each.
    assert shares == pytest.approx(np.array([[(1 / 2 + 1 / 3) / 2, (1 / 2 + 1 / 3) / 2, 1 / 6, (1 / 2 + 1 / 3) / 2]]))


def test_nonsense_is_made_of_what_it_says():
    rng = random.Random(2)
    assert nonsense._nonsense("emma", "backwards", [], rng) == "amme"
    shuffled = nonsense._nonsense("emma", "shuffled", [], rng)
    assert sorted(shuffled) == sorted("emma") and shuffled != "emma"
    assert set(nonsense._nonsense("emma", "letters of names", ["x", "y"], rng)) <= {"x", "y"}
    assert len(nonsense._nonsense("emma", "any letters", [], rng)) == 4


def test_a_spread_of_one_run_has_no_deviation():
    assert training.spread([2.0]) == {"mean": 2.0, "sd": 0.0, "lowest": 2.0, "highest": 2.0}
    assert words.mean_sd(training.spread([1.0, 3.0]), 2) == "2.00 ± 1.41"


def test_the_page_on_transformers_and_rnns_quotes_the_record():
    text = (ROOT / "docs" / "learner" / "after.md").read_text(encoding="utf-8")
    figures = run.read("recurrent")["figures"]
    losses = [f"{figures['held_out'][kind]['mean']:.3f}" for kind in ("RNN", "GPT")]
    right = [f"{100 * figures['recall'][kind][-1]['mean']:.0f}%" for kind in ("RNN", "GPT")]
    assert f"does as well: its held-out loss is {losses[0]}, the GPT's {losses[1]}." in text
    assert f"the RNN is right in {right[0]} of the cases and the GPT in {right[1]}" in text
    assert f"across {recurrent.GAPS[-1]} others" in text


# PyTorch


def test_the_comparison_with_pytorch_says_so_where_there_is_none():
    if importlib.util.find_spec("torch"):
        pytest.skip("There is a torch here.")
    done = subprocess.run([sys.executable, TORCH], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0
    assert done.stdout.startswith("Skipped: torch is not installed.")


def test_pytorch_gives_the_losses_and_gradients_of_the_scalar_model():
    pytest.importorskip("torch")
    from experiments import microgpt_torch

    of_losses, of_gradients = microgpt_torch.differences()
    assert of_losses < 1e-6 and of_gradients < 1e-6


def test_the_page_on_pytorch_states_equality_and_all_four_versions():
    page = (run.PAGES / "pytorch.md").read_text(encoding="utf-8")
    of_losses, of_gradients = map(float, re.search(r"by at most (\S+), gradients by at most (\S+)\.\s", page).groups())
    assert of_losses < 1e-6 and of_gradients < 1e-6
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 4 and "1,000 steps" in page
    assert len({row[4] for row in rows}) == 1  # the last loss


def test_a_difference_is_compared_seed_by_seed_with_what_chance_gives():
    seeds_apart = [2.30, 2.34, 2.38, 2.42, 2.46]  # ten times as far apart as the variants
    better = [loss - shift for loss, shift in zip(seeds_apart, (0.004, 0.005, 0.006, 0.005, 0.005))]
    assert (
        words.paired(better, seeds_apart) == "+0.005 (15.8 standard errors of 0.0003, which is more than chance gives)"
    )
    noise = [loss + shift for loss, shift in zip(seeds_apart, (0.004, -0.005, 0.006, -0.003, 0.001))]
    assert words.paired(noise, seeds_apart).endswith("which chance gives as well)")
    assert words.paired([2.3], [2.4]) == "+0.100"


def test_a_page_of_few_seeds_says_that_their_spread_is_a_rough_estimate():
    assert "a rough estimate with so few" in run.page(run.read("names_per_step"))
    assert "a rough estimate" not in run.page(run.read("learning_rates"))
