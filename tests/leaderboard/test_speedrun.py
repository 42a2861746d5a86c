"""The public speedrun in records/: its rules, its table, and the steps of its workflow, run here."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import ROOT
from autograder.sandbox import SandboxUnavailable, strict_tier

SPEC = importlib.util.spec_from_file_location("speedrun", ROOT / "records" / "speedrun.py")
speedrun = sys.modules["speedrun"] = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(speedrun)
PAGE = (ROOT / "records" / "README.md").read_text(encoding="utf-8")
WORKFLOW = (ROOT / ".github" / "workflows" / "speedrun.yml").read_text(encoding="utf-8")


def result(recipe, mean, date="2026-12-01", runs=9, **facts):
    return speedrun.Result(recipe, "ada", date, runs, mean, 0.004, (32, 32), **facts)


def test_the_page_has_the_table_of_the_results():
    assert speedrun.table_text(speedrun.FOLDER) in PAGE, "run: python records/speedrun.py table"


def test_each_result_has_9_runs_or_is_that_of_the_benchmark():
    text = (ROOT / "benchmarks" / "recipes.md").read_text(encoding="utf-8")
    for found in speedrun.results(speedrun.FOLDER):
        assert found.source or found.runs >= 9
        if found.source and found.date in text:  # a later measurement has other figures
            mean, sd = re.search(r"\| microgpt's recipe, 1 name[^|]*\| ([\d.]+) \| ([\d.]+) ", text).groups()
            assert (found.recipe, found.mean, found.sd) == ("microgpt", float(mean), float(sd))


def test_a_record_beats_the_one_before_it_by_the_rule_and_not_by_less():
    first, luck, better = result("a_first", 2.2), result("b_luck", 2.193), result("c_better", 2.17)
    records = speedrun.lineage([first, luck, better])
    assert [record.result.recipe for record in records] == ["a_first", "c_better"]
    assert records[1].gain == pytest.approx(0.03) and 0.004 < records[1].half_width < 0.007
    held = result("d_known", 2.0, held="It seems to know the names already.")
    assert speedrun.lineage([first, held, better]) == records


def test_the_rules_name_the_formula_that_the_runner_uses():
    from autograder.leaderboard import noise

    assert f"> {noise.RECORD}" in PAGE and f"{noise.NORMAL_QUANTILES[noise.STEPS_P]}" in PAGE
    assert f"makes {speedrun.RUNS} runs" in PAGE and f"averaged with {noise.PRIOR_SD}²" in PAGE
    rules = PAGE[PAGE.index("## The rules") : PAGE.index("## How to enter")]
    assert len(rules.split()) < 350  # one page


@pytest.fixture
def records(tmp_path):
    """A copy of records/ to add recipes to."""
    shutil.copytree(ROOT / "records", tmp_path / "records", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "records"


RECIPE = (ROOT / "records" / "recipes" / "microgpt.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("My Idea.py", RECIPE, "small letters"),
        ("idea.txt", RECIPE, "small letters"),
        ("idea.py", RECIPE.replace("METHOD =", "OTHER ="), "say how it trains"),
        ("idea.py", "import numpy\n" + RECIPE, "imports numpy"),
        ("idea.py", "def x(:\n", "Python can't read the file"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_refused_before_it_runs(records, name, text, sentence):
    (records / "recipes" / name).write_text(text, encoding="utf-8")
    with pytest.raises(speedrun.SpeedrunError, match=sentence):
        speedrun.recipes(records)


def test_what_authors_write_is_text_in_the_table(records):
    hostile = "<img src=x> | [a](http://b) @everyone"
    text = RECIPE.replace('METHOD = "Adam', f'METHOD = "{hostile} Adam')
    (records / "recipes" / "idea.py").write_text(text, encoding="utf-8")
    speedrun.write_result(records, result("idea", 2.1))
    speedrun.write_table(records)
    (row,) = [line for line in (records / "README.md").read_text(encoding="utf-8").splitlines() if "[idea]" in line]
    assert "\\<img src=x\\> \\| \\[a\\]" in row and "\\@everyone" in row


STEPS = re.findall(r"- name: (\w+)\n(?: +if: .*\n)? +run: (?:\|\n((?: {10}.*\n)+)|(.*)\n)", WORKFLOW)


@pytest.mark.skipif(os.name == "nt" or shutil.which("git") is None, reason="The workflow runs on Linux, with git.")
def test_the_steps_of_the_workflow_run_a_new_recipe_and_commit_its_result(records, tmp_path):
    try:
        strict_tier()
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    assert [name for name, *_ in STEPS] == ["Install", "Rules", "Runs", "Table", "Summary", "Commit"]
    (records / "recipes" / "idea.py").write_text(RECIPE.replace("return 1\n", "return 2\n"), encoding="utf-8")

    def git(*words):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--quiet", "--bare", "origin.git")
    git("init", "--quiet", "--initial-branch=main")
    git("add", "records")
    git("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "-m", "A recipe")
    git("remote", "add", "origin", "origin.git")
    git("push", "--quiet", "--set-upstream", "origin", "main")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
        "RUNS": "2", "STEPS": "2", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }  # fmt: skip
    for name, block, line in STEPS[1:]:
        done = subprocess.run(
            ["bash", "-e", "-c", block or line], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, (name, done.stdout, done.stderr)
    measured = json.loads((records / "results" / "idea.json").read_text(encoding="utf-8"))
    assert measured["author"] == "Ada" and measured["runs"] == 2 and measured["names_per_step"] == [2, 2]
    assert "[idea](recipes/idea.py)" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    log = subprocess.run(
        ["git", "log", "--format=%an %s", "main"], cwd=tmp_path / "origin.git", capture_output=True, encoding="utf-8"
    )
    assert "github-actions[bot] Speedrun: the result of a new recipe" in log.stdout


@pytest.mark.skipif(os.name == "nt" or shutil.which("git") is None, reason="The workflow runs on Linux, with git.")
def test_a_result_that_another_run_has_overtaken_is_pushed_too(records, tmp_path):
    def git(place, *words):
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        return subprocess.check_output(["git", *identity, *words], cwd=tmp_path / place, encoding="utf-8")

    for name in ("mine", "other"):
        (records / "recipes" / f"{name}.py").write_text(RECIPE, encoding="utf-8")
    git(".", "init", "--quiet", "--bare", "--initial-branch=main", "origin")
    git(".", "clone", "--quiet", "origin", "job")
    shutil.copytree(records, tmp_path / "job" / "records")
    git("job", "add", "records")
    git("job", "commit", "--quiet", "-m", "Two recipes")
    git("job", "push", "--quiet", "--set-upstream", "origin", "HEAD:main")
    git(".", "clone", "--quiet", "origin", "faster")
    # Both jobs measure both recipes: the result that is pushed first stays.
    for place, loss in (("faster", 2.1), ("job", 2.2)):
        for name in ("mine", "other") if place == "job" else ("other",):
            speedrun.write_result(tmp_path / place / "records", result(name, loss))
        speedrun.write_table(tmp_path / place / "records")
    git("faster", "add", "records")
    git("faster", "commit", "--quiet", "-m", "The faster one")
    git("faster", "push", "--quiet")

    (step,) = [block for name, block, _ in STEPS if name == "Commit"]
    # The runner of the table is that of the course: the clone has no autograder.
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-e", "-c", step], cwd=tmp_path / "job", env=environment, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    git("faster", "pull", "--quiet")
    after = tmp_path / "faster" / "records"
    assert {one.recipe: one.mean for one in speedrun.results(after)}.items() >= {("mine", 2.2), ("other", 2.1)}
    assert speedrun.table_text(after) in (after / "README.md").read_text(encoding="utf-8")
