"""Forged capstones: each earns what its losses prove, and nothing for what it says of itself."""

import json
from pathlib import Path

import pytest
from helpers.short_capstone import few_names

from autograder import model
from autograder.capstone import grade_capstone
from autograder.capstone.capstone_run import draw_task
from autograder.capstone.training_variants import TrainingVariant, train
from autograder.course import SOLUTIONS
from autograder.grading.submission import read_submission

FOLDER = Path(__file__).parent / "capstone_forgeries"
CARRIED_IN = read_submission(FOLDER / "carried_in")
CORRECT = read_submission(SOLUTIONS)
STEPS = 200  # what is earned does not depend on it: the slow ones take 1,000

# By file: the points, and what the forged part 7 is put on. `empty` parts hold a comment. The fast trainer is that of
# solutions/, a real training: it earns what its losses prove.
EARNED = {
    "right_parts_carried_weights": (0, "right"),
    "first_step_then_invented": (3, "right"),  # parts 1, 5 and 6 are right (2)
    "ten_steps_then_invented": (4, "right"),
    "losses_by_carried_weights": (0, "fast"),
    "begins_with_carried_weights": (0, "fast"),
    "begins_where_nothing_moves": (0, "empty"),
    "begins_with_numbers_for_vectors": (0, "empty"),
    "loses_the_descent": (1, "fast"),
    "counts_pairs_of_letters": (0, "empty"),
    "replays_a_stored_run": (0, "empty"),
    "replaces_what_runs_beside_it": (0, "empty"),
    "tells_no_numbers": (0, "empty"),
    "trains_in_one_file": (6, "fast"),
    "trains_in_one_file_and_replaces_the_step": (6, "fast"),
    "interpolates_the_weights": (6, "fast"),
    "trains_fewer_steps": (3, "fast"),
    "trains_every_second_step": (1, "fast"),
    "trains_on_fewer_names": (2, "fast"),
    "trains_on_one_name": (0, "fast"),
}


REFUSED = {"tells_no_numbers"}  # by the sandbox, before anybody compares


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def forged(name: str, base: str) -> dict[str, bytes]:
    """The eight files of a forgery. What it carries in lies in part 3."""
    carried = CARRIED_IN["part07_training.py"]
    files = {**CORRECT, "part03_layers.py": CORRECT["part03_layers.py"] + carried}
    if base != "right":
        files = {**CARRIED_IN, "part02_tokenizer.py": CORRECT["part02_tokenizer.py"], "part03_layers.py": carried}
    forgery = text(FOLDER / f"{name}.py")
    samples = "from part07_training import sample_many\n" if "def sample_many" in forgery or base == "fast" else ""
    files["part08_generation.py"] = (samples or text(FOLDER / "carried_in" / "part08_generation.py")).replace(
        "import part07_training as p", "import part03_layers as p"
    ).encode()  # fmt: skip
    own = {"right": CORRECT["part07_training.py"].decode(), "fast": one_file(), "empty": "import random\n"}[base]
    files["part07_training.py"] = f"{own}\nimport part03_layers as CARRIED\n{stored(name)}\n{forgery}".encode()
    return files


def one_file() -> str:
    """The fast trainer of solutions/ with what it imports from the parts in the same file."""
    fast = text(SOLUTIONS / "microgpt_fast.py").partition('if __name__ == "__main__":')[0]
    lines = [line for line in fast.splitlines() if not line.startswith(("from part", "import microgpt", '"""The same'))]
    begin = lines.index("from __future__ import annotations")
    return "\n".join([*lines[begin:], text(FOLDER / "one_file.py")])


def stored(name: str) -> str:
    """A whole right run of another seed, as text in the source."""
    if name != "replays_a_stored_run":
        return ""
    task = draw_task(11, relabelled=True)
    run = train(TrainingVariant(), task.docs, task.seed, 1000)
    names = model.sample_many(run.weights, model.Sizes(), sorted(task.alphabet), 20, 0.5, run.rng)
    letters = sorted(task.alphabet, key="".join(task.docs).count, reverse=True)
    weights = {name: matrix.tolist() for name, matrix in run.weights.items()}
    content = {"losses": run.losses, "weights": weights, "names": names, "letters": "".join(letters)}
    return f"STORED = {json.dumps(content)!r}"


def earned(files, tier, num_steps=STEPS, seed=7):
    with few_names():
        report = grade_capstone(files, seed=seed, tier=tier, num_steps=num_steps).report
    return report.earned, {check.name: check.earned for check in report.checks if check.earned}, report.checks


@pytest.mark.gate
@pytest.mark.parametrize("num_steps", [STEPS, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", EARNED)
def test_a_forgery_earns_what_its_losses_prove(name, num_steps, tier):
    points, base = EARNED[name]
    found, by_check, checks = earned(forged(name, base), tier, num_steps)
    assert found == points, (by_check, [check.message for check in checks][:3])
    # It is the forgery that earns so little, and no accident of it.
    assert name in REFUSED or not any(check.status == "error" for check in checks), checks[0].message


def test_weights_that_are_carried_in_and_relettered_earn_nothing(tier):
    """The letter counts of a public split undo the relabelling; the weights reach the band, which proves nothing."""
    graded = grade_capstone(CARRIED_IN, seed=7, tier=tier)
    assert graded.measured.held_out_loss < 2.386 and graded.report.earned == 0
    assert "0 of 1,000 losses equal" in graded.report.checks[0].message


def test_every_forgery_is_in_the_table():
    assert {path.stem for path in FOLDER.glob("*.py")} - {"one_file"} == set(EARNED)
