"""Recording a part's checks takes minutes, so the students' zip and the page share what is recorded."""

import json
import shutil

import pytest
from helpers.bundle import few_mistakes

from autograder import course
from autograder.bundle import recordings
from autograder.bundle.page import extent
from autograder.bundle.recording import Extent, record
from autograder.course import part
from autograder.grading.misconceptions import misconceptions


@pytest.fixture
def made(tmp_path, monkeypatch):
    """The parts that were recorded so far."""
    parts = []

    def record(of, extent):
        parts.append(of.number)
        return {"checks.json": b"{}"}

    monkeypatch.setattr(recordings, "record", record)
    monkeypatch.setattr(recordings, "RECORDINGS", tmp_path)
    return parts


def test_zip_and_page_share_a_recording_where_the_page_makes_no_call_smaller(made):
    assert recordings.recorded(part(0)) == recordings.recorded(part(0), extent(part(0))) == {"checks.json": b"{}"}
    assert made == [0]
    for number in (1, 7):
        for wanted in (recordings.USUAL, extent(part(number)), extent(part(number))):
            recordings.recorded(part(number), wanted)
    assert made == [0, 1, 1, 7, 7], "part 1 has a call that is smaller in the page, part 7 fewer inputs"
    recordings.recorded(part(0), extent(part(0), hidden=True))
    assert made == [0, 1, 1, 7, 7, 0], "hidden checks are recorded on their own"


def test_a_recorded_mistake_has_what_its_line_holds_and_not_the_edit(tmp_path):
    of = part(6)
    (mistake,) = (each for each in misconceptions(of) if each.shows)
    with few_mistakes(tmp_path, lambda of: [mistake]):
        files = record(of, Extent(seeds=(1,)))
    (kept,) = json.loads(files["mistakes.json"])["mistakes"]
    assert kept["shows"] == mistake.shows and kept.keys() == {"id", "task", "says", "function", "shows"}


def test_a_part_is_recorded_again_when_its_suite_or_the_reference_changes(made, tmp_path, monkeypatch):
    shutil.copytree(part(0).suite, tmp_path / "suites" / part(0).name)
    monkeypatch.setattr(course, "SUITES", tmp_path / "suites")
    recordings.recorded(part(0))
    recordings.recorded(part(0))
    assert made == [0]
    with open(part(0).suite / "probes.py", "a", encoding="utf-8") as file:
        file.write("# changed\n")
    recordings.recorded(part(0))
    assert made == [0, 0]
    (tmp_path / "solutions").mkdir()
    monkeypatch.setattr(recordings, "FOLDERS", (tmp_path / "solutions", *recordings.FOLDERS[1:]))
    recordings.recorded(part(0))
    assert made == [0, 0, 0]
