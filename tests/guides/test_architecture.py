"""The picture of the architecture is that of the imports, and no rooms import each other in a circle."""

import re
import sys
import xml.etree.ElementTree

import pytest

from autograder.course import ROOT

sys.path.insert(0, str(ROOT / "docs"))

from generator import architecture


def test_the_picture_and_the_table_are_those_of_the_imports():
    again = "It is stale: run python docs/generator/architecture.py"
    assert architecture.PICTURE.read_text(encoding="utf-8") == architecture.picture(), again
    text = architecture.PAGE.read_text(encoding="utf-8")
    assert text == architecture.page(text), again


@pytest.fixture
def code(tmp_path):
    """A small package: cli imports grading, grading imports course within a function."""
    for name, text in {
        "cli": "from autograder.grading.report import Report\n",
        "grading/report": "def report():\n    from autograder import course\n    return course\n",
        "course": "import json\n",
        "parts/part01/probes": "from autograder.cli import app\n",
    }.items():
        file = tmp_path / "autograder" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "autograder"


def test_imports_are_read_from_the_source(code):
    found = architecture.imports(code)
    assert (found.early, found.late) == ({"cli": {"grading"}}, {"grading": {"course"}})


def test_a_module_without_a_room_is_named(code):
    (code / "attic.py").write_text("import autograder.course\n", encoding="utf-8")
    with pytest.raises(ValueError, match="autograder/attic has no room"):
        architecture.imports(code)


def test_a_circle_is_named():
    with pytest.raises(ValueError, match="cli -> course -> cli"):
        architecture.levels({"cli": {"course"}, "course": {"cli"}})


def test_rooms_stand_above_what_they_import():
    down, _ = architecture.arrows(architecture.imports())
    floors = architecture.floors_of(down)
    assert all(floors[a] > floors[b] for a, b in down)
    assert floors["cli"] > floors["learner"] > floors["grading"] > floors["sandbox"]


def test_an_arrow_that_a_longer_way_says_is_left_out():
    down, up = architecture.arrows(architecture.Imports({"cli": {"grading", "course"}, "grading": {"course"}}, {}))
    assert up == set()
    assert architecture.shortened(down) == {("cli", "grading"), ("grading", "course")}


def test_an_import_within_a_function_goes_up_only_where_it_would_close_a_circle():
    found = architecture.Imports({"learner": {"check"}}, {"check": {"learner"}, "training": {"learner"}})
    down, up = architecture.arrows(found)
    assert (down, up) == ({("learner", "check"), ("training", "learner")}, {("check", "learner")})


def test_the_picture_can_be_read_aloud_and_boxes_do_not_overlap():
    root = xml.etree.ElementTree.fromstring(architecture.picture())
    svg = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img" and "cli" in root.find(f"{svg}title").text
    boxes = [tuple(float(box.get(name)) for name in ("x", "y", "width", "height")) for box in root.iter(f"{svg}rect")]
    assert len(boxes) == len(architecture.ROOMS)
    for i, (x, y, width, height) in enumerate(boxes):
        assert 0 <= x and x + width <= architecture.WIDTH
        for other_x, other_y, _, _ in boxes[i + 1 :]:
            assert abs(other_x - x) >= width or abs(other_y - y) >= height


def test_no_room_is_left_out_of_the_table():
    assert set(re.findall(r"^\| `(\w+)` \|", architecture.table(), flags=re.M)) == set(architecture.ROOMS)
