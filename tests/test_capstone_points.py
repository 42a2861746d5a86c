"""What a capstone earns, on trainings in numpy. 1,000 steps take a second, so most have fewer: which points a known
mistake earns does not depend on their number, as the slow test shows.
"""

from __future__ import annotations

import functools
import random
from dataclasses import replace

import numpy as np
import pytest

from autograder import model
from autograder.capstone.capstone_checks import BAND
from autograder.capstone.capstone_run import Task, draw_task
from autograder.capstone.evidence import MANY_STEPS, OTHER_BEGINNING, OTHER_NAMES, OTHER_WEIGHTS, RIGHT, SAME
from autograder.capstone.grade_capstone import judge, measure
from autograder.capstone.run_result import Outcome, drawn_at_random, read_begun
from autograder.capstone.training_variants import WAYS, Begun, Training, Way, train

STEPS = 1000
FEW = MANY_STEPS + 4
BIGRAMS = 2.453  # the held-out loss of part 2's table, whatever the letters are called
SIZES = model.Sizes()


@functools.cache
def official(seed: int) -> Task:
    return draw_task(seed, relabelled=True)


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):  # some mistakes make a training explode
        yield


def outcome_of(task: Task, trained: Training, way: Way = RIGHT, begun: Begun | None = None) -> Outcome:
    """What a run reports that trained in this way and samples right."""
    chars, rng = sorted(task.alphabet), trained.rng or random.Random()

    def sampled(count: int, temperature: float, rng: random.Random) -> list[str]:
        return model.sample_many(trained.weights, SIZES, chars, count, temperature, rng, way.form)

    return Outcome(
        chars=chars,
        losses=trained.losses,
        weights=trained.weights,
        names=sampled(20, 0.5, rng),
        cold=sampled(40, 0.3, random.Random(task.seed)),
        hot=sampled(40, 1.0, random.Random(task.seed)),
        begun=begun,
        one_step=train(way, task.docs, task.seed, STEPS, 1, task.step()).weights,
        seconds=1.0,
        interpreter="3.11.2",
        remarks=(),
    )


def points(task: Task, outcome: Outcome) -> dict[str, float]:
    measured = measure(task, outcome, len(outcome.losses))
    return {check.name: check.earned for check in judge(outcome, measured)}


def run(seed: int, way: Way = RIGHT, steps: int = FEW) -> tuple[Task, Outcome]:
    task = official(seed)
    return task, outcome_of(task, train(way, task.docs, seed, steps), way)


def noisy(weights: model.Weights, size: float) -> model.Weights:
    rng = np.random.default_rng(1)
    return {name: matrix + size * rng.uniform(-1, 1, matrix.shape) for name, matrix in weights.items()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_right_training_earns_everything_with_every_seed(seed):
    task, outcome = run(seed)
    assert sum(points(task, outcome).values()) == 20


@pytest.mark.parametrize(("size", "earned"), [(1e-9, 20), (1e-3, 8)])
def test_rounding_costs_nothing_and_other_weights_cost_what_hangs_on_them(size, earned):
    """1e-9 is a hundred thousand times the rounding of 1,000 steps."""
    task, outcome = run(4)
    losses = [loss + (1e-9 if loss > 3 else -1e-9) for loss in outcome.losses]
    found = points(task, replace(outcome, losses=losses, weights=noisy(outcome.weights, size)))
    assert sum(found.values()) == earned
    assert size < SAME or found["final_weights_equal"] == found["reaches_the_band"] == 0


def points_of(way: Way) -> dict[str, float]:
    """What a training with a known mistake earns: half of losses and weights, and its held-out loss in the mean."""
    if way.explodes:
        return {"every_loss_equals": 1.5, "parts_take_the_step": 2}
    earned = {"every_loss_equals": 3, "final_weights_equal": 2, "parts_take_the_step": 2, "names_equal": 2}
    names = ("invents_valid_names", "invents_new_names", "sounds_like_names", "a_higher_temperature_surprises_more")
    earned |= dict.fromkeys(names, 0.5)
    return earned | {
        "beats_the_bigram_table": 2 * (way.held_out < BIGRAMS),
        "reaches_the_band": 2 * (way.held_out <= BAND),
    }


def some_points(found: dict[str, float]) -> dict[str, float]:
    return {name: earned for name, earned in found.items() if earned}


@pytest.mark.parametrize("way", WAYS[::3], ids=lambda way: way.says[:50])
def test_a_training_with_a_known_mistake_earns_half_whatever_the_seed(way):
    """A third of them, so that it takes seconds: the slow test has all."""
    seed = 1 + WAYS.index(way) % 2
    assert some_points(points(*run(seed, way))) == some_points(points_of(way))


@pytest.mark.slow
@pytest.mark.parametrize("steps", [FEW, STEPS])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.says[:50])
def test_every_known_mistake_earns_the_same_with_every_seed(way, steps):
    for seed in (1, 2, 3):
        assert some_points(points(*run(seed, way, steps))) == some_points(points_of(way))


def test_the_points_of_a_known_mistake_lie_between_those_of_an_unknown_one_and_those_of_the_right_one():
    earned = {sum(points_of(way).values()) for way in WAYS}
    assert earned == {3.5, 11, 13, 15}


@pytest.mark.parametrize(
    ("other_names", "std", "words"),
    [
        (True, 0.05, OTHER_BEGINNING),
        pytest.param(True, 0.08, OTHER_NAMES, marks=pytest.mark.slow),
        pytest.param(False, 0.05, OTHER_WEIGHTS, marks=pytest.mark.slow),
    ],
)
def test_a_training_that_begins_in_a_way_nobody_listed_is_recognised_by_where_it_says_that_it_began(
    other_names, std, words
):
    task = official(5)
    rng = random.Random(task.seed)
    names = list(task.docs)
    rng.shuffle(names)
    weights = model.draw_weights(SIZES, rng, std)
    names = random.Random(9).sample(task.docs, STEPS) if other_names else names[:STEPS]
    begun = Begun(weights, names)
    outcome = outcome_of(task, train(RIGHT, task.docs, 5, STEPS, begun=begun), begun=begun)
    measured = measure(task, outcome, STEPS)
    assert measured.evidence.mistake.says == words
    assert sum(points(task, outcome).values()) == 15
    assert sum(points(task, replace(outcome, begun=None)).values()) < 6  # it must say so, and be right


def test_a_beginning_in_which_nearly_nothing_moves_is_no_beginning():
    weights = model.draw_weights(SIZES, random.Random(1))
    assert drawn_at_random(weights)
    assert drawn_at_random({**weights, "layer0.attn_wo": np.zeros((16, 16))})
    for matrix in (np.zeros((27, 16)), np.full((27, 16), 0.5), weights["wte"] + 0.1, 1e-4 * weights["wte"]):
        assert not drawn_at_random({**weights, "wte": matrix})


def test_a_beginning_that_cancels_what_its_vectors_hold_is_no_beginning():
    weights = model.draw_weights(SIZES, random.Random(1))
    numbers = np.tile(weights["wte"][:, :1], (1, 16))  # every row is one number, 16 times
    thinned = weights["layer0.attn_wq"] * (np.arange(256).reshape(16, 16) % 5 > 0)
    rows = weights["wte"].copy()
    rows[:, 8:] = 0.001 * rows[:, 8:]
    columns = weights["layer0.mlp_fc1"].copy()
    columns[:, :8] = 0.001 * columns[:, :8]
    assert not drawn_at_random({**weights, "wte": numbers})
    assert not drawn_at_random({**weights, "layer0.attn_wq": thinned})
    assert not drawn_at_random({**weights, "wte": rows, "layer0.mlp_fc1": columns})


def test_a_run_that_learns_the_same_names_again_and_again_says_nothing_of_its_beginning():
    docs = official(5).docs
    weights = {name: matrix.tolist() for name, matrix in model.draw_weights(SIZES, random.Random(1)).items()}
    places = random.Random(2).choices(range(len(docs)), k=STEPS)  # each draw anew
    assert read_begun(weights, places, docs, STEPS)
    assert not read_begun(weights, [places[0]] * STEPS, docs, STEPS)
    assert not read_begun(weights, (places[:50] * STEPS)[:STEPS], docs, STEPS)
    assert read_begun(weights, [0, 1, 2] * 3, docs[:3], 9)


def test_wrong_sampling_costs_names_alone_and_names_of_a_run_that_proves_nothing_are_not_counted():
    task, outcome = run(6)
    others = {"names": outcome.hot[:20], "hot": outcome.names * 2}
    found = points(task, replace(outcome, **others))
    assert found["names_equal"] == 0 and sum(found.values()) < 18
    assert found["every_loss_equals"] + found["final_weights_equal"] + found["reaches_the_band"] == 12
    invented = replace(outcome, losses=[3.3] + [2.4] * (FEW - 1))
    assert sum(points(task, invented).values()) == 0


def test_a_step_of_other_parts_counts_as_little_as_its_losses_prove():
    task, outcome = run(7)
    found = points(task, replace(outcome, one_step="Your code stopped with NameError."))
    assert {name: earned for name, earned in found.items() if earned} == {"every_loss_equals": 6}
