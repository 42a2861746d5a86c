"""Notebooks are run only when asked for, in the sandbox, and nothing in them changes a grade or stops the batch."""

from __future__ import annotations

import json
import shutil

import pytest
from helpers.submissions import PART, SOLUTION, answered, by_checks, feedback, hand_in

from autograder.class_folder.folder import ClassFolder
from autograder.classroom import notebook_run
from autograder.classroom.autograde import grade_class
from autograder.classroom.notebook_run import run_cells
from autograder.sandbox import Limits

SHORT = Limits(cpu_seconds=2, call_seconds=2.0, total_seconds=3.0, reply_bytes=256 * 1024)


def run(strict, *sources, module=SOLUTION):
    return list(run_cells(sources, {PART.file_name: module.encode("utf-8")}, PART, strict))


def test_cells_share_names_print_and_give_the_value_of_their_last_line(strict):
    assert run(strict, "x = 3\nprint('three')", "x + 1", "None") == [("three\n", ""), ("", "4"), ("", "")]


def test_a_notebook_finds_its_module_its_tools_and_its_folder(strict):
    ((printed, value),) = run(
        strict,
        "from notebook_tools import start\nlesson = start(9)\nimport part09_understanding as own\nown.perplexity(0)",
    )
    assert "part09_understanding.py  from" in printed and value == "1.0"


def test_an_error_is_reported_and_the_next_cell_runs(strict):
    assert run(strict, "1 / 0", "raise SystemExit", "def f(:", "2") == [
        ("ZeroDivisionError: division by zero\n", ""),
        ("SystemExit: \n", ""),
        ("SyntaxError: invalid syntax (<unknown>, line 1)\n", ""),
        ("", "2"),
    ]


def test_a_picture_is_not_drawn_and_the_reason_is_reported(strict):
    ((printed, _),) = run(strict, "import matplotlib.pyplot")
    assert printed.startswith("ImportError: the grader runs notebooks without pictures")


@pytest.mark.parametrize("ends", ["while True: pass", "import os; os._exit(0)", "import ctypes; ctypes.string_at(0)"])
def test_a_cell_that_ends_the_run_ends_nothing_else(strict, monkeypatch, ends):
    monkeypatch.setattr(notebook_run, "NOTEBOOK", SHORT)
    first, second, third = run(strict, "print(1)", ends, "print(3)")
    assert first == ("1\n", "")
    assert second[0].startswith("The run ended here")
    assert third == ("Not run, since a cell above ended the run.\n", "")


def test_half_a_gigabyte_of_output_is_cut(strict):
    ((printed, value),) = run(strict, "for _ in range(500):\n    print('x' * 1_000_000)\n'y' * 10**8")
    assert len(printed) <= 20_000 and len(value) <= 20_000


def test_there_are_no_network_no_files_of_others_and_no_processes(strict, tmp_path):
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    told = run(
        strict,
        "import socket\nsocket.create_connection(('127.0.0.1', 80), 1)",
        f"open({str(tmp_path / 'secret.txt')!r}).read()",
        "open('written', 'w')",
        "import os\nos.fork()",
    )
    assert all(("Error" in printed) and not value for printed, value in told), told


def test_a_notebook_is_run_only_when_asked_for(strict, tmp_path, empty_gradebook):
    shutil.copy(empty_gradebook, tmp_path)
    folder, notebook = ClassFolder(tmp_path), answered()
    added = {"cell_type": "code", "id": "mine", "metadata": {}, "source": "print(6 * 7)\n'<b>x</b>'", "outputs": []}
    notebook["cells"].append({**added, "execution_count": None})
    hand_in(folder, "ada", SOLUTION, notebook)

    def outputs(**options):
        (outcome,) = grade_class(folder, PART, ["ada"], strict, **options)
        assert outcome.failure == "" and by_checks(folder, "ada") == 10
        path = folder.autograded / "ada" / PART.name / f"{PART.name}.ipynb"
        return json.loads(path.read_text(encoding="utf-8"))["cells"][-1]["outputs"]

    lesson_prints = "3.296 nats"  # a cell of the lesson that nobody changed
    assert outputs() == []
    assert lesson_prints not in feedback(folder, "ada")
    printed, value = outputs(run_notebooks=True)
    assert "".join(printed["text"]) == "42\n" and "".join(value["data"]["text/plain"]) == "'<b>x</b>'"
    for_formgrader = (folder.autograded / "ada" / PART.name / f"{PART.name}.ipynb").read_text(encoding="utf-8")
    assert lesson_prints in for_formgrader
    assert "<b>x</b>" not in feedback(folder, "ada")
