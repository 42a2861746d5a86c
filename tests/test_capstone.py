"""The capstone on short runs: what comes back is measured, and nothing that a submission says of itself counts."""

import importlib
import json
import random
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.short_capstone import few_names, trained_once
from typer.testing import CliRunner

from autograder import model
from autograder.capstone import capstone_run, evidence, grade_capstone
from autograder.capstone.agreement import explain
from autograder.capstone.capstone_run import draw_task
from autograder.capstone.claimed_start import read_weights
from autograder.capstone.evidence import find_mistake
from autograder.capstone.run_result import CapstoneFailed
from autograder.capstone.saved_model import RESULT
from autograder.capstone.training_variants import KNOWN_MISTAKES, TrainingVariant, train
from autograder.cli import app
from autograder.commands.capstone import capstone_lines
from autograder.course import SOLUTIONS
from autograder.grading.submission import read_submission
from autograder.sandbox import CAPSTONE, MachineBusy, Tier
from autograder.text import likely_line
from autograder.training import reference

STEPS = 12


@pytest.fixture
def files() -> dict[str, bytes]:
    return read_submission(SOLUTIONS)


@pytest.fixture
def fewer():
    with few_names():
        yield


def earned(graded, name: str) -> float:
    return next(check.earned for check in graded.report.checks if check.name == name)


def message(graded, name: str) -> str:
    return next(check.message for check in graded.report.checks if check.name == name)


@pytest.fixture(scope="module")
def right(tier):
    """The reference graded, and the losses that its progress notes told."""
    seen = []
    files = read_submission(SOLUTIONS)
    return grade_capstone(files, seed=5, tier=tier, num_steps=STEPS, on_step=lambda _, loss: seen.append(loss)), seen


def test_right_parts_give_the_losses_and_names_of_the_replay(right):
    graded, seen = right
    assert message(graded, "every_loss_equals") == f"{STEPS} of {STEPS} losses equal.\n"
    assert message(graded, "names_equal") == "100 of 100 names equal.\n"
    assert graded.report.earned == 20
    assert seen == graded.result.losses


def test_the_held_out_loss_is_that_of_part_7_in_scalar_code_on_the_same_weights(right):
    graded, _ = right
    scalar, some = reference(), graded.task.held_out[:3]
    value = importlib.import_module("part01_autograd").Value
    state_dict = {
        name: [[value(x) for x in row] for row in matrix.tolist()] for name, matrix in graded.result.weights.items()
    }
    config = scalar.parameters.Config()
    trained = scalar.training.Trained(scalar.tokens.Tokenizer(graded.task.docs), config, state_dict, [])
    found = model.held_out_loss(some, graded.result.weights, model.Sizes(), graded.result.chars)
    assert found == pytest.approx(scalar.training.held_out_loss(some, trained), abs=1e-9)
    everything = model.held_out_loss(graded.task.held_out, graded.result.weights, config, graded.result.chars)
    assert graded.measured.held_out_loss == everything


def test_the_letters_are_permuted_for_other_peoples_code_and_put_back_for_people():
    task = draw_task(3, relabelled=True)
    assert sorted(set(task.alphabet)) == sorted(task.alphabet) and task.alphabet != "".join(sorted(task.alphabet))
    local = draw_task(3, relabelled=False)
    assert task.plain(task.docs) == local.docs and task.docs != local.docs
    assert not set(task.docs) & set(task.held_out)


@pytest.mark.usefixtures("fewer")
@pytest.mark.parametrize(
    ("file", "right", "wrong", "words"),
    [
        ("part06_adam.py", b"1 - self.beta1**self.steps", b"1.0", "Step 2 is the first that differs"),
        ("part06_adam.py", b"parameter.grad = 0.0", b"pass", "Likely:     Gradients are never reset to 0"),
        ("part05_gpt.py", b"len(query) ** -0.5", b"1.0", "scores are not divided by the root of head_dim"),
        # Another test tells all known mistakes apart by their losses; these take the same way as those above.
        *(
            pytest.param(*each, marks=pytest.mark.slow)
            for each in (
                ("part07_training.py", b"rng.shuffle(docs)", b"pass", "Likely:     The names are not shuffled"),
                ("part06_adam.py", b"return lr * (1 - step / num_steps)", b"return lr", "rate does not fall"),
                (
                    "part05_gpt.py",
                    b"x = [residual + update for residual, update in zip(x, output)]",
                    b"x = output",
                    "residual connection around attention is",
                ),
                ("part03_layers.py", b" / len(x)", b"", "the norm uses the sum of squares"),
            )
        ),
    ],
)
def test_a_wrong_part_is_found_by_the_first_step_that_differs_and_its_training_earns_half(
    files, file, right, wrong, words
):
    assert files[file].count(right) == 1
    files[file] = files[file].replace(right, wrong)
    graded = grade_capstone(files, tier=Tier.LOCAL, num_steps=STEPS)
    explodes = b"parameter.grad" in right  # so there is nothing to measure at the end
    assert earned(graded, "every_loss_equals") == 3
    assert earned(graded, "final_weights_equal") == (0 if explodes else 2)
    assert earned(graded, "parts_take_the_step") == 2
    assert earned(graded, "names_equal") == (0 if explodes else 2)
    assert words in message(graded, "every_loss_equals")


def test_training_the_right_way_gives_the_losses_of_the_replay():
    task = draw_task(3, relabelled=True)
    trained, replayed = train(TrainingVariant(), task.docs, 3, 1000, 40), model.replay(task.docs, 1000, 3, stop=40)
    assert trained.losses == pytest.approx(replayed.losses, abs=1e-12)
    assert all(trained.weights[name] == pytest.approx(matrix, abs=1e-12) for name, matrix in replayed.weights.items())


@pytest.fixture(scope="module")
def one_task():
    """A task, the losses of the right training, and the trainings of the known mistakes as they become known."""
    task = draw_task(3, relabelled=True)
    return task, model.replay(task.docs, 8, 3).losses, {}


@pytest.fixture
def each_trained_once(one_task):
    task, expected, known = one_task
    with trained_once(known):
        yield task, expected


@pytest.mark.parametrize("variant", KNOWN_MISTAKES, ids=lambda variant: variant.says[:50])
def test_each_known_mistake_of_a_training_is_told_by_its_losses(variant, each_trained_once):
    """No two of them are the same training: each explains its own losses and comes first in doing so."""
    task, expected = each_trained_once
    losses = train(variant, task.docs, 3, 8).losses
    found = explain(losses, expected, find_mistake(losses, expected, task, 8), 8)
    assert f"{likely_line(variant.says)} Your losses equal those of this known mistake.\n" in found


def test_of_mistakes_that_begin_alike_the_one_that_fits_longest_is_taken(monkeypatch):
    task = draw_task(3, relabelled=True)
    early = TrainingVariant("early", learning_rate=lambda step, _: 0.02)
    late = TrainingVariant("late", learning_rate=lambda step, _: 0.02 + (step > 9))
    monkeypatch.setattr(evidence, "KNOWN_MISTAKES", (early, late))
    expected = train(TrainingVariant(), task.docs, 3, 14).losses
    for variant in (early, late):
        assert find_mistake(train(variant, task.docs, 3, 14).losses, expected, task, 14).variant is variant


@pytest.mark.parametrize(
    ("step", "words"), [(0, "The forward pass"), (1, "A gradient"), (5, "Adam's memory"), (500, "A case that is rare")]
)
def test_a_mistake_that_is_not_known_is_placed_by_the_first_step_that_differs(step, words):
    expected = [3.3] * 1000
    losses = [*expected[:step], 3.2, *expected[step + 1 :]]
    found = explain(losses, expected, find_mistake(losses, expected, draw_task(1, relabelled=False), 1000), 1000)
    assert f"Step {step + 1} is the first that differs: its loss is 3.200000 instead of 3.300000." in found
    assert words in found and "check checks each part separately" in found


@pytest.mark.usefixtures("fewer")
def test_weights_trained_elsewhere_are_of_no_use(files, tier):
    """The letters are others in each run, so weights that the source carries predict the wrong ones."""
    names = draw_task(1, relabelled=False).docs
    replayed = model.replay(names, 300, seed=1)
    carried = {
        name: [[round(x, 3) for x in row] for row in matrix.tolist()] for name, matrix in replayed.weights.items()
    }
    cheat = f"""
import json
from part01_autograd import Value
CARRIED = json.loads({json.dumps(carried)!r})
honest_train = train
def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=None):
    trained = honest_train(docs, 0, seed, config, rng)
    trained.state_dict = {{n: [[Value(x) for x in row] for row in rows] for n, rows in CARRIED.items()}}
    trained.losses.extend([3.3] + [2.35] * (num_steps - 1))
    return trained
"""
    files["part07_training.py"] += cheat.encode("utf-8")
    assert model.held_out_loss(draw_task(1, False).held_out, replayed.weights, replayed.config, replayed.chars) < 2.55
    graded = grade_capstone(files, seed=7, tier=tier, num_steps=STEPS)
    assert graded.measured.held_out_loss > 3.3
    assert graded.report.earned == 0


RECURSIVE = b"""

def backward(self):
    order, seen = [], set()
    def visit(value):  # a function that refers to itself: a cycle, which holds the whole graph
        if value not in seen:
            seen.add(value)
            for child in value._children:
                visit(child)
            order.append(value)
    visit(self)
    self.grad = 1.0
    for value in reversed(order):
        for child, local_grad in zip(value._children, value._local_grads):
            child.grad += local_grad * value.grad

Value.backward = backward
"""


COLLECTOR_OFF = b"""

import gc

train_with_the_collector = train

def train(*arguments, **options):
    gc.disable()
    return train_with_the_collector(*arguments, **options)
"""


CLOSURES = Path(__file__).parent / "right_but_different" / "part01" / "closures_and_counted_uses.py"


@pytest.mark.usefixtures("fewer")
@pytest.mark.parametrize("way", ["recursive backward", pytest.param("closure per operation", marks=pytest.mark.slow)])
def test_a_part_1_that_makes_cycles_fills_no_memory_though_train_switches_the_collector_off(files, monkeypatch, way):
    files["part07_training.py"] += COLLECTOR_OFF
    recursive = files["part01_autograd.py"] + RECURSIVE
    files["part01_autograd.py"] = recursive if way == "recursive backward" else CLOSURES.read_bytes()
    monkeypatch.setattr(capstone_run, "CAPSTONE", replace(CAPSTONE, memory_bytes=300 * 1024 * 1024))
    graded = grade_capstone(files, tier=Tier.LOCAL, num_steps=30)  # all of their graphs take 400 MB and more
    assert message(graded, "every_loss_equals") == "30 of 30 losses equal.\n"


@pytest.fixture
def pypy() -> str:
    if shutil.which("pypy3") is None:
        pytest.skip("PyPy is not installed")
    return "pypy3"


@pytest.mark.usefixtures("fewer")
def test_pypy_runs_the_same_code_in_the_same_sandbox_and_the_report_says_so(files, tier, pypy):
    graded = grade_capstone(files, seed=5, tier=tier, num_steps=STEPS, python=pypy)
    assert message(graded, "every_loss_equals") == f"{STEPS} of {STEPS} losses equal.\n"
    assert graded.report.interpreter.startswith("PyPy 3.") and graded.report.sandbox == tier.value
    assert graded.result.remarks == ()


@pytest.mark.usefixtures("fewer")
def test_a_file_that_pypy_cannot_load_is_run_by_the_usual_python_which_is_said(files, tier, pypy):
    files["part08_generation.py"] += b"\nmatch 1:\n    case _:\n        pass\n"  # Python 3.10; Debian's PyPy is 3.9
    said = []
    graded = grade_capstone(files, seed=5, tier=tier, num_steps=STEPS, python=pypy, on_remark=said.append)
    if graded.report.interpreter.startswith("PyPy"):
        pytest.skip("this PyPy is newer than 3.9")
    assert message(graded, "every_loss_equals") == f"{STEPS} of {STEPS} losses equal.\n"
    line = files["part08_generation.py"].count(b"\n") - 2
    assert f"can't load part08_generation.py, line {line}: SyntaxError" in graded.result.remarks[0]
    assert said == list(graded.result.remarks) and said[0].startswith("pypy3 (Python 3.9")
    assert graded.result.remarks[0] in list(capstone_lines(graded))


@pytest.mark.parametrize("folder", ["local", "strict"])
def test_an_interpreter_that_is_not_there_is_said_in_a_sentence(folder, tmp_path, request):
    where = SOLUTIONS
    if folder == "strict":
        request.getfixturevalue("tier")
        where = shutil.copytree(SOLUTIONS, tmp_path / "ada")
    done = CliRunner().invoke(app, ["capstone", "--from", str(where), "--python", "nowhere-to-be-found"])
    assert done.exit_code == 2 and "nowhere-to-be-found" in done.stderr


def test_a_missing_part_is_named(files):
    del files["part06_adam.py"]
    graded = grade_capstone(files, tier=Tier.LOCAL, num_steps=STEPS)
    assert graded.report.earned == 0 and "part06_adam.py is missing" in graded.report.checks[0].message
    assert "\n".join(capstone_lines(graded)).count("part06_adam.py is missing") == 1  # said once, not for each check


@pytest.mark.usefixtures("fewer")
@pytest.mark.parametrize(
    ("ending", "words", "points"),
    [
        ("def train(*args, **kwargs): return None\n", "AttributeError", 0),
        ("def train(*args, **kwargs): raise SystemExit\n", "ended the program", 0),
        ("def train(*args, **kwargs): raise NotImplementedError('7.3 train')\n", "7.3 train is not written yet", 0),
        (
            "honest = train\ndef train(*a, **k):\n    t = honest(*a, **k)\n    t.losses = t.losses[1:]\n    return t\n",
            "should contain 12 numbers",
            8,  # of what the grader has seen: the losses as they came, and the step of parts 1, 5 and 6
        ),
    ],
)
def test_a_run_that_gives_nothing_to_measure_says_why(files, ending, words, points):
    files["part07_training.py"] += ("\n" + ending).encode("utf-8")
    graded = grade_capstone(files, tier=Tier.LOCAL, num_steps=STEPS)
    assert graded.report.earned == points and words in graded.report.checks[0].message


@pytest.mark.usefixtures("fewer")
def test_of_a_training_that_breaks_off_the_losses_until_then_still_tell_the_mistake(files):
    files["part06_adam.py"] = files["part06_adam.py"].replace(b"parameter.grad = 0.0", b"pass")
    stops = (
        b"\nright = training_step\ndef training_step(*a):\n    training_step.n = getattr(training_step, 'n', 0) + 1\n"
    )
    stops += b"    if training_step.n > 8:\n        raise ValueError('math domain error')\n    return right(*a)\n"
    files["part07_training.py"] += stops
    graded = grade_capstone(files, tier=Tier.LOCAL, num_steps=STEPS)
    said = "\n".join(capstone_lines(graded))
    assert "ValueError: math domain error" in said and "It reached step 8 of 12." in said
    assert graded.report.earned == 3  # a first loss, and parts that take the right step
    assert "The losses differ before that. Step 3 is the first" in said and "Gradients are never reset to 0" in said
    files["part06_adam.py"] = read_submission(SOLUTIONS)["part06_adam.py"]
    assert "The losses differ before that" not in "\n".join(
        capstone_lines(grade_capstone(files, tier=Tier.LOCAL, num_steps=STEPS))
    )


AT_STEP_3 = b"""
right = training_step
def training_step(*arguments):
    training_step.n = getattr(training_step, "n", 0) + 1
    if training_step.n > 3:
        %s
    return right(*arguments)
"""


@pytest.mark.parametrize(
    ("limits", "code", "words"),
    [
        (
            {"idle_seconds": 1.0},
            b"import time; time.sleep(600)",
            "Is there a call that waits, such as sleep or a lock?",
        ),
        ({"call_seconds": 1.0}, b"while True: pass", "Is there a loop that never ends?"),
    ],
    ids=["sleeps", "never ends"],
)
def test_code_that_never_goes_on_is_ended_and_told_the_step_that_was_reached(files, monkeypatch, limits, code, words):
    files["part07_training.py"] += AT_STEP_3 % code
    monkeypatch.setattr(capstone_run, "CAPSTONE", replace(CAPSTONE, **limits))
    graded = grade_capstone(files, tier=Tier.LOCAL, num_steps=STEPS)
    said = "\n".join(capstone_lines(graded))
    assert words in said and "It reached step 3 of 12. All losses until then equal the grader's own." in said
    assert graded.report.earned == 3  # for the first losses, and for parts that take the right step


def test_a_machine_without_time_for_a_run_is_no_verdict_and_nothing_is_kept(files, monkeypatch):
    files["part07_training.py"] += AT_STEP_3 % b"while True: pass"
    monkeypatch.setattr(capstone_run, "CAPSTONE", replace(CAPSTONE, wall_seconds=0.0))
    with pytest.raises(
        MachineBusy, match=r"too busy.*(It stopped before its first step was reported|It reached step \d of 12)\."
    ):
        grade_capstone(files, tier=Tier.LOCAL, num_steps=STEPS)
    before = RESULT.read_bytes() if RESULT.exists() else None
    done = CliRunner().invoke(app, ["capstone", "--from", str(SOLUTIONS)])
    assert done.exit_code == 1 and "points" not in done.output and "loop" not in done.output
    assert "Nothing was graded. To run it again: python -m autograder capstone" in " ".join(done.output.split())
    assert (RESULT.read_bytes() if RESULT.exists() else None) == before


def test_steps_that_keep_arriving_give_a_run_its_time_again(files, monkeypatch):
    """All steps together take more processor time than a call may without a step."""
    files["part08_generation.py"] += b"\ndef sample_many(trained, count=20, *a, **k): return ['ann'] * count\n"
    monkeypatch.setattr(capstone_run, "CAPSTONE", replace(CAPSTONE, call_seconds=1.0))
    graded = grade_capstone(files, tier=Tier.LOCAL, num_steps=25)
    assert message(graded, "every_loss_equals") == "25 of 25 losses equal.\n"


def test_weights_of_another_shape_are_refused():
    weights = {n: m.tolist() for n, m in model.draw_weights(model.Sizes(), random.Random(1)).items()}
    assert read_weights(weights)["wte"].shape == (27, 16)
    weights["wte"] = weights["wte"][:-1]
    with pytest.raises(CapstoneFailed, match="wte should have 27 rows of 16 numbers"):
        read_weights(weights)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), True, None, "1.0", 10**300])
def test_weights_that_are_no_finite_numbers_are_refused(number):
    weights = {n: m.tolist() for n, m in model.draw_weights(model.Sizes(), random.Random(1)).items()}
    weights["lm_head"][3][4] = number
    with pytest.raises(CapstoneFailed, match="lm_head contains something that is not a finite number"):
        read_weights(weights)


def test_names_never_bring_escapes_to_the_terminal(files):
    files["part08_generation.py"] += (
        b"\ndef sample_many(trained, count=20, *a, **k): return ['\\x1b[2J\\u202e'] * count\n"
    )
    graded = grade_capstone(files, tier=Tier.LOCAL, num_steps=STEPS)
    text = "\n".join(capstone_lines(graded))
    assert re.fullmatch(r"[\n\x20-\x7e]*", text)
    assert earned(graded, "invents_valid_names") == 0


def test_most_points_are_for_agreement_with_the_graders_own_training():
    points = {check.name: check.points for check in grade_capstone({}, tier=Tier.LOCAL).report.checks}
    assert sum(points.values()) == 20
    agreement = ("every_loss_equals", "final_weights_equal", "parts_take_the_step", "names_equal")
    assert sum(points[name] for name in agreement) == 14
