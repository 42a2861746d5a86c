"""nbgrader's own exchange carries a part there and back: release, fetch, submit, collect, with a real folder."""

from __future__ import annotations

import datetime
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from helpers.submissions import by_checks
from nbclient import NotebookClient
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import (
    ExchangeCollect,
    ExchangeFetchAssignment,
    ExchangeFetchFeedback,
    ExchangeReleaseAssignment,
    ExchangeReleaseFeedback,
    ExchangeSubmit,
)
from traitlets.config import Config

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.autograde import enter_in_gradebook, grade_class
from autograder.classroom.exchange import time_differences
from autograder.classroom.grades import class_grades
from autograder.classroom.nbgrader_configuration import configure
from autograder.course import SOLUTIONS, part
from autograder.notebooks.release import release

PART = part(5)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="nbgrader's exchange needs Unix permissions.")


class Person:
    """Somebody who uses the exchange: an instructor with the class's folder, or a learner with a home."""

    def __init__(self, home: Path, exchange: Path, name: str = "*") -> None:
        self.home = home
        home.mkdir(exist_ok=True)
        self.config = Config()
        configure(self.config, home)
        self.config.CourseDirectory.assignment_id = PART.name
        self.config.CourseDirectory.student_id = name
        self.config.Exchange.root, self.config.Exchange.cache = str(exchange), str(home / ".cache")
        self.config.Exchange.assignment_dir = str(home)
        self.config.ExchangeCollect.check_owner = False  # here one user is everybody

    def does(self, step: type, **options) -> None:
        """One step of the exchange, as nbgrader's command does it."""
        for key, value in options.items():
            setattr(self.config[step.__name__], key, value)
        directory = CourseDirectory(config=self.config)
        step(coursedir=directory, authenticator=Authenticator(config=self.config), config=self.config).start()


@pytest.fixture(scope="module")
def released(tmp_path_factory, empty_gradebook) -> tuple[Person, Path]:
    """A class whose only part is released to an exchange."""
    exchange = tmp_path_factory.mktemp("exchange")
    exchange.chmod(0o777)
    instructor = Person(tmp_path_factory.mktemp("class"), exchange)
    shutil.copy(empty_gradebook, instructor.home)
    folder = ClassFolder(instructor.home)
    release([PART], folder.release)
    enter_in_gradebook(folder, PART)
    instructor.does(ExchangeReleaseAssignment)
    return instructor, exchange


def test_a_part_goes_to_a_learner_and_comes_back_to_be_graded(released, tmp_path, strict):
    instructor, exchange = released
    ann = Person(tmp_path / "ann", exchange, "ann")
    ann.does(ExchangeFetchAssignment)
    fetched = ann.home / PART.name
    assert {PART.file_name, f"{PART.name}.ipynb", "notebook_tools.py", "weights.py"} <= set(os.listdir(fetched))
    shutil.copy(SOLUTIONS / PART.file_name, fetched)
    ann.does(ExchangeSubmit)
    instructor.does(ExchangeCollect)

    folder = ClassFolder(instructor.home)
    assert folder.learners(PART) == ["ann"]
    collected = folder.submitted / "ann" / PART.name
    assert (collected / PART.file_name).read_bytes() == (SOLUTIONS / PART.file_name).read_bytes()
    assert (collected / "timestamp.txt").read_text(encoding="utf-8").endswith(" UTC")
    (outcome,) = grade_class(folder, PART, ["ann"], strict)
    assert not outcome.failure and by_checks(folder, "ann", PART) == 10
    (learner,) = class_grades(folder).learners
    assert learner.grades["part05"].points == 10 and learner.total == pytest.approx(16)

    instructor.does(ExchangeReleaseFeedback)
    ann.does(ExchangeFetchFeedback)
    (page,) = (fetched / "feedback").glob(f"*/{PART.name}.html")
    assert "10 of 10 points" in page.read_text(encoding="utf-8")


def test_a_part_that_is_fetched_alone_can_be_worked_on(released, tmp_path):
    """The notebook runs from its first cell to its last, without the course around it and without the other parts."""
    _, exchange = released
    ben = Person(tmp_path / "ben", exchange, "ben")
    ben.does(ExchangeFetchAssignment)
    path = ben.home / PART.name / f"{PART.name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    ).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output.output_type == "error"]
    said = "".join(output.get("text", "") for output in outputs if output.output_type == "stream")
    assert f"{PART.file_name}  from {path.parent.resolve()}" in said
    assert "part01_autograd.py  not found. Put the folder of its part next to this folder" in said
    assert "5.1" in said, "the checks, or the tasks that are to do, are named"


def test_work_that_is_submitted_again_comes_when_the_collection_is_updated(released, tmp_path):
    instructor, exchange = released
    cid = Person(tmp_path / "cid", exchange, "cid")
    cid.does(ExchangeFetchAssignment)
    for content in (b"first = 1\n", b"second = 2\n"):
        (cid.home / PART.name / PART.file_name).write_bytes(content)
        cid.does(ExchangeSubmit)
        instructor.does(ExchangeCollect, update=True)
    collected = ClassFolder(instructor.home).submitted / "cid" / PART.name
    assert (collected / PART.file_name).read_bytes() == b"second = 2\n"


# Submission times, which the learner writes


YEARS_AGO = "2020-01-01 12:00:00.000000 UTC"


@pytest.fixture
def submitted(released, tmp_path):
    """A function that submits as somebody, does something to the folder in the exchange, and collects; it returns what
    is said of the time.
    """
    instructor, exchange = released

    def do(learner: str, tamper) -> list[str]:
        person = Person(tmp_path / learner, exchange, learner)
        person.does(ExchangeFetchAssignment)
        person.does(ExchangeSubmit)
        (inbound,) = exchange.glob(f"*/inbound/{learner}+{PART.name}+*")
        tamper(inbound)
        instructor.does(ExchangeCollect)
        folder = ClassFolder(instructor.home)
        return [one for one in time_differences(folder, [PART]) if one.startswith(f"{learner}, ")]

    with open(instructor.home / "nbgrader_config.py", "w", encoding="utf-8") as file:
        file.write(f"c = get_config()\nc.Exchange.root = {str(exchange)!r}\n")
    return do


def backdate(inbound: Path) -> None:
    """As far as the owner of a file can: its text, and the times that it shows."""
    (inbound / "timestamp.txt").write_text(YEARS_AGO, encoding="utf-8")
    for path in (*inbound.iterdir(), inbound):
        os.utime(path, (1_577_880_000, 1_577_880_000))


def test_an_honest_time_is_not_reported(submitted):
    assert submitted("dee", lambda inbound: None) == []


def test_a_backdated_timestamp_is_reported_until_the_instructor_has_settled_it(submitted, released):
    (said,) = submitted("eli", backdate)
    now = f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}"
    assert "timestamp.txt says 2020-01-01 12:00:00 UTC, but its files in nbgrader's exchange were written at" in said
    assert said.count(now) == 2, "of the files and of the folder's name"
    place = ClassFolder(released[0].home).submitted / "eli" / PART.name / "timestamp.txt"
    assert str(place) in said
    place.chmod(0o644)
    place.write_text(said.partition("were written at ")[2][:23], encoding="ascii")
    assert [one for one in time_differences(ClassFolder(released[0].home), [PART]) if one.startswith("eli")] == []


def test_a_folder_of_another_name_does_not_hide_when_its_files_were_written(submitted):
    def rename_too(inbound: Path) -> None:
        backdate(inbound)
        inbound.rename(inbound.with_name(f"fay+{PART.name}+{YEARS_AGO}+abc"))

    (said,) = submitted("fay", rename_too)
    assert "timestamp.txt says 2020-01-01" in said and "the folder's name" not in said


def test_a_timestamp_that_is_removed_is_reported(submitted):
    (said,) = submitted("gil", lambda inbound: (inbound / "timestamp.txt").unlink())
    assert "timestamp.txt contains no valid time, so it is never late, but its files" in said


def test_work_whose_folder_was_taken_out_of_the_exchange_is_reported(submitted, released):
    submitted("ida", backdate)
    (inbound,) = released[1].glob(f"*/inbound/ida+{PART.name}+*")
    shutil.rmtree(inbound)
    submitted("jan", lambda inbound: None)
    (said,) = [one for one in time_differences(ClassFolder(released[0].home), [PART]) if one.startswith("ida, ")]
    assert "is gone, so its submission time could not be compared" in said
