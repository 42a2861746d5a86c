"""Training in the page: the learner's own parts and the fast version compute what the course's training does."""

import functools
import importlib.util
import json
import random
import sys

import pytest
from helpers.bundle import SOLVED

from autograder.bundle.page import SOURCE
from autograder.stubs import fresh_stubs
from autograder.training import reference

EQUAL = 1e-9
# What is wrong with each of the DATA_SETS in conftest.py, in their order.
PROBLEMS = (
    "There are 2 different names; write at least 20",
    "Line 31 has 18 characters",
    "151 different characters",
    None,
)


course = functools.cache(reference)  # before a test puts other modules in its place


def natively(rows, steps):
    """The run of the course's own fast version: losses, a model, the held-out rows."""
    fast, tokens = course().fast, course().tokens
    training, held_out = tokens.split_docs(rows)
    trained = fast.train(training, steps, random.Random(42))
    return trained, fast, tokens, training, held_out


def test_the_fast_version_draws_and_computes_what_python_does(model, rows):
    trained, fast, tokens, training, held_out = natively(rows, len(model["losses"]))
    assert model["sides"] == [training, held_out]
    assert model["losses"] == pytest.approx(trained.losses, abs=EQUAL)
    rng = random.Random(42)
    assert model["names"] == [fast.sample(trained, 0.5, rng) for _ in range(5)]
    assert model["heldOut"] == pytest.approx(fast.held_out_loss(held_out, trained), abs=EQUAL)
    counts = tokens.bigram_counts(training, trained.tokenizer)
    assert model["pairs"] == pytest.approx(tokens.bigram_loss(counts, held_out, trained.tokenizer), abs=EQUAL)


def test_a_data_set_that_the_model_cannot_read_is_refused_with_a_sentence(model):
    for read, problem in zip(model["read"], PROBLEMS, strict=True):
        assert problem in read["problem"] if problem else len(read["rows"]) == 30


def test_the_page_trains_with_the_learners_own_parts(in_page, rows):
    [run] = in_page([(7, SOLVED, rows[:30], 2)])
    trained, *_ = natively(rows[:30], 2)
    assert run["losses"] == pytest.approx(trained.losses, abs=EQUAL)
    assert len(run["names"]) == 3 and 2 < run["heldOut"] < 5


@pytest.fixture
def training(tmp_path, monkeypatch):
    """The page's training.py, in this Python."""
    course()
    spec = importlib.util.spec_from_file_location("page_training", SOURCE / "python" / "training.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", str(tmp_path))
    monkeypatch.setattr(sys, "path", list(sys.path))
    kept = {name: sys.modules[name] for name in sys.modules if name.startswith("part")}
    yield module
    for name in [name for name in sys.modules if name.startswith("part")]:
        del sys.modules[name]
    sys.modules.update(kept)


def answers(training, files, rows, *calls, steps=4):
    trainer = training.Trainer()
    begun = json.loads(trainer.answer("begin", json.dumps([files, *course().tokens.split_docs(rows), steps, 42])))
    return begun, *(json.loads(trainer.answer(name, json.dumps(given))) for name, *given in calls)


def test_a_run_can_pause_after_each_step_and_invent_names_without_changing_the_run(training, rows):
    once = ["advance", 0, 9]
    _, *seen = answers(training, SOLVED, rows[:60], once, ["names", 1], once, once, steps=2)
    trained, *_ = natively(rows[:60], 2)
    assert [step["losses"] for step in seen if "losses" in step] == [
        [pytest.approx(each)] for each in trained.losses
    ] + [[]]
    assert all(isinstance(name, str) for name in seen[1]) and seen[-1]["done"]


@pytest.mark.parametrize(
    "call", ["on_step and on_step(step, losses[-1])", "if on_step: on_step(step=step, loss=losses[-1])"]
)
def test_other_ways_to_call_on_step_pause_as_well(training, rows, call):
    source = SOLVED["part07_training.py"].replace(
        "if on_step is not None:\n            on_step(step, losses[-1])", call
    )
    assert call in source
    _, step = answers(training, {**SOLVED, "part07_training.py": source}, rows[:60], ["advance", 0, 9])
    assert len(step["losses"]) == 1 and not step["done"]


def test_what_is_missing_or_wrong_for_training_is_said_in_a_sentence(training, rows):
    silent = SOLVED["part07_training.py"].replace("on_step(step, losses[-1])", "pass")
    [said] = answers(training, {**SOLVED, "part07_training.py": silent}, rows[:60])
    assert said["error"].startswith("Your train never calls on_step(step, loss)")
    _, said = answers(
        training, {**SOLVED, "part03_layers.py": fresh_stubs()["part03_layers.py"]}, rows[:60], ["advance", 0, 9]
    )
    assert said["error"].startswith("3.3 rmsnorm is not written yet.")
    broken = SOLVED["part06_adam.py"].replace("self.steps += 1", "self.stepz += 1")
    _, said = answers(training, {**SOLVED, "part06_adam.py": broken}, rows[:60], ["advance", 0, 9])
    assert "AttributeError" in said["error"] and "(part06_adam.py, line " in said["error"]
