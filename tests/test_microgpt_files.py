"""The three files for a first look: the quick verification, the whole course in one file, the fast version."""

import ast
import re
import shutil
import subprocess
import sys

import pytest

from autograder.course import SOLUTIONS, parts

NAMES = "emma olivia ava isabella mia noah liam ethan lucas mason leo amelia elena mila nora levi eli eva ella".split()
BOTH = pytest.mark.parametrize("script", ["microgpt_simple.py", "microgpt_fast.py"])


def run(*command, folder=SOLUTIONS):
    return subprocess.run(
        [sys.executable, *map(str, command)], cwd=folder, capture_output=True, encoding="utf-8", timeout=600
    )


@pytest.fixture
def copy(tmp_path):
    """A copy of the solutions that may be broken."""
    folder = tmp_path / "solutions"
    shutil.copytree(SOLUTIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def names_file(tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("".join(name + "\n" for name in NAMES), encoding="utf-8")
    return path


def break_once(path, right, wrong):
    text = path.read_text(encoding="utf-8")
    assert text.count(right) >= 1
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")


# The quick verification


def test_the_quick_verification_says_one_line_per_part_and_passes():
    result = run(SOLUTIONS / "test_microgpt.py", folder=SOLUTIONS.parent)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.isascii() and result.stderr == ""
    lines = result.stdout.splitlines()
    assert [re.match(r"part +(\d+)  ok ", line)[1] for line in lines] == [str(part.number) for part in parts()]


# One small mistake per part; `main` is told to run that part's test alone, since all of them take seconds.
MISTAKES = [
    (0, "part00_setup.py", "return x * x", "return x + x"),
    (1, "part01_autograd.py", "child.grad += local_grad * value.grad", "child.grad = local_grad * value.grad"),
    (2, "part02_tokenizer.py", "doc not in held]", "doc]"),
    (3, "part03_layers.py", "return [e / total for e in exps]", "return exps"),
    (4, "part04_parameters.py", "4 + 4 + 4", "8 + 8 + 8"),
    (5, "part05_gpt.py", "attention_weights.append(head_weights)", "attention_weights.append(head_weights[:-1])"),
    (6, "part06_adam.py", "parameter.grad = 0.0", "pass"),
    (7, "part07_training.py", "optimizer.step(lr)", "optimizer.step(0.0)"),
    (8, "part08_generation.py", "random.Random(seed) if rng is None", "random.Random() if rng is None"),
    (9, "part09_understanding.py", "return 2 * config.n_layer", "return config.n_layer"),
    (10, "part10_experiments.py", "append([weight.data for weight in weights])", "append([1.0 for weight in weights])"),
]
ONE_PART = """
import sys, test_microgpt
for name in [name for name in vars(test_microgpt) if name.startswith("test_part_")]:
    if not name.startswith(f"test_part_{sys.argv[1]}_"):
        delattr(test_microgpt, name)
sys.exit(test_microgpt.main())
"""


@pytest.mark.parametrize("number, file_name, right, wrong", MISTAKES, ids=[f"part {row[0]}" for row in MISTAKES])
def test_the_quick_verification_notices_a_mistake_in_each_part(copy, number, file_name, right, wrong):
    break_once(copy / file_name, right, wrong)
    result = run("-c", ONE_PART, number, folder=copy)
    assert result.returncode == 1, result.stdout
    assert re.fullmatch(rf"part +{number}  FAILED .*\n", result.stdout)
    assert "AssertionError" in result.stderr


def test_the_quick_verification_imports_every_part():
    tree = ast.parse((SOLUTIONS / "test_microgpt.py").read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {part.module for part in parts()} <= imported


# The whole course in one file, and the fast version


@BOTH
def test_the_file_has_at_most_250_lines(script):
    assert len((SOLUTIONS / script).read_text(encoding="utf-8").splitlines()) <= 250


def test_the_model_and_its_training_take_at_most_150_lines_of_the_one_file():
    tree = ast.parse((SOLUTIONS / "microgpt_simple.py").read_text(encoding="utf-8"))
    by_name = {node.name: node for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert by_name["train"].end_lineno - by_name["Value"].lineno + 1 <= 150
    parts_names = {
        "Value",
        "linear",
        "softmax",
        "rmsnorm",
        "init_state_dict",
        "gpt",
        "Tokenizer",
        "sequence_loss",
        "Adam",
    }
    assert parts_names <= set(by_name)


def test_the_one_file_imports_nothing_of_the_course_and_nothing_imports_it():
    for path in SOLUTIONS.glob("*.py"):
        imported = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module)
        assert "microgpt_simple" not in imported, path.name
        if path.stem == "microgpt_simple":
            assert imported <= sys.stdlib_module_names


@BOTH
def test_help_lists_the_options(script):
    result = run(script, "--help")
    assert result.returncode == 0
    for option in ("--steps", "--seed", "--data", "--temperature", "--all", "--any-characters"):
        assert option in result.stdout


def test_the_fast_file_logs_every_50_steps_and_invents_20_names_at_each_temperature(names_file):
    result = run("microgpt_fast.py", "--steps", 120, "--data", names_file)
    assert result.returncode == 0, result.stderr
    assert re.findall(r"^step +(\d+) of 120 ", result.stdout, re.MULTILINE) == ["1", "51", "101", "120"]
    assert "held-out loss" in result.stdout
    samples = re.findall(r"^temperature ([\d.]+): (.*)$", result.stdout, re.MULTILINE)
    assert [temperature for temperature, _ in samples] == ["0.3", "0.5", "1.0"]
    assert all(len(names.split(" ")) == 20 for _, names in samples)


def test_both_files_print_the_same(names_file):
    arguments = ("--steps", 2, "--data", names_file, "--temperature", 0.2, "--seed", 3)
    simple, fast = run("microgpt_simple.py", *arguments), run("microgpt_fast.py", *arguments)
    assert simple.returncode == fast.returncode == 0, simple.stderr + fast.stderr
    assert simple.stdout == fast.stdout


def test_all_rows_means_that_nothing_is_held_out(names_file):
    result = run("microgpt_fast.py", "--steps", 1, "--data", names_file, "--all", "--temperature", 0.5)
    assert result.returncode == 0 and "held-out" not in result.stdout


BAD_DATA = {
    "empty": (b"", "distinct characters"),
    "upper case": (b"emma\nAva\n", "other characters than a to z"),
    "accents": ("zo\u00eb\nava\n".encode(), "other characters than a to z"),
    "too long": (b"emma\nabcdefghijklmnopq\n", "17 characters"),
    "one character": (b"aaa\n", "distinct characters"),
    "not UTF-8": (b"\xff\xfe", "UTF-8"),
    "missing": (None, "Can't read"),
}


@BOTH
@pytest.mark.parametrize("content, words", BAD_DATA.values(), ids=BAD_DATA)
def test_data_that_cannot_be_used_is_a_sentence(script, tmp_path, content, words):
    path = tmp_path / "bad.txt"
    if content is not None:
        path.write_bytes(content)
    result = run(script, "--data", path)
    assert result.returncode != 0 and words in result.stderr and result.stderr.count("\n") == 1


@BOTH
@pytest.mark.parametrize("options", [("--steps", -1), ("--temperature", 0)], ids=["steps", "temperature"])
def test_numbers_that_make_no_sense_are_a_sentence(script, options):
    result = run(script, *options)
    assert result.returncode == 2 and "--steps must be 0 or more, --temperature above 0." in result.stderr
