"""Every notebook, executed as a learner would: finished, not yet begun, and fetched without the parts before."""

import pytest

pytest.importorskip("nbclient", reason="the notebooks need the extra `notebooks`")

from helpers.notebooks import errors, lay_out, points, run, text_of  # noqa: E402

from autograder.course import EXERCISES, SOLUTIONS, part, parts  # noqa: E402

EVERY = [pytest.param(part, id=part.name) for part in parts()]
TRAINS = ("part07",)  # it takes 45 s of CPU with the solutions; all the others together take 90 s, stubs included
FINISHED = [pytest.param(p, id=p.name, marks=[pytest.mark.slow] * (p.name in TRAINS)) for p in parts()]


def exploring(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code" and "lesson.exploring()" in cell.source]


@pytest.mark.gate
@pytest.mark.parametrize("part", FINISHED)
def test_with_the_solutions_every_cell_runs_and_every_check_gives_its_points(part, tmp_path):
    notebook = run(lay_out(part, tmp_path, SOLUTIONS))
    assert errors(notebook) == []
    found = points(notebook)
    assert len(found) == sum(bool(task.defines) for task in part.tasks)
    assert {name: float(got) for name, (got, _) in found.items()} == {name: worth for name, (_, worth) in found.items()}
    silent = [cell.id for cell in exploring(notebook) if not text_of(cell)]
    unfinished = [cell.id for cell in exploring(notebook) if "run this cell again" in text_of(cell)]
    assert silent == [] and unfinished == []


@pytest.mark.gate
@pytest.mark.parametrize("part", EVERY)
def test_with_the_stubs_every_cell_says_what_is_missing_and_every_check_gives_0(part, tmp_path):
    notebook = run(lay_out(part, tmp_path, EXERCISES))
    assert errors(notebook) == []
    assert {got for got, _ in points(notebook).values()} == {"0.0"}
    assert [cell.id for cell in exploring(notebook) if not text_of(cell)] == []
    assert any("is not written yet" in text_of(cell) for cell in exploring(notebook))


def test_part_5_fetched_alone_says_which_parts_are_missing_and_what_to_do(tmp_path):
    notebook = run(lay_out(part(5), tmp_path))
    assert errors(notebook) == []
    start = next(text_of(cell) for cell in notebook.cells if "start(5)" in cell.source)
    for name in part(5).needs:
        assert f"{name}.py  not found. Put the folder of its part next to this folder" in start
    assert f"part05_gpt.py  from {(tmp_path / 'part05').resolve()}" in start
    assert all(
        ".py is missing. Put the folder of its part" in text_of(cell) or "not written yet" in text_of(cell)
        for cell in exploring(notebook)
        if "from part" in cell.source  # others draw pictures of given numbers
    )
    assert {got for got, _ in points(notebook).values()} == {"0.0"}


def test_a_wrong_solution_loses_points_in_its_own_cell_and_the_notebook_goes_on(tmp_path):
    home = lay_out(part(3), tmp_path, SOLUTIONS)
    text = (home / "part03_layers.py").read_text(encoding="utf-8")
    assert text.count("e / total for e in exps") == 1
    (home / "part03_layers.py").write_text(text.replace("e / total for e in exps", "e for e in exps"), encoding="utf-8")
    notebook = run(home)
    assert errors(notebook) == []
    found = {name: float(got) for name, (got, _) in points(notebook).items()}
    assert found["check-3-1"] == 2.0 and found["check-3-3"] == 4.0 and found["check-3-2"] < 4.0
    shown = next(text_of(cell) for cell in notebook.cells if cell.id == "part03-check-3-2")
    assert "First to fix: softmax divides each exp by their sum" in shown and "Returned:" in shown
