"""`make versions`: it finds interpreters, says which are missing, and reports each difference."""

import os
import re
import sys

import every_python
import pytest
from every_python import VERSIONS

from autograder.command_table import table
from autograder.course import ROOT

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
RIGHT = {
    "part 3, solution": [["a", "passed", 2.0, None], ["b", "manual", 0.0, None]],
    "part 3, stub": [["a", "todo", 0.0, None], ["b", "manual", 0.0, None]],
}


def test_what_is_wrong_is_said_by_part_and_check():
    assert every_python.problems(RIGHT, RIGHT) == []
    lost = RIGHT | {"part 3, solution": [["a", "failed", 0.0, "sign"], ["b", "manual", 0.0, None]]}
    assert every_python.problems(lost, RIGHT) == [
        "part 3, solution: a is failed",
        "part 3, solution: ['a', 'failed', 0.0, 'sign'] differs from ['a', 'passed', 2.0, None]",
    ]
    lucky = {"part 3, stub": [["a", "passed", 2.0, None]]}
    assert every_python.problems(lucky, lucky) == ["part 3, stub: a earns 2"]
    fewer = {**RIGHT, "part 3, stub": RIGHT["part 3, stub"][:1]}
    assert every_python.problems(fewer, RIGHT) == ["part 3, stub: no check differs from ['b', 'manual', 0.0, None]"]
    assert every_python.problems({}, RIGHT) == ["part 3, solution is missing", "part 3, stub is missing"]
    fewer = RIGHT | {"part 3, stub": RIGHT["part 3, stub"][:1]}
    assert every_python.problems(fewer, RIGHT) == ["part 3, stub: no check differs from ['b', 'manual', 0.0, None]"]


@pytest.mark.skipif(os.name == "nt", reason="A script is not a program on Windows.")
def test_only_interpreters_that_run_are_found(tmp_path, monkeypatch):
    dead, alive = [version for version in VERSIONS if version != HERE][:2]
    for version, line in ((dead, "exit 127"), (alive, f"echo {alive}")):
        script = tmp_path / f"python{version}"
        script.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert every_python.interpreters() == {HERE: sys.executable, alive: str(tmp_path / f"python{alive}")}


def test_a_difference_fails_and_missing_versions_are_named(monkeypatch, capsys):
    oldest, newest = VERSIONS[0], VERSIONS[-1]
    monkeypatch.setattr(every_python, "interpreters", lambda: {oldest: "old", newest: "new"})
    monkeypatch.setattr(every_python, "environment", lambda version, interpreter: interpreter)
    monkeypatch.setattr(every_python, "verdicts_of", lambda python: RIGHT)
    monkeypatch.setattr(sys, "argv", ["every_python.py", "--only", "oldest", "newest"])
    assert every_python.main() == 0
    said = capsys.readouterr().out
    assert f"Python {newest}: 2 verdicts as they must be" in said
    assert f"Not found on this machine: Python {', '.join(VERSIONS[1:-1])}." in said
    monkeypatch.setattr(every_python, "verdicts_of", lambda python: {} if python == "new" else RIGHT)
    assert every_python.main() == 1 and "part 3, stub is missing" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["every_python.py", "--only", VERSIONS[1]])
    assert every_python.main() == 1 and f"Python {VERSIONS[1]}: not found" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["every_python.py", "--only", "3.9"])
    with pytest.raises(SystemExit, match="2"):
        every_python.main()


def test_the_workflow_and_the_classifiers_have_the_same_versions():
    workflow = (ROOT / ".github" / "workflows" / "python_versions.yml").read_text(encoding="utf-8")
    assert re.findall(r'"(3\.\d+)"', workflow) == VERSIONS
    assert all(f"{system}-latest" in workflow for system in ("ubuntu", "macos", "windows"))
    commands = re.findall(r"run: python -m autograder (\w+)", workflow)
    names = {command.name for group in table.TABLE.values() for command in group}
    assert commands and set(commands) <= names
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.findall(r"Python :: (3\.\d+)", project) == VERSIONS and f'">={VERSIONS[0]}"' in project
