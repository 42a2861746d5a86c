"""README's commands exist, and its figures are those of the course."""

import functools
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from generator import commands as commands_page
from generator import terminal
from helpers.make import called, make
from part02_tokenizer import Tokenizer, bigram_counts, bigram_loss, load_docs, split_docs
from part04_parameters import Config, count_parameters
from part09_understanding import uniform_loss

from autograder.cli import app
from autograder.command_table import commands as rows
from autograder.command_table import find_target
from autograder.command_table.make_targets import target_names
from autograder.command_table.table import UNLISTED
from autograder.commands.lazy_group import every_command
from autograder.course import ROOT, parts
from autograder.grading.misconceptions import misconceptions
from autograder.install import COST

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.search(r"^TARGETS := (.*)$", MAKEFILE, flags=re.M)[1].split()) - set(UNLISTED)
FIRST_SCREEN = README.partition("\n## ")[0]

with_make = pytest.mark.skipif(shutil.which("make") is None, reason="There is no make here.")


@functools.cache
def commands() -> dict[str, typer.core.TyperCommand]:
    return every_command(app)


def calls_in(text: str) -> list[str]:
    """What is in code, in a block or in a line."""
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.S)
    lines = [line.partition(" #")[0].strip() for block in blocks for line in block.splitlines()]
    return lines + re.findall(r"`([^`\n]+)`", re.sub(r"```sh\n.*?```", "", text, flags=re.S))


def check_call(call: str) -> str | None:
    """What is wrong with a call of make or of the grader; None when nothing is."""
    words = shlex.split(call)
    if words[0] == "make":
        unknown = [word for word in words[1:] if "=" not in word and word not in TARGETS]
        taken = {"PYTHON"}.union(*(row.variables for row in map(find_target, words[1:]) if row))
        unknown += [word for word in words[1:] if "=" in word and word.partition("=")[0] not in taken]
        return f"make knows no {', '.join(unknown)}" if unknown else None
    if words[:3] == ["python", "-m", "autograder"]:
        if words[3] in ("--help", "..."):
            return None
        if words[3] not in commands():
            return f"no command {words[3]}"
        called, rest = commands()[words[3]], words[4:]
        if rest and rest[0] in getattr(called, "commands", ()):  # `leaderboard page` is a command of its own
            called, rest = called.commands[rest[0]], rest[1:]
        known = {option for parameter in called.params for option in parameter.opts + parameter.secondary_opts}
        unknown = [word for word in rest if word.startswith("--") and word not in known]
        return f"{words[3]} knows no {', '.join(unknown)}" if unknown else None
    return None


def held_out_bigrams() -> float:
    train, held_out = split_docs(load_docs(ROOT / "datasets" / "names.txt"))
    tokenizer = Tokenizer(train)
    return bigram_loss(bigram_counts(train, tokenizer), held_out, tokenizer)


def first_number(pattern: str, text: str = README) -> float:
    found = re.search(pattern, text)
    assert found, f"README says nothing like {pattern!r}"
    return float(found[1].replace(",", ""))


# Commands


def test_every_command_in_the_readme_is_a_real_one():
    calls = [call for call in calls_in(README) if call.startswith(("make", "python -m autograder"))]
    assert len(calls) > 8
    assert {call: wrong for call in calls if (wrong := check_call(call))} == {}


@pytest.mark.parametrize(
    "call", ["make bake", "make check teil=5", "python -m autograder bake", "python -m autograder check --bake"]
)
def test_a_command_that_does_not_exist_would_be_noticed(call):
    assert check_call(call)


def test_every_file_that_the_readme_names_is_there():
    paths = set(re.findall(r"[\w./]+\.(?:py|txt|toml)\b|[\w./]+/(?=`)", README))
    assert {"exercises/part00_setup.py"} <= paths
    of_a_class = {"class.toml", "submitted_before/", "verdicts/"}  # made by an instructor, by commands
    missing = [
        path
        for path in paths - of_a_class
        if not any((ROOT / folder / path).exists() for folder in (".", "autograder", "solutions"))
    ]
    assert missing == []


def test_the_makefile_has_a_target_for_each_row_of_the_table():
    targets = re.search(r"^TARGETS := (.*)$", MAKEFILE, flags=re.M)[1]
    assert targets == " ".join(target_names()), "write this line into the Makefile"
    assert len(set(targets.split())) == len(targets.split())


def test_the_page_of_commands_is_that_of_the_table():
    again = "It is stale: run python docs/generator/commands.py"
    assert commands_page.PAGE.read_text(encoding="utf-8") == commands_page.page(), again


def test_every_make_target_gives_its_command_only_options_that_it_has():
    called = [row for row in rows() if row.target]
    assert len(called) > 40
    for row in called:
        for words in row.calls(dict.fromkeys(row.variables, "run"), []):
            assert check_call(" ".join(["python", "-m", "autograder", *words])) is None


@with_make
def test_make_hands_its_variables_on_as_options(tmp_path):
    done = make(tmp_path, "train", "fast=1", "steps=7", "seed=3", "data=mes noms.txt", "args=--any-characters 'a b'")
    said = ["train", "--fast", "--steps", "7", "--seed", "3", "--data", "mes noms.txt", "--any-characters", "a b"]
    assert called(done) == [said]


@with_make
def test_a_part_that_is_typed_without_its_variable_is_answered_with_the_right_command(tmp_path):
    for number in ("5", "5.2"):
        done = make(tmp_path, "check", number)
        assert called(done) == [] and done.returncode == 2
        assert f"make takes a part or a task as a variable: make check part={number}" in done.stderr


@with_make
@pytest.mark.parametrize(("given", "expected"), [("fast=0", []), ("fast=no", []), ("fast=1", ["--fast"])])
def test_fast_can_be_switched_off_in_words(tmp_path, given, expected):
    assert called(make(tmp_path, "train", given)) == [["train", *expected]]


@with_make
def test_a_target_of_two_commands_runs_the_second_unless_the_first_fails(tmp_path):
    show, page = ["leaderboard", "show", "--board", "b"], ["leaderboard", "page", "--board", "b"]
    assert called(make(tmp_path, "leaderboard", "board=b", "args=--me m")) == [[*show, "--me", "m"], page]
    failed = make(tmp_path, "leaderboard", "board=b", FAKE_STATUS="1")
    assert failed.returncode == 2 and called(failed) == [show]


@with_make
def test_a_variable_of_the_environment_is_not_taken_for_one_that_was_typed(tmp_path):
    done = make(tmp_path, "check", part="5", args="--json", AUTOGRADER_MAKE_VARIABLES="part")
    assert called(done) == [["check", "--exit-zero"]]


@with_make
def test_make_alone_lists_every_target():
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert set(re.findall(r"^  (\w+) +\w", done.stdout, flags=re.M)) == TARGETS


# The first screen


def test_the_first_screen_says_what_why_for_whom_how_long_and_where_to_start():
    order = ["# Build a GPT", "standard library", "check.svg", "make train fast=1", "make check part=0", "make test"]
    order += ["Why this course", "Who it is for", "How long", "Start here"]
    places = [FIRST_SCREEN.index(words) for words in order]
    assert places == sorted(places)
    assert len(FIRST_SCREEN.splitlines()) <= 40


def test_the_first_commands_install_nothing_that_only_contributors_need():
    first, second = re.findall(r"```sh\n(.*?)```", FIRST_SCREEN, flags=re.S)
    assert [call.split()[1] for call in first.splitlines()] == ["train", "check"]
    assert second == "make test\n" and "Only contributors run the tests" in FIRST_SCREEN.partition(second)[0]


def test_it_has_at_most_700_words_and_three_tables():
    assert len(README.split()) <= 700
    assert len(re.findall(r"^\|---", README, flags=re.M)) <= 3


def test_the_picture_shows_what_a_check_says_now():
    assert terminal.PICTURE.read_text(encoding="utf-8") == terminal.picture(terminal.check_lines()), (
        "It is stale: run python docs/generator/terminal.py"
    )


def test_the_picture_is_described_in_words():
    (described,) = re.findall(r"^!\[(.*?)\]\(docs/_static/check.svg\)", README, flags=re.M)
    assert "overwrites" in described and len(described) > 80


def test_the_map_shows_every_folder():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8")
    if listed.returncode:
        pytest.skip("This copy is not a git repository.")
    folders = {line.partition("/")[0] for line in listed.stdout.splitlines() if "/" in line}
    text = (ROOT / "docs" / "contributor" / "index.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^\| `(\w+)/`", text, flags=re.M))
    assert shown == {folder for folder in folders if not folder.startswith(".")}


# Figures


def test_figures_of_the_model_and_the_data_are_those_of_the_course():
    assert first_number(r"([\d,]+)\s+parameters") == count_parameters(Config())
    assert first_number(r"over (\d+) tokens") == Config().vocab_size
    assert first_number(r"tokens \| ([\d.]+)") == round(uniform_loss(27), 3)
    assert first_number(r"counts\) \| ([\d.]+)") == round(held_out_bigrams(), 3)


def test_the_number_of_known_mistakes_is_that_of_the_course():
    assert first_number(r"([\d,]+) known mistakes") == sum(len(misconceptions(part)) for part in parts())


def test_the_number_of_parts_and_their_hours_are_those_of_the_course():
    words = "zero one two three four five six seven eight nine ten eleven twelve thirteen".split()
    assert f"all {words[len(parts())]} parts" in FIRST_SCREEN
    hours = sum(part.minutes for part in parts()) / 60
    low, high = re.search(r"parts (\d+) to (\d+) hours", FIRST_SCREEN).groups()
    assert int(low) <= hours <= int(high)


def test_the_invented_names_are_new():
    names = set(load_docs(ROOT / "datasets" / "names.txt"))
    invented = re.findall(r"\*([a-z]+)\*", README)
    assert len(invented) == 5
    assert not names & set(invented)


def test_the_set_up_states_the_sizes_that_the_readme_states():
    sizes = dict(re.findall(r"^\| [^|]+ \| `make (\w+).*` \| (\d+) MB \|$", README, flags=re.M))
    extra_of = {"check": "", "notebooks": "notebooks", "card": "plots", "demo": "classroom", "test": "development"}
    assert set(sizes) == set(extra_of)
    for name, extra in extra_of.items():
        assert f"about {sizes[name]} MB" in COST[extra]


def test_what_a_class_takes_is_as_it_was_measured():
    batch = (ROOT / "benchmarks" / "batch.md").read_text(encoding="utf-8")
    thirty = (ROOT / "benchmarks" / "class_of_30.md").read_text(encoding="utf-8")
    said = " ".join((ROOT / "docs" / "instructor" / "index.md").read_text(encoding="utf-8").split())
    plain, _, whole, again = re.findall(r"^\| [^\n]+ \| (\d+) \| ([\d.]+) \| ([\d.]+) \|", batch, flags=re.M)[:4]
    (megabytes,) = re.findall(r"together, at most: (\d+) MB", batch)
    walls = re.findall(r"^\| [^|]+ \| ([\d.]+) \| [\d.]+ \|", thirty, flags=re.M)
    assert f"{int(whole[0]):,} submissions of all kinds (300 learners, parts 0 to 6) take {whole[1]} s" in said
    assert f"s: {whole[2]} per second, with at most {megabytes} MB of memory" in said
    assert f"A second run with nothing changed takes {again[1]} s." in said
    assert f"no sandbox grades {plain[2]} per second" in said
    assert f"including feedback takes {walls[1]} s; nbgrader's autograde and feedback take {walls[0]} s" in said


@pytest.mark.slow
def test_the_training_run_gives_the_loss_and_the_names_of_the_readme(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "train", "--fast", "--out", tmp_path],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    measured = first_number(r"([\d.]+)  this model after 1,000", done.stdout)
    assert first_number(r"With seed 42, `make train` reaches ([\d.]+)") == measured
    assert set(re.findall(r"\*([a-z]+)\*", README)) <= set(re.findall(r"[a-z]+", done.stdout))
    (saved,) = Path(tmp_path).glob("*.json")
    assert len(json.loads(saved.read_text(encoding="utf-8"))["losses"]) == 1000
