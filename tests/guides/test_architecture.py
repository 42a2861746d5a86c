"""The layers of the package hold, and their picture is that of the contract."""

import ast
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree
from collections import Counter

import pytest
from generator import architecture

from autograder.commands.development import IMPORT_LINTER
from autograder.course import ROOT

# Each part's suite and each experiment has a folder of its own, whose name tells its files apart.
PACKAGE = [path for path in ROOT.glob("autograder/**/*.py") if path.parts[-3] != "parts"]
SUITES_MAY_IMPORT = (
    "autograder.grading.",
    "autograder.parts.",
    "autograder.model",
    "autograder.course import ROOT",
    "autograder import model",
)


def lint_imports(folder):
    pytest.importorskip("importlinter", reason="Import Linter requires Python 3.11.")
    command = [sys.executable, "-c", IMPORT_LINTER]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")


def test_no_module_imports_a_layer_above_it_and_none_import_each_other():
    result = lint_imports(ROOT)
    assert result.returncode == 0 and "Contracts: 2 kept, 0 broken." in result.stdout, result.stdout


@pytest.mark.parametrize(
    ("module", "imported", "broken"),
    [
        ("grading/report", "autograder.render.terminal", "A layer imports only layers below it BROKEN"),
        ("grading/compare", "autograder.grading.checks", "Modules import each other in one direction only BROKEN"),
        ("attic", "autograder.course", "attic"),
    ],
)
def test_an_import_that_goes_up_or_round_or_a_module_without_a_layer_is_named(tmp_path, module, imported, broken):
    for path in ROOT.glob("autograder/**/*.py"):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    with open(tmp_path / "autograder" / f"{module}.py", "a", encoding="utf-8") as file:
        file.write(f"\nimport {imported}\n")
    result = lint_imports(tmp_path)
    assert result.returncode != 0 and broken in result.stdout


def test_no_code_in_the_package_is_unused_and_a_function_that_nobody_calls_is_reported(tmp_path):
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    shutil.copytree(ROOT / "autograder", tmp_path / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    with open(tmp_path / "autograder" / "course.py", "a", encoding="utf-8") as file:
        file.write("\ndef nobody_calls_this(): ...\n")
    command = [sys.executable, "-m", "vulture"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    (line,) = result.stdout.splitlines()
    assert "unused function 'nobody_calls_this'" in line and result.returncode == 3, result.stderr


def test_suites_import_only_the_grading_and_the_model():
    for path in ROOT.glob("autograder/parts/*/*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.match(r"\s*(from|import) autograder", line):
                assert any(allowed in line for allowed in SUITES_MAY_IMPORT), f"{path}: {line}"


def test_a_class_name_means_one_thing_in_the_package():
    defined = Counter(
        node.name
        for path in PACKAGE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert len(defined) > 100
    assert [name for name, times in defined.items() if times > 1] == []


def test_a_file_name_tells_modules_apart_except_for_commands_and_what_the_zip_replaces():
    """commands/grade.py has the command of grading/grade.py; student/cli.py replaces cli.py in the students' zip."""
    names = Counter(path.name for path in PACKAGE if path.parent.name not in ("commands", "student"))
    del names["__init__.py"]
    assert len(names) > 100
    assert [name for name, times in names.items() if times > 1] == []


def test_the_picture_and_the_table_are_those_of_the_contract():
    again = "It is stale: run python docs/generator/architecture.py"
    assert architecture.PICTURE.read_text(encoding="utf-8") == architecture.picture(), again
    text = architecture.PAGE.read_text(encoding="utf-8")
    assert text == architecture.page(text), again


def test_every_module_has_a_purpose_in_one_sentence():
    for row in architecture.layers():
        for name in row:
            assert 10 < len(architecture.purpose(name)) < 130, f"{name}: {architecture.purpose(name)!r}"


def test_a_lane_that_no_layer_begins_is_named(monkeypatch):
    monkeypatch.setitem(architecture.LANES, "attic", "What is kept")
    with pytest.raises(ValueError, match="What is kept"):
        architecture.lanes()


def test_the_picture_can_be_read_aloud_and_boxes_do_not_overlap():
    root = xml.etree.ElementTree.fromstring(architecture.picture())
    svg = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img" and "grading" in root.find(f"{svg}title").text
    boxes = [box for box in root.iter(f"{svg}rect") if box.get("class") == "box"]
    boxes = [tuple(float(box.get(name)) for name in ("x", "y", "width", "height")) for box in boxes]
    assert len(boxes) == sum(map(len, architecture.layers()))
    for i, (x, y, width, height) in enumerate(boxes):
        assert 0 <= x and x + width <= architecture.WIDTH
        for other_x, other_y, _, _ in boxes[i + 1 :]:
            assert abs(other_x - x) >= width or abs(other_y - y) >= height
