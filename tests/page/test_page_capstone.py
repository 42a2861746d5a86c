"""The capstone in the page: its report gives what the capstone gives, and its card shows what `card` shows."""

import json
import random
from dataclasses import replace

import pytest
from helpers.bundle import SOLVED

from autograder import model as numpy_model
from autograder.bundle.capstone_recording import record_capstone
from autograder.bundle.capstone_replay import report
from autograder.capstone import evidence
from autograder.capstone.capstone_checks import Proved, judge
from autograder.capstone.capstone_run import draw_task
from autograder.capstone.card import measure_card
from autograder.capstone.evidence import CORRECT, find_evidence
from autograder.capstone.grade_capstone import measure
from autograder.capstone.run_result import RunResult, StoppedRun
from autograder.capstone.training_variants import KNOWN_MISTAKES, train

STEPS = 60  # of a training; the recorded figures are those of such a short one
MISTAKES = (KNOWN_MISTAKES[1], KNOWN_MISTAKES[17], KNOWN_MISTAKES[20])


@pytest.fixture(scope="module")
def task():
    return draw_task(42, relabelled=False)


@pytest.fixture(scope="module")
def recorded():
    return json.loads(json.dumps(record_capstone(MISTAKES, STEPS)))


def run_of(task, variant=CORRECT, **changes):
    """The result of a run that trained in this way."""
    trained = train(variant, task.docs, task.seed, STEPS)

    def sampled(count, temperature, rng):
        return numpy_model.sample_many(
            trained.weights, numpy_model.Sizes(), sorted(task.alphabet), count, temperature, rng, variant.passes
        )

    result = RunResult(
        chars=sorted(task.alphabet),
        losses=trained.losses,
        weights=trained.weights,
        names=sampled(20, 0.5, trained.rng),
        cold=sampled(40, 0.3, random.Random(42)),
        hot=sampled(40, 1.0, random.Random(42)),
        start=None,
        one_step=train(variant, task.docs, 42, STEPS, 1, task.single_step()).weights,
        seconds=1.0,
        interpreter="",
        remarks=(),
    )
    return replace(result, **changes)


def as_lists(weights):
    return weights if isinstance(weights, str) else {name: matrix.tolist() for name, matrix in weights.items()}


def page_report(recorded, task, result, problem=""):
    """The page's report on this run."""
    keys = ("chars", "losses", "names", "cold", "hot")
    run = {key: getattr(result, key) for key in keys} | {"weights": as_lists(result.weights)} if not problem else None
    claimed = {"run": run, "losses": result.losses, "problem": problem, "one_step": as_lists(result.one_step)}
    return report(recorded, json.loads(json.dumps(claimed)), [*task.docs, *task.held_out])


RUNS = {
    "right": ({}, CORRECT, 20),
    "other names": ({"hot": ["abba"] * 40}, CORRECT, 19.5),
    "one step of other code": ({"one_step": "AttributeError"}, CORRECT, 20),
    "a known mistake": ({}, MISTAKES[0], 8),
    "a known mistake in Adam": ({}, MISTAKES[1], 6),
    "an unknown mistake": ({"losses": [3.0] * STEPS}, CORRECT, 0),
}


@pytest.mark.parametrize(("changes", "variant", "judged"), RUNS.values(), ids=RUNS)
def test_a_check_that_the_page_judges_gives_what_the_capstone_gives(
    recorded, task, monkeypatch, changes, variant, judged
):
    monkeypatch.setattr(evidence, "KNOWN_MISTAKES", MISTAKES)
    result = run_of(task, variant, **changes)
    capstone = {check.name: check for check in judge(result, measure(task, result, STEPS))}
    found = page_report(recorded, task, result)
    assert found["judged"] == judged and found["possible"] == 20
    for check in found["checks"]:
        given = capstone[check["name"]]
        if check["open"]:
            assert check["earned"] <= given.earned
        else:
            assert (check["earned"], check["status"], check["message"]) == (given.earned, given.status, given.message)


def test_a_run_that_stopped_keeps_the_points_that_the_capstone_gives(recorded, task, monkeypatch):
    monkeypatch.setattr(evidence, "KNOWN_MISTAKES", MISTAKES)
    right = run_of(task)
    stopped = StoppedRun(right.losses[:20], right.one_step)
    given = judge(stopped, Proved(find_evidence(stopped, task, STEPS)), "It stopped.")
    found = page_report(recorded, task, replace(right, losses=stopped.losses), "It stopped.")
    assert [(check["name"], check["earned"], check["open"]) for check in found["checks"]] == [
        (check.name, check.earned, False) for check in given
    ]
    assert found["problem"] == "It stopped.\nIt reached step 20 of 60. All losses until then equal the grader's own."


def test_an_answer_of_another_form_is_refused_as_by_the_capstone(recorded, task):
    found = page_report(recorded, task, run_of(task, names=["only one"]))
    assert found["problem"].startswith("sample_many(trained, count=20, ...) should return 20 strings.")
    assert found["earned"] == 8, "losses and the one step"


def test_the_page_runs_the_capstones_probes_on_a_learners_own_parts(in_page, rows):
    """Two steps in the page's Python. Its training data are not the recorded ones, so only the one step is equal."""
    [run] = in_page([(7, SOLVED, rows[:30], 2)])
    assert len(run["claims"]["losses"]) == 2 and len(run["claims"]["weights"]) == 9
    assert [len(run["claims"][key]) for key in ("names", "cold", "hot")] == [1, 1, 1]
    problem = run["capstone"]["problem"].splitlines()
    assert problem[:2] == ["Stopped.", "It reached step 2 of 1,000. The losses differ before that. Step 1 is the first "
                           f"that differs: its loss is {run['losses'][0]:.6f} instead of 3.400159."]  # fmt: skip


def test_the_pages_card_has_the_measurements_of_the_command(model, weights, tmp_path):
    path = tmp_path / "capstone.json"
    settings = {"date": "2026-11-30", "folder": "exercises", "seed": 42}
    path.write_text(json.dumps({"matrices": weights, "settings": settings}), encoding="utf-8")
    card = measure_card(path)
    found = model["card"]
    assert (found["loss"], found["bigram_loss"]) == pytest.approx((card.loss, card.bigram_loss), abs=1e-9)
    keys = ("parameters", "looked_at", "head")
    assert [found[key] for key in keys] == [getattr(card, key) for key in keys]
    assert found["names"] == list(card.names) and len(card.names) == 5
    for row, expected in zip(found["attention"], card.attention, strict=True):
        assert row == pytest.approx(expected[: len(row)], abs=1e-9)
