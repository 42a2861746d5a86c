"""solutions/microgpt_tutorial.ipynb: up to date, one text, the reference's code, no checks and no sample answers."""

from __future__ import annotations

import ast
import json
import re

import pytest

from autograder.course import SOLUTIONS, parts
from autograder.errors import Failure
from autograder.files import write_atomically
from autograder.notebooks import tutorial
from autograder.notebooks.lesson_notebooks import notebook_text, read_notebook
from autograder.notebooks.tutorial import TUTORIAL, build, pieces, stale


@pytest.fixture(scope="module")
def built() -> dict:
    return read_notebook(TUTORIAL)


def test_the_tutorial_is_what_its_sources_give():
    assert stale() == ""


@pytest.mark.parametrize("what", ["source", "cells", "metadata"])
def test_a_tutorial_that_is_not_up_to_date_is_named(built, tmp_path, what):
    old = json.loads(json.dumps(built))
    if what == "source":
        old["cells"][5]["source"] += " "
    elif what == "cells":
        old["cells"].pop()
    else:
        old["metadata"]["built_from"] = "0" * 64
    path = tmp_path / "old.ipynb"
    write_atomically(path, notebook_text(old).encode("utf-8"))
    assert "is out of date" in stale(path)
    assert "can't be read" in stale(tmp_path / "none.ipynb")


def test_every_cell_ran_and_none_shows_an_error(built):
    code = [cell for cell in built["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    # Nor one of the sentences that notebooks have instead of a traceback.
    assert not re.search(r"not written yet|Error: |Traceback", json.dumps(outputs))


def test_it_has_the_pictures_with_a_text_for_those_who_cannot_see_them(built):
    pages = [
        "".join(o["data"]["text/html"])
        for c in built["cells"]
        for o in c.get("outputs", [])
        if "data" in o and "text/html" in o["data"]
    ]
    pictures = [page for page in pages if "<img" in page]
    assert len(pictures) >= 15
    assert all(re.search(r'alt="[^"]{20,}', page) for page in pictures)


def test_it_is_smaller_than_two_megabytes():
    assert TUTORIAL.stat().st_size < 2_000_000


def test_it_has_no_checks_and_no_sample_answers(built):
    text = "\n".join(cell["source"] for cell in built["cells"])
    for words in (
        "lesson.",
        "BEGIN SOLUTION",
        "For graders",
        "Write in the cell below",
        "instructor reads your answer",
        "full answer",
    ):
        assert words not in text, words
    assert text.count("To think about: ") == 3
    assert text.count("larger than the differences between seeds") == 1  # the question itself is there


def test_it_holds_the_whole_reference_without_the_marks(built):
    for part in parts():
        shown = [
            c["source"].partition("\n") for c in built["cells"] if c["source"].startswith(f"%%module {part.module}\n")
        ]
        reference = ast.parse((SOLUTIONS / part.file_name).read_text(encoding="utf-8"))
        assert ast.dump(ast.parse("\n".join(rest for _, _, rest in shown))) == ast.dump(reference), part.module
        assert len(shown) == len(pieces(part))


def test_no_id_stands_for_two_cells_and_the_parts_come_in_order(built):
    ids = [cell["id"] for cell in built["cells"]]
    assert len(set(ids)) == len(ids)
    titles = re.findall(
        r"^# Part (\d+)", "\n".join(c["source"] for c in built["cells"] if c["cell_type"] == "markdown"), re.M
    )
    assert titles == [str(part.number) for part in parts()]


def test_a_task_without_its_section_is_named(monkeypatch):
    def without_section(path):
        notebook = read_notebook(path)
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "part03-explore-3-2"]
        return notebook

    monkeypatch.setattr(tutorial, "read_notebook", without_section)
    with pytest.raises(Failure, match="part03-explore-... for task 3.2"):
        build()


def test_a_cell_that_fails_leaves_the_old_one(tmp_path, monkeypatch):
    broken = build()
    broken["cells"] = [{**broken["cells"][1], "source": "1 / 0"}]
    monkeypatch.setattr(tutorial, "build", lambda: broken)
    path = tmp_path / "tutorial.ipynb"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(Failure, match="ZeroDivisionError"):
        tutorial.write_tutorial(path)
    assert path.read_text(encoding="utf-8") == "old"
