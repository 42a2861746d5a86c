"""The one file of tools that is released with a notebook: it says and does what the package notebook_tools does."""

import ast
import inspect
import shutil
import subprocess
import sys

import pytest

from autograder.notebooks.lesson_notebooks import TOOLS
from autograder.notebooks.tools_file import tools_file

MODULES = sorted(path.stem for path in TOOLS.glob("*.py") if path.stem != "__init__")


def statements(body: list[ast.stmt]) -> list[str]:
    """Statements as text that indentation doesn't change; without imports and the list of parts."""
    body = [node for node in body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    body = [node for node in body if not ast.unparse(node).startswith("COURSE = ")]
    for node in (child for statement in body for child in ast.walk(statement)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = inspect.cleandoc(node.value.value)
    return [ast.dump(node) for node in body]


@pytest.fixture
def beside(tmp_path):
    """Runs code in a folder that holds the one file, where nothing of the course can be imported."""
    (tmp_path / "notebook_tools.py").write_bytes(tools_file())

    def run(code: str, *options: str) -> str:
        command = [sys.executable, *options, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{code}"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_each_module_of_the_package_is_in_the_file_statement_by_statement():
    sections = {node.name: node.body for node in ast.parse(tools_file()).body if isinstance(node, ast.FunctionDef)}
    assert sorted(sections) == sorted([*(f"_{name}" for name in MODULES), "__getattr__"])
    for name in MODULES:
        module = ast.parse((TOOLS / f"{name}.py").read_text(encoding="utf-8"))
        assert statements(sections[f"_{name}"][:-1]) == statements(module.body), name


def test_each_module_can_be_imported_from_the_file_and_defines_the_same_names(beside):
    names = beside(
        f"for name in {MODULES}:\n    exec(f'from notebook_tools import {{name}}')\n"
        "    print(name, *sorted(n for n, v in vars(eval(name)).items() if hasattr(v, '__code__')))"
    )
    for line in names.splitlines():
        name, *functions = line.split()
        tree = ast.parse((TOOLS / f"{name}.py").read_text(encoding="utf-8"))
        assert functions == sorted(node.name for node in tree.body if isinstance(node, ast.FunctionDef)), name


def test_a_lesson_starts_from_the_file_with_the_standard_library_alone_and_knows_the_parts(beside):
    said = beside(
        "import notebook_tools; lesson = notebook_tools.start(5)\n"
        "assert isinstance(lesson, notebook_tools.Lesson)\n"
        "with lesson.exploring(): import part05_gpt",
        "-S",
    )
    assert said.startswith("Part 5, The GPT. You write part05_gpt.py")
    assert "part05_gpt.py is missing." in said


def test_a_sentence_that_the_tools_raise_is_shown_as_it_is(beside):
    said = beside(
        "from notebook_tools import start; lesson = start(2)\nwith lesson.exploring(): lesson.data('names.txt')", "-S"
    )
    assert said.endswith("names.txt is not next to this notebook: download it again from where you got the notebook.\n")


def test_a_name_that_the_tools_lack_is_an_import_error(beside):
    said = beside("try:\n    from notebook_tools import pictures\nexcept ImportError as error: print(error)", "-S")
    assert said.startswith("cannot import name 'pictures' from 'notebook_tools'")


def test_the_list_of_parts_must_be_read_in_one_place(tmp_path):
    shutil.copytree(TOOLS, tmp_path / "tools")
    (tmp_path / "tools" / "finding.py").write_text("COURSE = {}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="must read the list of parts once"):
        tools_file(tmp_path / "tools")
