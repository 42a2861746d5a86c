"""Feedback goes back: a zip with the names that a platform wants, and everybody is in it or listed."""

from __future__ import annotations

import shutil
import zipfile

import pytest
from helpers.submissions import PART, SOLUTION, STUB, answered, hand_in
from typer.testing import CliRunner

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import ClassError
from autograder.classroom.autograde import grade_class
from autograder.classroom.feedback import pack_feedback
from autograder.classroom.gradebook import open_gradebook
from autograder.cli import app
from autograder.course import part
from autograder.sandbox import SandboxUnavailable, strict_tier

PEOPLE = {
    "ada": ("Ada", "Lovelace", "1001"),
    "ben": ("Ben", "O'Neil Li", "1002"),
    "zoe": ("Zo\u00eb", "Garc\u00eda", "1003"),
}
PAGE = f"{PART.name}.html"


@pytest.fixture(scope="module")
def graded(tmp_path_factory, empty_gradebook) -> ClassFolder:
    """Three people have submitted part 9, and it is graded; carl is in the list alone."""
    try:
        tier = strict_tier()
    except SandboxUnavailable as error:
        pytest.skip(f"no sandbox for other people's code holds here: {error}")
    folder = ClassFolder(tmp_path_factory.mktemp("class"))
    shutil.copy(empty_gradebook, folder.root)
    with open_gradebook(folder) as book:
        for learner, (first, last, number) in {**PEOPLE, "carl": ("Carl", "Gauss", "1004")}.items():
            book.add_student(learner, first_name=first, last_name=last, lms_user_id=number)
    for learner in PEOPLE:
        hand_in(folder, learner, SOLUTION, answered())
    grade_class(folder, PART, list(PEOPLE), tier)
    return folder


@pytest.fixture
def a_class(graded, tmp_path) -> ClassFolder:
    """A copy of the class, to be changed."""
    shutil.copytree(graded.root, tmp_path / "class")
    return ClassFolder(tmp_path / "class")


def archive(path, names):
    """A platform's download: entries by name."""
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, SOLUTION)
    return path


def moodle(path, people=PEOPLE, end="_"):
    """As Moodle makes it; since version 4.1 names of folders end without the underscore."""
    full = {learner: " ".join(PEOPLE.get(learner, ("Eve", "Unknown"))[:2]) for learner in people}
    names = [f"{full[one]}_{9000 + i}_assignsubmission_file{end}/{PART.file_name}" for i, one in enumerate(people)]
    return archive(path, names)


def names_in(path):
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        return sorted(file.namelist())


def test_the_download_of_another_part_is_refused_and_nothing_is_written(a_class, tmp_path):
    with zipfile.ZipFile(moodle(tmp_path / "part9.zip")) as file:
        names = [name.replace(PART.file_name, part(8).file_name) for name in file.namelist()]
    page = a_class.feedback / "ada" / PART.name / PAGE
    page.write_text("as it was", encoding="utf-8")
    with pytest.raises(ClassError, match="has work for part08 and none for part09. Nothing was written"):
        pack_feedback(a_class, archive(tmp_path / "part8.zip", names), PART, tmp_path / "out")
    assert not (tmp_path / "out").exists() and page.read_text(encoding="utf-8") == "as it was"


@pytest.mark.parametrize("end", ["_", ""])
def test_moodle_gets_the_folders_of_its_own_download(a_class, tmp_path, end):
    packed = pack_feedback(a_class, moodle(tmp_path / "moodle.zip", end=end), PART, tmp_path)
    names = names_in(packed.path)
    assert packed.path.name == "feedback-part09.zip" and packed.missing == []
    assert "Zo\u00eb Garc\u00eda_9002_assignsubmission_file_/part09.html" in names
    for name in names:  # what Moodle reads of a name: a person's number, the kind of plugin, its name, the file
        place, number, kind, plugin, file = name.split("_", 4)
        assert number.isdigit() and (kind, plugin, file) == ("assignsubmission", "file", f"/{PAGE}")


def test_a_person_who_wrote_into_moodles_text_field_too_gets_one_page(a_class, tmp_path):
    names = [
        f"Ada Lovelace_9000_assignsubmission_{kind}"
        for kind in ("onlinetext_/onlinetext.html", f"file_/{PART.file_name}")
    ]
    packed = pack_feedback(a_class, archive(tmp_path / "moodle.zip", names), PART, tmp_path)
    assert names_in(packed.path) == [f"Ada Lovelace_9000_assignsubmission_file_/{PAGE}"]


def test_canvas_gets_the_names_of_its_own_download(a_class, tmp_path):
    names = [
        f"lovelaceada_1001_55501_{PART.file_name}",
        f"oneillben_LATE_1002_55502_{PART.module}-1.py",
        "garciazoe_1003_55503_notes.txt",
        f"garciazoe_1003_55504_{PART.file_name}",
    ]
    packed = pack_feedback(a_class, archive(tmp_path / "canvas.zip", names), PART, tmp_path)
    found = names_in(packed.path)
    assert found == [
        f"garciazoe_1003_55504_{PAGE}",
        f"lovelaceada_1001_55501_{PAGE}",
        f"oneillben_LATE_1002_55502_{PAGE}",
    ]
    assert packed.missing == []


def test_who_typed_a_text_into_canvas_is_listed_with_the_page(a_class, tmp_path):
    names = [f"lovelaceada_1001_55501_{PART.file_name}", "oneillben_LATE_1002_text.html"]
    packed = pack_feedback(a_class, archive(tmp_path / "canvas.zip", names), PART, tmp_path)
    assert names_in(packed.path) == [f"lovelaceada_1001_55501_{PAGE}"]
    ben = next(one for one in packed.missing if one.startswith("ben:"))
    assert "typed a text into Canvas" in ben and str(a_class.feedback / "ben" / PART.name / PAGE) in ben


def test_folders_get_a_folder_for_each_learner_with_the_page_as_it_is_now(a_class, tmp_path):
    with open_gradebook(a_class) as book:
        grade = book.find_grade("written-9-5", PART.name, PART.name, "ada")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        book.db.commit()
    packed = pack_feedback(a_class, a_class.submitted, PART, tmp_path)
    assert names_in(packed.path) == [f"{learner}/{PAGE}" for learner in sorted(PEOPLE)]
    with zipfile.ZipFile(packed.path) as file:
        page = file.read(f"ada/{PAGE}")
    assert b"12 of 14 points" in page
    assert (a_class.feedback / "ada" / PART.name / PAGE).read_bytes() == page


def test_everybody_in_the_download_is_in_the_zip_or_listed(a_class, tmp_path):
    hand_in(a_class, "carl", SOLUTION, answered())
    (a_class.submitted / "ben" / PART.name / PART.file_name).write_text(STUB, encoding="utf-8")
    names = [
        f"Ada Lovelace_9000_assignsubmission_file_/{PART.file_name}",
        f"Ben O'Neil Li_9001_assignsubmission_file_/{PART.file_name}",
        f"Carl Gauss_9002_assignsubmission_file_/{PART.file_name}",
        f"Eve Unknown_9003_assignsubmission_file_/{PART.file_name}",
    ]
    packed = pack_feedback(a_class, archive(tmp_path / "moodle.zip", names), PART, tmp_path)
    assert list(packed.names) == ["ada"]
    said = "\n".join(packed.missing)
    assert "ben: submitted new work that is not graded yet" in said
    assert "carl: part09 is not graded yet" in said
    assert "Eve Unknown_9003_assignsubmission_file_' is not in the class list" in said
    assert "zoe: graded, but not in 'moodle.zip'" in said
    assert len(packed.missing) == 4


def test_nothing_to_pack_is_a_sentence_and_leaves_no_zip(a_class, tmp_path):
    ungraded = archive(tmp_path / "part5.zip", [f"ada/{part(5).file_name}"])
    with pytest.raises(ClassError, match="There is no feedback to pack for part05"):
        pack_feedback(a_class, ungraded, part(5), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_writes_into_exports_and_fails_when_somebody_is_missing(a_class, tmp_path):
    words = ["feedback", str(moodle(tmp_path / "all.zip")), "--part", "9", "--class", str(a_class.root)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "with the feedback of 3 learners" in done.output and "Upload multiple feedback files" in done.output
    assert len(names_in(a_class.root / "exports" / "feedback-part09.zip")) == 3
    words[1] = str(moodle(tmp_path / "more.zip", [*PEOPLE, "eve"]))
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1 and "Not in the zip:" in done.output and "Eve Unknown" in done.output
