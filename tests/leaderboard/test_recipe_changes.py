"""The course's own recipe: its linear algebra, and the page that says what each of its changes gains."""

import copy
import importlib.util
import json
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.course import ROOT, SOLUTIONS
from autograder.grading.part_probes import load_trusted
from autograder.leaderboard.recipe_source import FILE_NAME, LONGEST_METHOD, method_of

SPEC = importlib.util.spec_from_file_location("recipe_changes", ROOT / "benchmarks" / "recipe_changes.py")
recipe_changes = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(recipe_changes)
DATA = json.loads(recipe_changes.DATA.read_text(encoding="utf-8"))


@pytest.fixture
def recipe():
    """A new module each time, because a recipe keeps its state in the module."""
    return load_trusted(SOLUTIONS / FILE_NAME)


def test_the_page_shows_the_measured_losses():
    text = recipe_changes.PAGE.read_text(encoding="utf-8")
    assert text == recipe_changes.page(DATA), "run: python benchmarks/recipe_changes.py"


def test_our_own_recipe_is_at_most_2_140_on_the_board_and_better_than_the_one_before():
    board = DATA["board"]
    mean, error = recipe_changes.gain(board["before"], board["after"])
    assert len(set(board["seeds"])) >= 9 and np.mean(board["after"]) <= 2.140
    assert mean > 3 * error


def test_the_gains_are_over_the_row_above_or_over_the_recipe():
    def arm(name, *losses):
        return {"name": name, "losses": losses}

    data = {
        "date": "", "seconds": {"before": 1, "after": 2}, "first_split": 7, "runs_to_choose": 9,
        "board": {"seeds": [1, 2], "before": [2.15, 2.14], "after": [2.14, 2.14]},
        "copy": {"before": [2.15, 2.14], "after": [2.14, 2.14]},
        "steps": [arm("old", 2.16, 2.16), arm("more", 2.15, 2.15), arm("new", 2.13, 2.15)],
        "without": [arm("less", 2.15, 2.15)], "other": [arm("also", 2.12, 2.14)],
    }  # fmt: skip
    text = recipe_changes.page(data)
    assert "| old | 2.1600 |  |\n| more | 2.1500 | +10.0 ± 0.0 |\n| new | 2.1400 | +10.0 ± 10.0 |" in text
    assert "| less | 2.1500 | -10.0 ± 10.0 |" in text and "| also | 2.1300 | +10.0 ± 0.0 |" in text


def test_a_new_measurement_is_not_compared_with_a_copy_that_had_other_seeds(monkeypatch):
    monkeypatch.setattr(recipe_changes, "run", lambda *_: SimpleNamespace(loss=2.0))
    monkeypatch.setattr(recipe_changes, "strict_tier", lambda: None)
    data = copy.deepcopy(DATA)
    recipe_changes.measure(data)
    assert "the copy gives" in recipe_changes.page(DATA)
    assert "the copy gives" not in recipe_changes.page(data)


def test_the_board_and_the_speedrun_have_the_same_recipe_whose_method_is_shown_in_full():
    content = (SOLUTIONS / FILE_NAME).read_bytes()
    assert (ROOT / "records" / "recipes" / "whitened_muon.py").read_bytes() == content
    assert 0 < len(method_of(content).words) < LONGEST_METHOD


def test_the_inverse_fourth_root_is_one_also_without_a_gradient_in_some_directions(recipe):
    factor = np.random.default_rng(1).normal(size=(16, 5))
    matrix = factor @ factor.T  # rank 5 of 16
    root = np.array(recipe.inverse_fourth_root(matrix.tolist()))
    damped = matrix + recipe.DAMPING * np.linalg.norm(matrix) * np.eye(16)
    assert np.linalg.matrix_power(root, 4) @ damped == pytest.approx(np.eye(16), abs=1e-4)


def test_the_axes_of_soap_are_the_eigenvectors_of_the_covariance(recipe):
    numbers = np.random.default_rng(1).normal(size=(27, 16)) * 1.5 ** -np.arange(16.0)
    turned, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(16, 16)))
    rows = numbers @ turned
    for step in (0, 1, 2, 4, 8, 16):
        recipe.turn_axes("wte", rows.tolist(), step)
    axes = np.array(recipe.axes["wte"])
    assert axes @ axes.T == pytest.approx(np.eye(16), abs=1e-9)
    covariance = axes @ rows.T @ rows @ axes.T
    off_diagonal = covariance - np.diag(np.diag(covariance))
    assert abs(off_diagonal).max() < 1e-3 * covariance.max()


def test_whitening_gives_all_directions_the_same_size(recipe):
    rows = np.random.default_rng(1).normal(size=(16, 64)) * 1.3 ** -np.arange(16.0)[:, None]
    white = np.array(recipe.whitened("layer0.mlp_fc2", rows.tolist(), rows.tolist(), 0))
    sizes = np.linalg.svd(white, compute_uv=False)
    assert sizes[8] > 0.95 * sizes[0] and sizes[-1] > 0.4 * sizes[0] > 0  # damping keeps the smallest ones smaller
    before = np.linalg.svd(rows, compute_uv=False)
    assert before[8] < 0.3 * before[0] and before[-1] < 0.05 * before[0]
