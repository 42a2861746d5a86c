"""The optional labs: checked like parts, and counted nowhere."""

import importlib.util
import json
import random
import subprocess
import sys
from dataclasses import replace

import jsonschema
import pytest
from helpers.learner import Course, make_course

from autograder.course import (
    EXERCISES,
    ROOT,
    SOLUTIONS,
    class_settings,
    labs,
    parse_target,
    part_named,
    part_of_task,
    parts,
)
from autograder.grading.checks import points_by_task
from autograder.grading.grade import grade
from autograder.grading.misconceptions import misconceptions, variants
from autograder.grading.report import Check
from autograder.learner import lab_experiment
from autograder.render import mistake_page
from autograder.sandbox import SandboxUnavailable, Tier
from autograder.sandbox.packages import PackageMissing

LAB1, LAB2, LAB3 = labs()
with_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed here")


@pytest.fixture
def course(tmp_path) -> Course:
    made = make_course(tmp_path / "course")
    (made.exercises / LAB2.file_name).write_bytes((SOLUTIONS / LAB2.file_name).read_bytes())
    return made


def test_labs_are_not_part_of_what_a_class_grades():
    assert len(parts()) == 11 and not any(part.is_lab for part in parts()) and all(lab.is_lab for lab in labs())
    assert parse_target(None).parts == parts()
    for lab in labs():
        assert lab.name not in class_settings()["weights"]
        with pytest.raises(ValueError, match="There is no part"):
            part_named(lab.name)


@pytest.mark.parametrize("typed", ["lab2", "L2", "Lab2", "lab 2"])
def test_a_lab_is_found_as_learners_type_it(typed):
    assert parse_target(typed).parts == (LAB2,) and parse_target(typed).task is None


@pytest.mark.parametrize("typed", ["L2.3", "lab2.3", "l2.3"])
def test_a_task_of_a_lab_is_found_as_learners_type_it(typed):
    assert (parse_target(typed).parts, parse_target(typed).task) == ((LAB2,), "L2.3")


@pytest.mark.parametrize(
    ("typed", "words"),
    [("lab9", "There is no lab 9: the labs are lab1 to lab3."), ("L2.9", "Lab 2 has no task L2.9"), ("101", "no part")],
)
def test_a_lab_that_is_not_there_is_a_sentence(typed, words):
    with pytest.raises(ValueError, match=words):
        parse_target(typed)


def test_the_part_or_lab_of_a_task_is_found_and_an_unknown_task_is_a_key_error():
    assert (part_of_task("5.2"), part_of_task("L2.3")) == (parts()[5], LAB2)
    with pytest.raises(ValueError, match="There is no task 5.9"):
        part_of_task("5.9")


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.name)
def test_a_lab_has_ten_points_four_known_mistakes_and_a_page(lab):
    """Without its package: the gates of the suites need it, and this does not."""
    assert abs(sum(points_by_task(lab).values()) - 10) < 1e-9
    assert len(variants(lab)) == len(misconceptions(lab)) >= 4
    assert all(mistake.says.endswith(".") and mistake.function for mistake in misconceptions(lab))
    page = (ROOT / "docs" / "learner" / f"{lab.name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# Lab {lab.name[-1]}: {lab.title}\n")


def test_without_its_package_a_lab_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    files = {LAB3.file_name: (SOLUTIONS / LAB3.file_name).read_bytes()}
    with pytest.raises(PackageMissing, match=r"pip install .*--editable \"\.\[torch\]\""):
        grade(files, LAB3, seed=1, tier=Tier.LOCAL)
    with pytest.raises(SandboxUnavailable, match="no packages"):
        grade(files, LAB3, seed=1, tier=Tier.STRICT)


def test_the_report_on_a_lab_has_the_published_format():
    schema = json.loads((ROOT / "autograder" / "render" / "report.schema.json").read_text(encoding="utf-8"))
    report = grade({LAB1.file_name: (EXERCISES / LAB1.file_name).read_bytes()}, LAB1, seed=1, tier=Tier.LOCAL)
    jsonschema.validate(report.to_json(), schema)


def test_no_check_of_a_lab_links_to_the_catalogue_which_has_no_labs(monkeypatch):
    settings = {"catalogue": True, "site": "https://example.org"}
    monkeypatch.setattr(mistake_page, "class_settings", lambda: settings)
    check = Check("name", "L2.2", "title", hidden=False, points=1.0, status="failed", misconception="merge-once")
    assert mistake_page.where_to_read_on(check) == "" == mistake_page.published_page(check)
    of_a_part = replace(check, task="5.1")
    assert mistake_page.published_page(of_a_part) == "https://example.org/mistakes/5.1.html#merge-once"


def test_a_part_or_another_lab_may_not_import_the_package_of_a_lab():
    for other in (parts()[3], LAB1):
        report = grade({other.file_name: b"import torch\n"}, other, seed=1, tier=Tier.LOCAL)
        assert "The file imports torch" in report.checks[0].message and report.earned == 0


def test_a_learner_checks_a_lab_gets_hints_and_resets_it(course):
    said = course.run("check", "lab2").stdout
    assert "10 of 10 points." in said and "Passed. Next: lab 3, The same model in PyTorch" in said, said
    assert "lab-2" in json.loads((course.root / ".learner" / "acts.json").read_text(encoding="utf-8"))
    assert "Lab 1, task L1.1 layernorm" in course.run("hint", "lab1").stdout
    said = course.run("progress").stdout
    assert "Optional labs: lab1 not begun; lab2 passed; lab3 not begun" in said and "0/110" in said, said
    assert "To bring it back" in course.run("reset", "L2.2", "--yes").stdout
    said = course.run("lab").stdout
    assert all(f"docs/learner/{lab.name}.md" in said for lab in labs()) and "labs.md" not in said, said
    refused = course.run("lab", "lab2")
    assert refused.returncode == 1 and "Lab 2 is not passed yet" in refused.stderr, refused.stderr
    assert course.run("lab", "5").returncode == 2
    refused = course.run("compare", "lab1")
    assert refused.returncode == 1 and refused.stderr.startswith("Lab 1 is not passed yet"), refused.stderr
    refused = course.run("recall", "lab2")
    assert refused.returncode == 2 and "Labs have no questions: recall asks about parts 0 to 10." in refused.stderr


def run_experiment(lab, tmp_path, names, *arguments):
    """What an experiment prints with the reference, on few names."""
    path = tmp_path / "names.txt"
    path.write_text("\n".join(names) + "\n", encoding="utf-8")
    command = [sys.executable, str(lab_experiment.CHILD), str(SOLUTIONS), str(lab.suite / "experiment.py"), str(path)]
    return subprocess.run([*command, *arguments], capture_output=True, encoding="utf-8", timeout=300)


NAMES = ["anna", "hanna", "ann", "nan", "hanah", "ana", "nana", "hana", "annah", "nanah"]


def test_the_experiment_of_lab_2_compares_tokenizers(tmp_path):
    done = run_experiment(LAB2, tmp_path, NAMES, "2")
    assert done.returncode == 0, done.stderr
    assert "The longest of the" in done.stdout and "GPTs after 2 steps" in done.stdout


def test_the_first_line_says_whose_code_runs():
    one, two, *_ = parts()[1:]
    assert lab_experiment.whose_line(LAB2, []) == "With your lab2_bpe.py, and the reference for parts 1 to 8."
    assert "and your part 1; the reference for the other parts up to 8." in lab_experiment.whose_line(LAB2, [one])
    assert "and your parts 1 and 2;" in lab_experiment.whose_line(LAB2, [one, two])
    assert lab_experiment.whose_line(LAB2, parts()[1:9]).endswith("your parts 1, 2, 3, 4, 5, 6, 7 and 8.")


@pytest.mark.slow
def test_the_experiment_of_lab_1_trains_both_models(tmp_path):
    done = run_experiment(LAB1, tmp_path, NAMES, "1")
    assert done.returncode == 0, done.stderr
    assert "3,552" in done.stdout and "BIGGER" in done.stdout, done.stdout


def test_an_experiment_that_fails_is_a_sentence(tmp_path):
    done = run_experiment(LAB2, tmp_path, ["anna"])  # nothing can be held out
    assert done.returncode == 1
    assert done.stderr.startswith("The experiment stopped: ") and "Traceback" not in done.stderr, done.stderr


@with_torch
def test_the_experiment_of_lab_3_finds_the_same_model(tmp_path):
    done = run_experiment(LAB3, tmp_path, NAMES, "3")
    assert done.returncode == 0 and "the same model." in done.stdout, done.stdout + done.stderr


@with_torch
def test_lab_3_computes_what_the_scalar_model_computes():
    """Loss and gradients of two layers, to 1e-9. The suite compares with the grader's models, this with the parts."""
    sys.path.insert(0, str(SOLUTIONS))
    import lab3_pytorch
    from part04_parameters import Config, init_state_dict
    from part07_training import sequence_loss

    config = Config(n_layer=2)
    state_dict = init_state_dict(config, random.Random(1), std=0.3)
    weights, tokens = lab3_pytorch.to_tensors(state_dict), [26, 4, 12, 12, 0, 26]
    scalar, loss = sequence_loss(tokens, state_dict, config), lab3_pytorch.sequence_loss(tokens, weights, config)
    scalar.backward()
    loss.backward()
    assert abs(scalar.data - loss.item()) < 1e-9
    for name, rows in state_dict.items():
        differences = [
            abs(value.grad - gradient)
            for row, gradients in zip(rows, weights[name].grad.tolist())
            for value, gradient in zip(row, gradients)
        ]
        assert max(differences) < 1e-9, name
