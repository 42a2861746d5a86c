"""A learner's own copies of the notebooks, and JupyterLab on them."""

import errno
import json
import os
import runpy
import shutil
import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import EXERCISES, ROOT, part
from autograder.errors import Failure
from autograder.learner import last_results
from autograder.notebooks import side_by_side
from autograder.notebooks.side_by_side import NOTEBOOKS, RELEASE, own_copy

nbformat = pytest.importorskip("nbformat", reason="notebooks need the extra `notebooks`")
nbclient = pytest.importorskip("nbclient", reason="notebooks need the extra `notebooks`")


def test_the_copy_is_the_released_notebook_and_what_is_there_stays(tmp_path):
    copy = own_copy(part(9), tmp_path)
    assert copy.read_bytes() == (RELEASE / "part09" / "part09.ipynb").read_bytes()
    assert "rubric" not in copy.read_text(encoding="utf-8").lower()
    copy.write_text("my notes", encoding="utf-8")
    assert own_copy(part(9), tmp_path).read_text(encoding="utf-8") == "my notes"


def test_a_folder_in_place_of_a_copy_is_reported(tmp_path):
    (tmp_path / "part09" / "part09.ipynb").mkdir(parents=True)
    with pytest.raises(Failure, match=r"part09\.ipynb is a folder, but it must be a file\. Move it"):
        own_copy(part(9), tmp_path)


def test_a_copy_finds_the_modules_in_exercises_and_the_shared_tools(tmp_path):
    course = tmp_path / "course"
    for folder in (EXERCISES, ROOT / "notebook_tools"):
        shutil.copytree(folder, course / folder.name)
    copy = own_copy(part(3), course / NOTEBOOKS.name)
    notebook = nbformat.read(copy, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id == "part03-start"]
    nbclient.NotebookClient(notebook, resources={"metadata": {"path": str(copy.parent)}}).execute()
    said = "".join(output.text for output in notebook.cells[0].outputs)
    assert f"part03_layers.py  from {course / 'exercises'}" in said, said


@pytest.mark.timeout(60)
@pytest.mark.skipif(os.name != "posix", reason="ends JupyterLab by a signal")
def test_jupyterlab_serves_them(tmp_path):
    pytest.importorskip("jupyterlab")
    for arrangement in side_by_side.WORKSPACES.glob("part03-*"):
        arrangement.unlink()
    home = {**os.environ, "HOME": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    command = [sys.executable, "-m", "autograder", "notebooks", "3", "--no-browser", "--port=0"]
    lab = subprocess.Popen(
        command, cwd=ROOT, env=home, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True
    )
    try:
        said = []
        for line in lab.stderr:  # it ends when JupyterLab does
            said.append(line)
            if "http://127.0.0.1" in line:
                break
        assert "/lab/workspaces/part03" in said[-1], "".join(said)
        (arrangement,) = side_by_side.WORKSPACES.glob("part03-*")
        assert "exercises/part03_layers.py" in arrangement.read_text(encoding="utf-8")
    finally:
        os.killpg(lab.pid, signal.SIGKILL)
        lab.communicate()


def test_options_of_jupyterlab_need_no_part_before_them(monkeypatch):
    opened = []
    monkeypatch.setattr(side_by_side, "open_jupyterlab", lambda part, options: opened.append((part, options)) or 0)
    monkeypatch.setattr(last_results, "first_unfinished", lambda: part(2))
    for words in (["--allow-root", "--port=0"], ["5", "--no-browser"]):
        assert CliRunner().invoke(app, ["notebooks", *words]).exit_code == 0
    assert opened == [(part(2), ["--allow-root", "--port=0"]), (part(5), ["--no-browser"])]


def test_the_lesson_and_its_stub_are_side_by_side(tmp_path):
    pytest.importorskip("jupyterlab_server")
    side_by_side.save_workspace(part(5), tmp_path)
    (saved,) = tmp_path.iterdir()
    data = json.loads(saved.read_text(encoding="utf-8"))["data"]
    dock = data["layout-restorer:data"]["main"]["dock"]
    shown = [data[widget]["data"]["path"] for area in dock["children"] for widget in area["widgets"]]
    assert dock["orientation"] == "horizontal" and shown == ["notebooks/part05/part05.ipynb", "exercises/part05_gpt.py"]


@pytest.mark.parametrize(
    "error, said",
    [
        (
            OSError(errno.ENOSPC, "No space left"),
            "A file can't be read or written (No space left). Free some disk space",
        ),
        (FileExistsError(errno.EEXIST, "File exists", __file__), f"{__file__} is a file, but must be a folder. Move"),
    ],
)
def test_an_arrangement_that_cannot_be_saved_is_a_sentence(monkeypatch, capsys, error, said):
    pytest.importorskip("jupyterlab")

    def refuse(its_part):
        raise error

    monkeypatch.setattr(side_by_side, "save_workspace", refuse)
    monkeypatch.setattr(sys, "argv", ["jupyterlab_child", "3"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("autograder.notebooks.jupyterlab_child", run_name="__main__")
    assert ended.value.code == 1 and capsys.readouterr().err.startswith(said)


@pytest.mark.skipif(os.name != "posix", reason="there is no root")
@pytest.mark.parametrize("user, given, added", [(0, [], True), (0, ["--allow-root"], False), (1000, [], False)])
def test_root_may_run_it_and_is_told_why(monkeypatch, user, given, added):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    said = " ".join(side_by_side.opening_lines(part(5), given))
    assert ("You are root. JupyterLab refuses to run as root unless" in said) == added
    assert side_by_side.needs_allow_root(given) == added


def test_a_part_that_is_none_is_a_sentence():
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "notebooks", "77"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 2 and "There is no part 77" in done.stderr
