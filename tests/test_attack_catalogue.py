"""The page of known ways to cheat a grader: each class names a test that exists, or says why it does not apply."""

import ast
import re

import pytest
from helpers.attacks import EXPECTED, PART, STUB

from autograder.course import ROOT
from autograder.grading.grade import grade
from autograder.sandbox import Tier

PAGE = (ROOT / "docs" / "instructor" / "attacks.md").read_text(encoding="utf-8")
SECTIONS = {
    title: [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|") and not line.startswith(("| class |", "|---"))
    ]
    for title, text in re.findall(r"(?ms)^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE)
}
ROWS = [(title, row) for title, rows in SECTIONS.items() for row in rows]


def test_each_list_has_all_classes_that_we_could_read():
    assert [len(rows) for rows in SECTIONS.values()] == [8, 15, 8, 4, 0]
    assert all(len({row[0] for row in rows}) == len(rows) for rows in SECTIONS.values())


@pytest.mark.parametrize(("title", "row"), ROWS, ids=[row[0] for _, row in ROWS])
def test_each_class_has_a_test_or_says_why_it_does_not_apply(title, row):
    _name, tests, verdict = row
    named = re.findall(r"`test_\w+`|\*\w+\*", tests)
    if verdict.startswith("does not apply: "):
        assert not named and len(verdict) > 40
    else:
        assert named and verdict.startswith("stopped")


def test_each_attack_and_test_that_the_page_names_exists():
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    tests = re.findall(r"`(test_\w+)`", PAGE)
    attacks = [name for _, row in ROWS for name in re.findall(r"\*([a-z_]+)\*", row[1])]
    assert set(tests) <= set(re.findall(r"(?m)^def (test_\w+)", sources))
    assert set(attacks) <= set(EXPECTED) and len(set(attacks)) > 25


# What runs code on purpose: in the sandbox (a learner's module, its probes, a notebook), in the learner's own debugger
# or lab, or code of the course (the tutorial, the students' zip).
RUNS_CODE = re.compile(
    r"sandbox/worker\.py|parts/part\d\d/probes\.py|classroom/notebook_probes\.py|notebooks/tutorial\.py|"
    r"learner/(debug|lab)_child\.py|bundle/students_zip\.py"
)
FORBIDDEN = {"eval", "exec", "pickle", "shelve", "dill", "runpy"}


def names_that_run_text(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
            yield node.func.id
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("marshal.loads", "marshal.load"):
            yield "marshal"  # writing it, as for the worker's own code, does no harm
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from (name for name in names if name.split(".")[0] in FORBIDDEN)
        if isinstance(node, ast.keyword) and node.arg == "shell" and getattr(node.value, "value", None) is True:
            yield "shell=True"


def test_the_grader_never_runs_text_from_a_learner_in_its_own_process():
    package = ROOT / "autograder"
    found = {}
    for path in package.rglob("*.py"):
        place = path.relative_to(package).as_posix()
        text = path.read_text(encoding="utf-8")
        if RUNS_CODE.fullmatch(place) or not any(word in text for word in (*FORBIDDEN, "marshal", "shell")):
            continue
        if names := set(names_that_run_text(ast.parse(text))):
            found[place] = names
    assert found == {}
    assert set(names_that_run_text(ast.parse("import pickle\neval('1')\nrun(x, shell=True)"))) == {
        "pickle", "eval", "shell=True"
    }  # fmt: skip


EVERYTHING_PASSES = """
import pytest
print("GAINED a test of the learner's own was loaded", flush=True)

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    report.outcome, report.longrepr = "passed", None
"""


def test_what_arrives_beside_the_module_is_never_a_test():
    own_tests = "def test_everything():\n    pass\n"
    files = {PART.file_name: STUB, "conftest.py": EVERYTHING_PASSES, "pytest.ini": "[pytest]\naddopts = -p conftest\n"}
    files |= dict.fromkeys(("test_public.py", "test_hidden.py"), EVERYTHING_PASSES + own_tests)
    report = grade({name: text.encode("utf-8") for name, text in files.items()}, PART, tier=Tier.LOCAL)
    assert report.earned == 0 and "GAINED" not in report.printed
