"""The notebooks' sources are clean, problems are reported, and what can be fixed automatically is fixed."""

from __future__ import annotations

import shutil

import pytest
from helpers.submissions import PART, cell

from autograder.course import parts
from autograder.grading.checks import points_by_task
from autograder.notebooks.lesson_notebooks import (
    SOURCE,
    TOOLS,
    findings,
    mend,
    notebook_findings,
    notebook_path,
    notebook_text,
    read_notebook,
)


@pytest.fixture
def source(tmp_path):
    shutil.copytree(SOURCE, tmp_path / "source")
    shutil.copytree(TOOLS, tmp_path / "tools")
    return tmp_path / "source"


def edit(source, change):
    path = notebook_path(PART, source)
    notebook = read_notebook(path)
    change(notebook)
    path.write_text(notebook_text(notebook), encoding="utf-8")


def test_the_sources_are_clean():
    assert findings() == []


def test_source_holds_notebooks_only_so_that_nothing_overwrites_a_learners_module():
    assert {path.suffix for path in SOURCE.rglob("*") if path.is_file()} == {".ipynb"}


def test_every_task_has_one_graded_cell_with_the_points_of_its_checks():
    for part in parts():
        cells = [c["metadata"]["nbgrader"] for c in read_notebook(notebook_path(part))["cells"] if c["metadata"]]
        assert [facts["points"] for facts in cells if "points" in facts] == list(points_by_task(part).values())


OUTPUT = [{"output_type": "stream", "name": "stdout", "text": ["1"]}]
MENDED = {
    "an output": (lambda n: cell(n, "check-9-1").update(outputs=OUTPUT), "it contains outputs"),
    "a count": (lambda n: cell(n, "check-9-1").update(execution_count=3), "it contains outputs"),
    "an editor's remark": (lambda n: n["cells"][0]["metadata"].update(collapsed=True), "an editor's metadata"),
    "other points": (lambda n: cell(n, "check-9-2")["metadata"]["nbgrader"].update(points=5), "in: points"),
    "an id twice": (lambda n: n["cells"][2].update(id=n["cells"][0]["id"]), "an earlier cell has the same id"),
    "no id": (lambda n: n["cells"][2].pop("id"), "its id is missing"),
    "another kernel": (lambda n: n["metadata"]["kernelspec"].update(name="mine"), "the notebook's metadata"),
}
FOR_AUTHORS = {
    "a graded cell twice": (lambda n: n["cells"].append(dict(cell(n, "check-9-1"), id="x")), "its graded cells are"),
    "a task without a cell": (lambda n: n["cells"].remove(cell(n, "check-9-3")), "and must be check-9-1, check-9-2"),
    "a new grade id": (lambda n: cell(n, "check-9-3")["metadata"]["nbgrader"].update(grade_id="x"), "x, check-9-4"),
    "an answer as code": (lambda n: cell(n, "written-9-5").update(cell_type="code"), "must be a markdown cell"),
}


@pytest.mark.parametrize("name", [*MENDED, *FOR_AUTHORS])
def test_it_is_found_and_fixed_where_a_machine_can(source, name):
    change, words = {**MENDED, **FOR_AUTHORS}[name]
    edit(source, change)
    found = notebook_findings(PART, source)
    assert found and words in " ".join(found)
    assert all(finding.startswith(str(notebook_path(PART, source))) for finding in found)
    mend(source, source.parent / "tools")
    assert bool(notebook_findings(PART, source)) == (name in FOR_AUTHORS)


def test_clean_sources_stay_byte_by_byte(source):
    assert mend(source, source.parent / "tools") == []


def test_the_facts_for_the_notebooks_are_those_of_the_course(source):
    tools = source.parent / "tools"
    (tools / "course.json").write_text("{}", encoding="utf-8")
    assert any("course.json" in finding for finding in findings(source, tools))
    assert mend(source, tools) == [tools / "course.json"]
    assert findings(source, tools) == []


@pytest.mark.parametrize("content", [b"", b"[]", b'{"cells": 3}', b"\xff"])
def test_a_file_that_is_no_notebook_is_named(source, content):
    notebook_path(PART, source).write_bytes(content)
    (finding,) = notebook_findings(PART, source)
    assert "is not a notebook" in finding
