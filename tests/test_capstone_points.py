"""What a capstone earns, on trainings in numpy. 1,000 steps take a second, so most have fewer: which points a known
mistake earns does not depend on their number, as the slow test shows.
"""

from __future__ import annotations

import functools
import random
from dataclasses import replace

import numpy as np
import pytest
from helpers.short_capstone import trained_once

from autograder import model
from autograder.capstone.agreement import MANY_STEPS, SAME
from autograder.capstone.capstone_checks import BAND, judge
from autograder.capstone.capstone_run import CapstoneTask, draw_task
from autograder.capstone.claimed_start import drawn_at_random, read_start
from autograder.capstone.evidence import CORRECT, OTHER_BEGINNING, OTHER_NAMES, OTHER_WEIGHTS, find_mistake
from autograder.capstone.grade_capstone import measure
from autograder.capstone.run_result import RunResult
from autograder.capstone.training_variants import KNOWN_MISTAKES, TrainedVariant, TrainingStart, TrainingVariant, train

STEPS = 1000
FEW = MANY_STEPS + 4
BIGRAMS = 2.453  # the held-out loss of part 2's table, whatever the letters are called
SIZES = model.Sizes()


@functools.cache
def official(seed: int) -> CapstoneTask:
    return draw_task(seed, relabelled=True)


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):  # some mistakes make a training explode
        yield


def result_of(
    task: CapstoneTask, trained: TrainedVariant, variant: TrainingVariant = CORRECT, start: TrainingStart | None = None
) -> RunResult:
    """What a run reports that trained in this way and samples right."""
    chars, rng = sorted(task.alphabet), trained.rng or random.Random()

    def sampled(count: int, temperature: float, rng: random.Random) -> list[str]:
        return model.sample_many(trained.weights, SIZES, chars, count, temperature, rng, variant.passes)

    return RunResult(
        chars=chars,
        losses=trained.losses,
        weights=trained.weights,
        names=sampled(20, 0.5, rng),
        cold=sampled(40, 0.3, random.Random(task.seed)),
        hot=sampled(40, 1.0, random.Random(task.seed)),
        start=start,
        one_step=train(variant, task.docs, task.seed, STEPS, 1, task.single_step()).weights,
        seconds=1.0,
        interpreter="3.11.2",
        remarks=(),
    )


def points(task: CapstoneTask, result: RunResult) -> dict[str, float]:
    measured = measure(task, result, len(result.losses))
    return {check.name: check.earned for check in judge(result, measured)}


def run(seed: int, variant: TrainingVariant = CORRECT, steps: int = FEW) -> tuple[CapstoneTask, RunResult]:
    task = official(seed)
    return task, result_of(task, train(variant, task.docs, seed, steps), variant)


def noisy(weights: model.Weights, size: float) -> model.Weights:
    rng = np.random.default_rng(1)
    return {name: matrix + size * rng.uniform(-1, 1, matrix.shape) for name, matrix in weights.items()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_right_training_earns_everything_with_every_seed(seed):
    task, result = run(seed)
    assert sum(points(task, result).values()) == 20


@pytest.mark.parametrize(("size", "earned"), [(1e-9, 20), (1e-3, 8)])
def test_rounding_costs_nothing_and_other_weights_cost_what_hangs_on_them(size, earned):
    """1e-9 is a hundred thousand times the rounding of 1,000 steps."""
    task, result = run(4)
    losses = [loss + (1e-9 if loss > 3 else -1e-9) for loss in result.losses]
    found = points(task, replace(result, losses=losses, weights=noisy(result.weights, size)))
    assert sum(found.values()) == earned
    assert size < SAME or found["final_weights_equal"] == found["reaches_the_band"] == 0


def points_of(variant: TrainingVariant) -> dict[str, float]:
    """What a training with a known mistake earns: half of losses and weights, and its held-out loss in the mean."""
    if variant.explodes:
        return {"every_loss_equals": 1.5, "parts_take_the_step": 2}
    earned = {"every_loss_equals": 3, "final_weights_equal": 2, "parts_take_the_step": 2, "names_equal": 2}
    names = ("invents_valid_names", "invents_new_names", "sounds_like_names", "a_higher_temperature_surprises_more")
    earned |= dict.fromkeys(names, 0.5)
    return earned | {
        "beats_the_bigram_table": 2 * (variant.held_out < BIGRAMS),
        "reaches_the_band": 2 * (variant.held_out <= BAND),
    }


def some_points(found: dict[str, float]) -> dict[str, float]:
    return {name: earned for name, earned in found.items() if earned}


@pytest.fixture(scope="module")
def trained() -> dict[tuple, TrainedVariant]:
    return {}


@pytest.mark.parametrize("variant", KNOWN_MISTAKES[::3], ids=lambda variant: variant.says[:50])
def test_a_training_with_a_known_mistake_earns_half_whatever_the_seed(variant, trained):
    """A third of them, so that it takes seconds: the slow test has all."""
    task, result = run(1 + KNOWN_MISTAKES.index(variant) % 2, variant)
    with trained_once(trained):
        assert some_points(points(task, result)) == some_points(points_of(variant))


@pytest.mark.slow
@pytest.mark.parametrize("steps", [FEW, STEPS])
@pytest.mark.parametrize("variant", KNOWN_MISTAKES, ids=lambda variant: variant.says[:50])
def test_every_known_mistake_earns_the_same_with_every_seed(variant, steps):
    for seed in (1, 2, 3):
        assert some_points(points(*run(seed, variant, steps))) == some_points(points_of(variant))


def test_the_points_of_a_known_mistake_lie_between_those_of_an_unknown_one_and_those_of_the_right_one():
    earned = {sum(points_of(variant).values()) for variant in KNOWN_MISTAKES}
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
    start = TrainingStart(weights, names)
    result = result_of(task, train(CORRECT, task.docs, 5, STEPS, start=start), start=start)
    measured = measure(task, result, STEPS)
    assert measured.evidence.mistake.says == words
    assert sum(check.earned for check in judge(result, measured)) == 15
    assert sum(points(task, replace(result, start=None)).values()) < 6  # it must say so, and be right


def test_a_training_that_begins_elsewhere_and_goes_on_with_a_known_mistake_is_told_both():
    task, steps = official(5), 12
    (variant,) = (each for each in KNOWN_MISTAKES if (each.beta1, each.beta2) == (0.9, 0.99))
    start = TrainingStart(model.draw_weights(SIZES, random.Random(2)), random.Random(9).sample(task.docs, steps))
    losses = train(variant, task.docs, 5, steps, start=start).losses
    expected = train(CORRECT, task.docs, 5, steps).losses
    found = find_mistake(losses, expected, task, steps, start)
    assert found.says == f"{OTHER_BEGINNING[:-1]}; and {variant.says}"


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
    assert read_start(weights, places, docs, STEPS)
    assert not read_start(weights, [places[0]] * STEPS, docs, STEPS)
    assert not read_start(weights, (places[:50] * STEPS)[:STEPS], docs, STEPS)
    assert read_start(weights, [0, 1, 2] * 3, docs[:3], 9)


def test_wrong_sampling_costs_names_alone_and_names_of_a_run_that_proves_nothing_are_not_counted():
    task, result = run(6)
    others = {"names": result.hot[:20], "hot": result.names * 2}
    found = points(task, replace(result, **others))
    assert found["names_equal"] == 0 and sum(found.values()) < 18
    assert found["every_loss_equals"] + found["final_weights_equal"] + found["reaches_the_band"] == 12
    invented = replace(result, losses=[3.3] + [2.4] * (FEW - 1))
    assert sum(points(task, invented).values()) == 0


def test_a_step_of_other_parts_counts_as_little_as_its_losses_prove():
    task, result = run(7)
    found = points(task, replace(result, one_step="Your code stopped with NameError."))
    assert {name: earned for name, earned in found.items() if earned} == {"every_loss_equals": 6}
