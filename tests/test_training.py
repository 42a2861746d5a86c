"""`train` through the command line, the loop beside the reference's own, the saved weights, and `dataset`."""

import gc
import hashlib
import json
import os
import random
import signal
import subprocess
import sys

import microgpt_fast
import numpy as np
import part07_training
import pytest
from helpers.batch import call_cli
from part04_parameters import flatten
from part08_generation import sample_many
from typer.testing import CliRunner
from weights import load_trained, save_trained

from autograder import model
from autograder import training as training
from autograder import training as training_run
from autograder.cli import app
from autograder.course import ROOT
from autograder.render import loss_curve

NAMES = (
    "emma olivia ava isabella mia noah liam ethan emma lucas mason leo amelia elena mila nora levi eli eva ella iva "
    "evan milo hana lena sam sena bella alma nova"
).split()
COMMAND = [sys.executable, "-c", "from autograder.cli import app; app(prog_name='autograder')", "train"]
TRAINED = ROOT / "datasets" / "trained_weights.json"


@pytest.fixture
def names_file(tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("".join(name + "\n" for name in NAMES), encoding="utf-8")
    return path


def run_train(*arguments, environment=None):
    """`train` with these arguments in this process, or in its own if it gets another environment."""
    words = [*map(str, arguments)]
    if environment is None:
        return subprocess.CompletedProcess(words, *call_cli("train", *words))
    settings = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run([*COMMAND, *words], capture_output=True, encoding="utf-8", timeout=600, env=settings)


# The loop


@pytest.mark.parametrize("fast", [False, True])
def test_the_loop_gives_the_losses_weights_and_draws_of_the_references_train(fast):
    rng, other = random.Random(9), random.Random(9)
    run = training_run.begin(NAMES, 14, rng, fast)
    losses = [run.take_step() for _ in range(14 if fast else 3)]
    if fast:
        expected = microgpt_fast.train(NAMES, 14, other)
        assert run.trained.state_dict == expected.state_dict
    else:
        seen = []

        def stop_after_three(step, loss):
            seen.append(loss)
            if step == 2:
                raise StopIteration

        with pytest.raises(StopIteration):  # the learning rate depends on how many steps there will be
            part07_training.train(NAMES, 14, rng=other, on_step=stop_after_three)
        expected = part07_training.Trained(None, None, None, seen)
    assert losses == run.trained.losses == expected.losses
    assert rng.getstate() == other.getstate()


def test_the_fast_held_out_loss_equals_the_scalar_one_on_a_scalar_model():
    run = training_run.begin(NAMES, 3, random.Random(9))
    run.take_step()
    expected = part07_training.held_out_loss(["mila", "elena", "emma"], run.trained)
    assert abs(training.held_out_loss(["mila", "elena", "emma"], run.trained) - expected) < 1e-9


# The command


def test_a_run_shows_losses_curve_and_names_and_saves_them(names_file, tmp_path):
    out = tmp_path / "runs"
    result = run_train("--fast", "--steps", 120, "--seed", 7, "--data", names_file, "--out", out)
    assert result.returncode == 0, result.stderr
    assert [int(line[5:10]) for line in result.stdout.splitlines() if line.startswith("step ")] == [1, 50, 100, 120]
    for words in ("before training", "uniform guessing", "bigram counts", "after 120 steps", "20 invented names"):
        assert words in result.stdout
    saved = json.loads((out / "names-seed7-120.json").read_text(encoding="utf-8"))
    settings = saved["settings"]
    assert (settings["seed"], settings["steps"], settings["steps_taken"]) == (7, 120, 120)
    assert settings["data_sha256"] == hashlib.sha256(names_file.read_bytes()).hexdigest()
    assert settings["held_out_loss"] > 0
    assert len(saved["losses"]) == 120
    assert f"mean of the last 100 {sum(saved['losses'][20:]) / 100:.4f}" in result.stdout
    names = [path.name for path in out.iterdir() if path.suffix != ".png"]  # drawn where matplotlib is installed
    assert names == ["names-seed7-120.json"], "no file of half a run is left"


def test_names_are_drawn_with_the_generator_going_on_and_the_new_ones_are_counted(names_file, tmp_path):
    result = run_train("--fast", "--steps", 30, "--data", names_file, "--out", tmp_path)
    rng = random.Random(42)
    trained = microgpt_fast.train(training_run.reference().tokens.split_docs(NAMES)[0], 30, rng)
    names = [microgpt_fast.sample(trained, 0.5, rng) for _ in range(20)]
    assert "  " + " ".join(names[:10]) + "\n  " + " ".join(names[10:]) in result.stdout
    new = sum(name not in NAMES for name in names)
    assert f"20 invented names at temperature 0.5, {new} of them new" in result.stdout


def test_the_scalar_version_draws_its_names_from_the_same_generator(monkeypatch):
    monkeypatch.setattr(training, "NAMES", 2)
    rng, other = random.Random(42), random.Random(42)
    names = training.sample_names(training_run.begin(NAMES, 0, rng).trained, rng, fast=False)
    assert names == sample_many(part07_training.train(NAMES, 0, rng=other), 2, 0.5, rng=other)


SCALAR_LOSSES = """
import random, sys
from autograder.training import begin
run = begin(sys.argv[2:], 1000, random.Random(int(sys.argv[1])))
print(*[run.take_step().hex() for _ in range(3)])
"""


def test_the_same_seed_gives_the_same_losses_to_the_last_bit():
    def losses(seed, hashing):
        environment = {**os.environ, "PYTHONHASHSEED": hashing}
        command = [sys.executable, "-c", SCALAR_LOSSES, seed, *NAMES]
        return subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True, timeout=300).stdout

    assert losses("5", "1") == losses("5", "2") != losses("6", "1")


def test_no_steps_leave_an_untrained_model_and_no_curve(names_file, tmp_path):
    result = run_train("--fast", "--steps", 0, "--data", names_file, "--out", tmp_path)
    assert result.returncode == 0, result.stderr
    assert "after 0 steps" in result.stdout and "mean of the last" not in result.stdout


def test_too_few_names_to_hold_one_out_are_no_error(tmp_path):
    path = tmp_path / "two.txt"
    path.write_text("ab\nba\n", encoding="utf-8")
    result = run_train("--fast", "--steps", 1, "--data", path, "--out", tmp_path)
    assert result.returncode == 0, result.stderr
    assert "No held-out loss" in result.stdout


def test_held_out_rows_with_characters_that_training_lacks_are_left_out_and_counted(tmp_path):
    path = tmp_path / "odd.txt"
    split = training_run.reference().tokens.split_docs
    stranger = split(NAMES)[1][0]
    names = ["xyz" if name == stranger else name for name in NAMES]
    assert "xyz" in split(names)[1], "the split goes by position, so it is held out as well"
    path.write_text("".join(name + "\n" for name in names), encoding="utf-8")
    result = run_train("--fast", "--steps", 1, "--data", path, "--out", tmp_path)
    assert result.returncode == 0, result.stderr
    chars = set("".join(split(names)[0]))
    assert f"over {sum(set(name) <= chars for name in split(names)[1])} rows" in result.stdout
    assert "left out: training lacks some of" in result.stdout


BAD_DATA = [
    ("empty", b"", "0 distinct characters"),
    ("blank", b"\n  \n", "0 distinct characters"),
    ("upper case", b"emma\nAva\n", "'Ava' has other characters than a to z"),
    ("accents", "zo\u00eb\nava\n".encode(), "has other characters than a to z"),
    ("too long", b"emma\nabcdefghijklmnopq\n", "has 17 characters; the model has 16 positions"),
    ("one character", b"aaa\naa\n", "1 distinct characters"),
    ("not UTF-8", b"\xff\xfe\x00a", "is not text in UTF-8"),
    ("missing", None, "Can't read"),
]


@pytest.mark.parametrize("content, words", [row[1:] for row in BAD_DATA], ids=[row[0] for row in BAD_DATA])
def test_data_that_cannot_be_used_is_a_sentence_and_exit_status_2(tmp_path, content, words):
    path = tmp_path / "names.txt"
    if content is not None:
        path.write_bytes(content)
    result = run_train("--data", path, "--out", tmp_path / "runs")
    assert result.returncode == 2
    assert words in result.stderr and result.stderr.count("\n") == 1 and result.stdout == ""
    assert result.stderr.isascii()
    assert not (tmp_path / "runs").exists()


def test_a_folder_as_data_is_a_sentence(tmp_path):
    result = run_train("--data", tmp_path)
    assert result.returncode == 2 and "Can't read" in result.stderr and "Traceback" not in result.stderr


def test_negative_steps_are_a_sentence(names_file):
    result = run_train("--steps", -1, "--data", names_file)
    assert result.returncode == 2
    assert result.stderr == "The number of steps must be 0 or more, not -1.\n"


def test_a_folder_that_cannot_be_written_is_a_sentence_before_the_training(names_file):
    result = run_train("--steps", 1, "--data", names_file, "--out", names_file / "runs")
    assert result.returncode == 2
    assert "Can't write to" in result.stderr and "step" not in result.stdout and "Traceback" not in result.stderr


def test_a_model_that_cannot_be_saved_is_a_sentence_and_exit_status_1(monkeypatch):
    def full_disk(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(training, "train", full_disk)
    result = CliRunner().invoke(app, ["train"])
    assert result.exit_code == 1 and "Can't save what was trained" in result.output and "No space" in result.output


def test_other_characters_are_accepted_on_request_and_printed_on_any_console(tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("".join(f"{name}\u00e9\u0153\n" for name in NAMES), encoding="utf-8")
    arguments = ("--fast", "--steps", 3, "--data", path, "--out", tmp_path, "--any-characters")
    result = run_train(*arguments, environment={"PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0, result.stderr
    assert result.stdout.isascii() and "\\xe9" in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no way to send Ctrl-C to one process")
@pytest.mark.parametrize("fast", [[], ["--fast"]], ids=["scalar", "fast"])
def test_ctrl_c_keeps_the_model_so_far(names_file, tmp_path, fast):
    command = [*COMMAND, *fast, "--steps", "100000", "--data", str(names_file), "--out", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        for line in process.stdout:
            if line.startswith("step "):
                break
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=300)
    assert process.returncode == 130 and errors == ""
    (path,) = tmp_path.glob("*.json")
    trained = load_trained(path)
    steps = len(trained.losses)
    assert path.name == f"names-seed42-{steps}of100000.json"
    assert f"Stopped after {steps:,} of 100,000 steps." in rest
    if not fast:
        rng = random.Random(42)
        run = training_run.begin(training_run.reference().tokens.split_docs(NAMES)[0], 100_000, rng)
        for _ in range(steps):
            run.take_step()
        kept, expected = (flatten(model.state_dict) for model in (trained, run.trained))
        assert [value.data for value in kept] == [value.data for value in expected], "whole steps only"


def test_a_second_ctrl_c_interrupts_at_once_and_the_handler_is_put_back():
    def of_the_caller(number, frame):
        raise AssertionError("not meant for the caller yet")

    before = signal.signal(signal.SIGINT, of_the_caller)
    try:
        with pytest.raises(KeyboardInterrupt):
            with training_run.stop_after_this_step() as stopped:
                assert not stopped()
                signal.raise_signal(signal.SIGINT)
                assert stopped()
                signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is of_the_caller
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_collector_rests_during_the_steps_and_is_on_again_after_them():
    run = training_run.begin(NAMES, 3, random.Random(1), fast=True)
    step, resting = run.take_step, []

    def take_step():
        resting.append(not gc.isenabled())
        if len(resting) == 2:
            raise KeyError("on purpose")
        return step()

    run.take_step = take_step
    with pytest.raises(KeyError):
        training_run.take_all_steps(run)
    assert resting == [True, True] and gc.isenabled()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_terminal_gets_a_bar_in_characters_that_it_knows(names_file, tmp_path, encoding):
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "PYTHONIOENCODING": encoding}
    command = [*COMMAND, "--fast", "--steps", "60", "--data", str(names_file), "--out", str(tmp_path)]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            if not piece:
                break
            shown += piece
    os.close(ours)
    text = shown.decode("utf-8")
    assert process.returncode == 0, text
    assert "step 60/60" in text and "mean of 100" in text and "left" in text
    assert text.isascii() == (encoding == "ascii")
    assert "\\u" not in text, "drawn with ASCII, not with escapes"


def test_a_png_is_drawn_where_matplotlib_is_installed(names_file, tmp_path):
    package = tmp_path / "packages" / "matplotlib"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "figure.py").write_text(
        "class Axes:\n    def __getattr__(self, name):\n        return lambda *a, **k: None\n"
        "class Figure:\n    def __init__(self, **k):\n        pass\n    def subplots(self):\n        return Axes()\n"
        "    def savefig(self, path, **k):\n        open(path, 'wb').close()\n",
        encoding="utf-8",
    )
    search = os.pathsep.join([str(package.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    arguments = ("--fast", "--steps", 2, "--data", names_file, "--out", tmp_path)
    result = run_train(*arguments, environment={"PYTHONPATH": search})
    assert result.returncode == 0, result.stderr
    assert "Loss curve: " in result.stdout and (tmp_path / "names-seed42-2.png").exists()


# The curve


def test_running_means_are_over_the_last_losses():
    assert loss_curve.running_means([4.0, 2.0, 3.0, 7.0], window=2) == [4.0, 3.0, 2.5, 5.0]


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 1000])
def test_the_curve_falls_from_top_left_to_bottom_right_at_any_length(count):
    lines = loss_curve.curve_lines([3.0 - step / 1000 for step in range(count)], ascii_only=True)
    drawn = [line[8:] for line in lines[:-2]]
    assert sum(line.count("*") for line in drawn) == min(count, 64)
    if count > 1:
        assert drawn[0].startswith("*") and len(drawn[-1]) == min(count, 64)
        assert lines[9].split(" |")[0].strip() == f"{3.0 - (count - 1) / 1000:.2f}", "the last mean is the lowest"
    assert all(line.isascii() and len(line) < 80 for line in lines)


# The saved weights


@pytest.fixture(scope="module")
def small():
    return part07_training.train(NAMES[:3], num_steps=1, seed=2)


def test_saved_weights_come_back_as_they_were(small, tmp_path):
    save_trained(small, tmp_path / "weights.json", {"seed": 2})
    loaded = load_trained(tmp_path / "weights.json")
    assert loaded.tokenizer.chars == small.tokenizer.chars
    assert loaded.config == small.config and loaded.losses == small.losses
    assert list(loaded.state_dict) == list(small.state_dict)
    assert [v.data for v in flatten(loaded.state_dict)] == [v.data for v in flatten(small.state_dict)]
    assert sample_many(loaded, 1) == sample_many(small, 1)


def test_a_failed_save_leaves_the_old_file_and_nothing_else(small, tmp_path, monkeypatch):
    path = tmp_path / "weights.json"
    path.write_text("old", encoding="utf-8")

    def fail(*arguments):
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError):
        save_trained(small, path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def broken(change):
    def make(content):
        change(content)
        return json.dumps(content)

    return make


@pytest.mark.parametrize(
    "make",
    [
        lambda content: "",
        lambda content: json.dumps(content)[:-40],
        lambda content: "[]",
        lambda content: "3",
        broken(lambda content: content.update(format="other")),
        broken(lambda content: content.pop("losses")),
        broken(lambda content: content.pop("matrices")),
        broken(lambda content: content["matrices"].pop("wte")),
        broken(lambda content: content["matrices"]["wte"].pop()),
        broken(lambda content: content["matrices"]["wpe"][2].pop()),
        broken(lambda content: content["matrices"]["wpe"].clear()),
        broken(lambda content: content["matrices"]["wpe"][0].__setitem__(0, "x")),
        broken(lambda content: content["matrices"]["wpe"][0].__setitem__(0, float("nan"))),
        broken(lambda content: content["matrices"].update(wpe=None)),
        broken(lambda content: content["config"].update(n_head=3)),
        broken(lambda content: content["config"].update(more=3)),
        broken(lambda content: content["chars"].pop()),
        broken(lambda content: content.update(chars=[1, 2, 3])),
    ],
)
def test_a_broken_weights_file_is_a_value_error_that_names_it(small, tmp_path, make):
    path = tmp_path / "weights.json"
    save_trained(small, path)
    path.write_text(make(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    with pytest.raises(ValueError, match=r"weights\.json holds no trained model: "):
        load_trained(path)


def test_the_committed_weights_are_what_their_settings_say():
    trained = load_trained(TRAINED)
    settings = json.loads(TRAINED.read_text(encoding="utf-8"))["settings"]
    assert settings["data_sha256"] == hashlib.sha256(training.DATA.read_bytes()).hexdigest()
    assert (settings["seed"], settings["steps"], settings["fast"]) == (42, 1000, False)
    course = training_run.reference()
    docs, held_out = course.tokens.split_docs(course.command_line.read_names(training.DATA))
    weights = {
        name: np.array([[value.data for value in row] for row in rows]) for name, rows in trained.state_dict.items()
    }
    loss = model.held_out_loss(held_out, weights, trained.config, trained.tokenizer.chars)
    assert abs(loss - settings["held_out_loss"]) < 1e-9
    run = training_run.begin(docs, 1000, random.Random(42), fast=True)
    for _ in range(100):
        run.take_step()
    assert len(trained.losses) == 1000
    assert max(abs(a - b) for a, b in zip(run.trained.losses, trained.losses)) < 1e-9
