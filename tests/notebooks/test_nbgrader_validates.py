"""`nbgrader validate`, which students have as a button in JupyterLab, says what the checks say."""

import pytest

pytest.importorskip("nbgrader", reason="nbgrader needs Python 3.11")

from helpers.notebooks import lay_out
from traitlets.config import Config

from autograder.course import EXERCISES, ROOT, SOLUTIONS, part

PART = part(0)


@pytest.mark.parametrize(("modules", "fails"), [(SOLUTIONS, []), (EXERCISES, ["0.1", "0.2"])], ids=["done", "stubs"])
def test_it_passes_with_the_solutions_and_names_every_check_with_the_stubs(modules, fails, tmp_path, monkeypatch):
    from nbgrader.validator import Validator

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    home = lay_out(PART, tmp_path, modules)
    monkeypatch.chdir(home)
    found = Validator(config=Config()).validate(str(home / f"{PART.name}.ipynb"))
    failed = [each["source"] for each in found.get("failed", [])]
    assert failed == [f'lesson.check("{task}")' for task in fails]
    assert "changed" not in found and "type_changed" not in found
