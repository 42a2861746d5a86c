"""What a check of right code does not load or look for."""

import ast
import subprocess
import sys

import pytest

from autograder.course import ROOT
from autograder.database import VARIABLE
from autograder.grading import sources

ONLY_A_FAILING_CHECK_NEEDS = {
    *("autograder.grading." + name for name in ("diagnosis", "exceptions", "failures", "follow_through", "lines")),
    *("autograder.grading." + name for name in ("misconceptions", "mistake_replies")),
    "autograder.learner.last_results",  # where the files are those of exercises/, this too
    "autograder.sandbox.selftest",  # the strict sandbox, this too
}


def run(code):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8")


def test_a_check_of_right_code_loads_nothing_that_only_a_failing_one_needs():
    code = "import sys; from autograder.cli import app\n"
    code += "app('check 0 --from solutions --sandbox local'.split(), standalone_mode=False); print(*sys.modules)"
    done = run(code)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "autograder.grading.suite" in loaded, done.stderr
    assert loaded & ONLY_A_FAILING_CHECK_NEEDS == set()


def test_a_batch_without_a_database_does_not_load_the_package_for_one(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    code = "import sys; from pathlib import Path; import autograder.batch.grade_batch, autograder.batch.regrade\n"
    code += "autograder.batch.grade_batch.open_store(Path('verdicts')); print(*sys.modules)"
    loaded = set(run(code).stdout.split())
    assert "autograder.class_folder.verdict_store" in loaded and "sqlalchemy" not in loaded


def test_a_function_is_searched_for_slips_when_somebody_asks(monkeypatch):
    searched = []
    monkeypatch.setattr(sources, "find_slips", lambda node, shared: searched.append(node.name) or [(1, "a slip")])
    functions = sources.functions_of(ast.parse("def f():\n    pass\n\n\ndef g():\n    pass\n"))
    assert searched == []
    assert functions["g"].slips == functions["g"].slips == ((1, "a slip"),)
    assert searched == ["g"]


@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_a_function_that_is_nested_too_deeply_shows_no_slips(monkeypatch, error):
    def too_deep(node, shared):
        raise error

    monkeypatch.setattr(sources, "find_slips", too_deep)
    assert sources.functions_of(ast.parse("def f():\n    pass\n"))["f"].slips == ()


def test_the_page_and_the_site_are_built_without_the_packages_for_grading_a_class():
    """Their extra, docs, leaves those out."""
    missing = ["jupyterlab", "nbformat", "nbgrader", "sqlalchemy", "traitlets"]
    done = run(
        f"import sys; sys.modules.update(dict.fromkeys({missing})); sys.path.insert(0, 'docs')\n"
        "import autograder.bundle.page, autograder.bundle.class_page, autograder.commands.site, generator.wrong_code"
    )
    assert done.returncode == 0, done.stderr
