"""Collecting from platforms' downloads, archives and repositories: the right person's work, and nothing is lost."""

from __future__ import annotations

import datetime
import io
import json
import os
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest
from gradebook_helpers import write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.class_folder.settings import UTC, ClassError
from autograder.classroom.collect import collect, collection_lines
from autograder.course import part

GPT, NOTEBOOK, AUTOGRAD = "part05_gpt.py", "part05.ipynb", "part01_autograd.py"
AT_NOON = (2026, 11, 30, 12, 0, 0)
IN_THE_EVENING = (2026, 11, 30, 20, 0, 0)
STUDENTS = {
    "zgarcia": ("Zo\u00eb", "Garc\u00eda", "zoe@example.org", "1001"),
    "ann": ("Ann", "Lee", "ann@example.org", "1002"),
    "alee": ("Ann", "Lee", "alee@example.org", "1003"),
    "ben": ("Ben", "O'Neil", "ben@example.org", "1004"),
}


@pytest.fixture
def listed(folder, gradebook):
    for student, (first, last, email, number) in STUDENTS.items():
        gradebook.add_student(student, first_name=first, last_name=last, email=email, lms_user_id=number)
    return folder


def zipped(path: Path | io.BytesIO, members: dict[str, bytes], time=AT_NOON) -> Path | io.BytesIO:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, time), content)
    return path


def packed(members: dict[str, bytes], time=(2020, 1, 1, 0, 0, 0)) -> bytes:
    return zipped(io.BytesIO(), members, time).getvalue()


def submitted(folder) -> dict[str, bytes]:
    """What lies in submitted/, without the times."""
    return {
        path.relative_to(folder.submitted).as_posix(): path.read_bytes()
        for path in sorted(folder.submitted.rglob("*"))
        if path.is_file() and path.name != "timestamp.txt"
    }


def times(folder) -> dict[str, str]:
    found = folder.submitted.glob("*/*/timestamp.txt")
    return {path.parent.relative_to(folder.submitted).as_posix(): path.read_text(encoding="ascii") for path in found}


def test_canvas_download_is_matched_by_number_and_renamed_files_get_their_names_back(listed, tmp_path):
    write(listed, "class.toml", 'time_zone = "Europe/Berlin"')
    download = zipped(
        tmp_path / "submissions.zip",
        {
            "garciazoe_1001_20955_part05_gpt-2.py": b"second",
            "garciazoe_1001_20955_part05_gpt-1.py": b"first",
            "leeann_LATE_1003_77_part05_gpt.py": b"alee's",
            "leeann_1002_78_my work.zip": packed({"folder/part05_gpt.py": b"ann's", "folder/part05.ipynb": b"{}"}),
            "oneilben_1004_79_cat.jpg": b"meow",
        },
    )
    outcome = collect(listed, download, part(5))
    late, picture = outcome.problems
    assert late.startswith("alee, part05: collected, but Canvas marks it late and does not say when")
    assert picture.startswith("ben: there is no part05_gpt.py and no part05.ipynb, only 'oneilben_1004_79_cat.jpg'.")
    assert submitted(listed) == {
        "zgarcia/part05/part05_gpt.py": b"second",
        "alee/part05/part05_gpt.py": b"alee's",
        "ann/part05/part05_gpt.py": b"ann's",
        "ann/part05/part05.ipynb": b"{}",
        "ben/part05/cat.jpg": b"meow",
    }
    assert times(listed) == {}, "the entries of Canvas's archives have the time of the download"


def test_moodle_download_is_matched_by_name_with_or_without_folders(listed, tmp_path):
    members = {
        "Zo\u00eb Garc\u00eda_77_assignsubmission_file_/part05_gpt.py": b"zoe's",
        "Ben O'Neil_78_assignsubmission_file_part05_gpt.py": b"ben's",
        "Ann Lee_79_assignsubmission_file/part05_gpt.py": b"whose",
    }
    outcome = collect(listed, zipped(tmp_path / "class-part05-4711.zip", members), part(5))
    assert submitted(listed) == {"zgarcia/part05/part05_gpt.py": b"zoe's", "ben/part05/part05_gpt.py": b"ben's"}
    (problem,) = outcome.problems
    assert "Ann Lee_79" in problem and "may be alee, ann: rename it to the id" in problem


@pytest.mark.parametrize("name", ["garciazoe_9999_1_part05_gpt.py", "Zoe Garcia_7_assignsubmission_file_part05_gpt.py"])
def test_accents_that_a_platform_drops_or_writes_in_two_signs_do_not_matter(listed, tmp_path, name):
    for written in (name, name.replace("Zoe", "Zoe\u0308")):
        shutil.rmtree(listed.submitted, ignore_errors=True)
        assert not collect(listed, zipped(tmp_path / "x.zip", {written: b"zoe's"})).problems
        assert submitted(listed) == {"zgarcia/part05/part05_gpt.py": b"zoe's"}


def test_a_folder_of_archives_folders_and_files_by_id_address_and_name(listed, tmp_path):
    downloads = tmp_path / "downloads"
    (downloads / "ann@example.org" / "part05").mkdir(parents=True)
    (downloads / "ann@example.org" / "part05" / GPT).write_bytes(b"ann's")
    zipped(downloads / "ALEE.zip", {"part05_gpt (1).py": b"alee's", ".venv/lib/part05_gpt.py": b"no"})
    zipped(
        downloads / "Garc\u00eda, Zo\u00eb.zip",
        {"exercises/part05_gpt.py": b"zoe's", "exercises/part01_autograd.py": b"1"},
    )
    (downloads / "notes.txt").write_bytes(b"the instructor's own")
    outcome = collect(listed, downloads)
    assert not outcome.problems
    assert submitted(listed) == {
        "ann/part05/part05_gpt.py": b"ann's",
        "alee/part05/part05_gpt.py": b"alee's",
        "zgarcia/part05/part05_gpt.py": b"zoe's",
        "zgarcia/part01/part01_autograd.py": b"1",
    }


def test_with_a_part_named_all_modules_stay_together(listed, tmp_path):
    zipped(tmp_path / "ann.zip", {GPT: b"5", AUTOGRAD: b"1"})
    collect(listed, tmp_path / "ann.zip", part(5))
    assert set(submitted(listed)) == {"ann/part05/part05_gpt.py", "ann/part05/part01_autograd.py"}


def test_one_folder_around_all_is_no_name(listed, tmp_path):
    zipped(
        tmp_path / "x.zip", {"class of 2026/ann/part05_gpt.py": b"ann's", "class of 2026/ben/part05_gpt.py": b"ben's"}
    )
    assert not collect(listed, tmp_path / "x.zip").problems
    assert submitted(listed) == {"ann/part05/part05_gpt.py": b"ann's", "ben/part05/part05_gpt.py": b"ben's"}


def test_who_is_not_listed_is_named_and_the_others_are_collected(listed, tmp_path):
    zipped(
        tmp_path / "x.zip",
        {"ann/part05_gpt.py": b"ann's", "mal\u202elory/part05_gpt.py": b"", "mallory/part05_gpt.py": b""},
    )
    outcome = collect(listed, tmp_path / "x.zip")
    assert set(submitted(listed)) == {"ann/part05/part05_gpt.py"}
    assert len(outcome.problems) == 2 and all(problem.isascii() for problem in outcome.problems)
    assert "'mallory' is not in the class list: rename it" in outcome.problems[1]


@pytest.mark.parametrize("inner", ["ben/part05_gpt.py", "leeann_1004_1_part05_gpt.py", "ben.zip"])
def test_nobody_hands_in_work_as_somebody_else(listed, tmp_path, inner):
    content = packed({GPT: b"forged"}) if inner.endswith("zip") else b"forged"
    members = {f"mallory/{inner}": content, "ann/part05_gpt.py": b"ann's", f"zgarcia/{inner}": content}
    outcome = collect(listed, zipped(tmp_path / "x.zip", members))
    assert len(outcome.problems) == 1 and "mallory" in outcome.problems[0]
    assert not (listed.submitted / "ben").exists()


def test_a_stranger_who_is_the_only_one_in_a_download_is_no_folder_around_it(listed, tmp_path):
    for name in ("Mal Lory_9_assignsubmission_file_", "lorymal_9_9_work"):
        outcome = collect(listed, zipped(tmp_path / "x.zip", {f"{name}/ben/part05_gpt.py": b"forged"}))
        assert "not in the class list" in outcome.problems[0] and not outcome.placed


def test_two_people_on_the_platform_for_one_learner_are_left_for_the_instructor(listed, tmp_path):
    members = {
        "Ben O'Neil_78_assignsubmission_file_/part05_gpt.py": b"ben's",
        "Ben ONeil_99_assignsubmission_file_/part05_gpt.py": b"an impostor's",
        "Zo\u00eb Garc\u00eda_77_assignsubmission_file_/part05_gpt.py": b"zoe's",
        "Zo\u00eb Garc\u00eda_77_assignsubmission_onlinetext_/part05.ipynb": b"{}",
    }
    outcome = collect(listed, zipped(tmp_path / "x.zip", members), part(5))
    assert "seem to be the same person" in outcome.problems[0]
    assert set(submitted(listed)) == {"zgarcia/part05/part05_gpt.py", "zgarcia/part05/part05.ipynb"}


def test_a_name_with_a_platforms_marks_in_it_claims_nobody_elses_place(listed, tmp_path):
    mine = "Zo\u00eb Garc\u00eda_1_assignsubmission_file_x_66_assignsubmission_file_"
    members = {
        "Zo\u00eb Garc\u00eda_77_assignsubmission_file_/part05_gpt.py": b"zoe's",
        f"{mine}/part05_gpt.py": b"mallory's",
        "Ben O'Neil_78_assignsubmission_file_part05_gpt.py": b"ben's",
    }
    outcome = collect(listed, zipped(tmp_path / "x.zip", members))
    assert submitted(listed) == {"zgarcia/part05/part05_gpt.py": b"zoe's", "ben/part05/part05_gpt.py": b"ben's"}
    assert outcome.problems == [f"{ascii(mine)} is not in the class list: rename it to a learner's id."]


def test_a_hostile_archive_costs_only_its_author(listed, tmp_path):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(GPT, b"\0" * 40_000_000)
    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as archive:
        info = zipfile.ZipInfo(GPT)
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    members = {
        "ann/a.zip": bomb.getvalue(),
        "ben/a.zip": link.getvalue(),
        "alee/a.zip": packed({"../../zgarcia/part05/part05_gpt.py": b"forged"}),
        "zgarcia/a.zip": packed({GPT: b"zoe's"}),
    }
    outcome = collect(listed, zipped(tmp_path / "x.zip", members))
    assert submitted(listed) == {"zgarcia/part05/part05_gpt.py": b"zoe's"}
    said = "\n".join(sorted(outcome.problems))
    assert "alee: " in said and "leads out of the archive" in said
    assert "ann: " in said and "larger than 32 MB" in said
    assert "ben: " in said and "is a link" in said


def test_links_in_a_folder_are_not_followed(listed, tmp_path):
    downloads, secret = tmp_path / "downloads", tmp_path / "secret"
    secret.mkdir()
    (secret / GPT).write_bytes(b"the solution")
    (downloads / "ann").mkdir(parents=True)
    try:
        (downloads / "ann" / GPT).symlink_to(secret / GPT)
        (downloads / "ben").symlink_to(secret, target_is_directory=True)
    except OSError:
        pytest.skip("This system makes no links.")
    outcome = collect(listed, downloads)
    assert len(outcome.problems) == 2 and all("is a link" in problem for problem in outcome.problems)
    assert submitted(listed) == {}


def test_newer_work_replaces_older_with_a_backup_and_older_work_is_left_alone(listed, tmp_path):
    source = tmp_path / "ann.zip"

    def handing_in(content: bytes, time) -> list[str]:
        return [one.what for one in collect(listed, zipped(source, {"part05_gpt.py": content}, time)).placed]

    assert handing_in(b"1", AT_NOON) == ["new"]
    assert handing_in(b"1", IN_THE_EVENING) == ["unchanged"]
    assert times(listed)["ann/part05"].startswith("2026-11-30 12:00"), "the same work is not late for coming twice"
    (listed.submitted / "ann" / "part05" / "extra.txt").write_bytes(b"kept as well")
    assert handing_in(b"2", IN_THE_EVENING) == ["replaced"]
    assert handing_in(b"0", AT_NOON) == ["older"]
    assert submitted(listed) == {"ann/part05/part05_gpt.py": b"2"}
    (backup,) = (listed.root / "submitted_before" / "ann" / "part05").iterdir()
    assert (backup / GPT).read_bytes() == b"1" and (backup / "extra.txt").exists()
    for content in (b"3", b"4"):
        assert handing_in(content, IN_THE_EVENING) == ["replaced"], "of the same time: what comes last"
    kept = sorted((backup.parent).glob("*/part05_gpt.py"))
    assert [path.read_bytes() for path in kept] == [b"1", b"2", b"3"]
    assert not [path for path in listed.submitted.rglob("*") if path.name.startswith(".new-")]


def test_what_was_replaced_is_said_with_the_place_of_the_backup(listed, tmp_path):
    source = tmp_path / "ann.zip"
    for content, time in ((b"1", AT_NOON), (b"2", IN_THE_EVENING)):
        lines = list(collection_lines(collect(listed, zipped(source, {GPT: content}, time))))
    backup = listed.root / "submitted_before" / "ann" / "part05" / "2026-11-30-120000"
    assert lines == [
        f"Replaced: ann part05, submitted 2026-11-30 20:00 UTC; the previous submission is now in {backup}."
    ]


def test_a_full_disk_leaves_the_collected_work_as_it_was(listed, tmp_path, monkeypatch):
    source = tmp_path / "ann.zip"
    collect(listed, zipped(source, {GPT: b"1"}))

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        collect(listed, zipped(source, {GPT: b"2"}, IN_THE_EVENING))
    assert submitted(listed) == {"ann/part05/part05_gpt.py": b"1"}


def test_two_versions_of_a_file_of_the_same_time_are_left_for_the_instructor(listed, tmp_path):
    source = zipped(
        tmp_path / "x.zip", {"ann/a/part05_gpt.py": b"1", "ann/b/part05_gpt.py": b"2", "ben/part05_gpt.py": b"3"}
    )
    outcome = collect(listed, source)
    assert "two versions of the same file" in outcome.problems[0]
    assert set(submitted(listed)) == {"ben/part05/part05_gpt.py"}


def test_a_time_that_the_instructor_gives_counts_for_all(listed, tmp_path):
    due = datetime.datetime(2026, 11, 29, 18, 0, tzinfo=UTC)
    collect(listed, zipped(tmp_path / "ann.zip", {GPT: b"1"}), submitted_at={"": due})
    assert times(listed) == {"ann/part05": "2026-11-29 18:00:00.000000 UTC"}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "There is no"),
        (lambda path: path.write_bytes(b"no archive"), "can't be read"),
        (lambda path: zipped(path, {"cat.jpg": b""}), "holds no file of the course"),
    ],
)
def test_what_cannot_be_collected_is_said(listed, tmp_path, make, said):
    make(tmp_path / "x.zip")
    with pytest.raises(ClassError, match=said):
        collect(listed, tmp_path / "x.zip")


def test_without_a_list_of_the_class_nothing_is_collected(folder, gradebook, tmp_path):
    zipped(tmp_path / "ann.zip", {GPT: b"1"})
    with pytest.raises(ClassError, match="no learners to match names with.*roster"):
        collect(folder, tmp_path / "ann.zip")


# Submission times


CANVAS_ON_TIME, CANVAS_LATE = "leeann_1002_78_part05_gpt.py", "oneilben_LATE_1004_79_part05_gpt.py"
BERLIN = 'time_zone = "Europe/Berlin"\n'


def moodle_download(path: Path, minutes: dict[str, int]) -> Path:
    """Moodle's archive, each person's entry so many minutes after noon."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, (name, after) in enumerate(minutes.items(), 90):
            info = zipfile.ZipInfo(
                f"{name}_{number}_assignsubmission_file_/part05_gpt.py", (2026, 11, 30, 12 + after // 60, after % 60, 0)
            )
            archive.writestr(info, f"of {name}".encode())
    return path


def worksheet(path: Path, rows: list[str]) -> Path:
    header = "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified (submission)\n"
    path.write_text(header + "\n".join(rows) + "\n", encoding="utf-8-sig")
    return path


def test_a_download_that_has_one_time_for_everybody_says_nothing_about_lateness(listed, tmp_path):
    outcome = collect(
        listed, moodle_download(tmp_path / "x.zip", {"Zo\u00eb Garc\u00eda": 0, "Ben O'Neil": 3}), part(5)
    )
    assert times(listed) == {} and not outcome.problems
    assert "2 of 2 have no submission time" in list(collection_lines(outcome))[-1]


def test_entry_times_that_are_hours_apart_are_those_of_the_submissions(listed, tmp_path):
    collect(listed, moodle_download(tmp_path / "x.zip", {"Zo\u00eb Garc\u00eda": 0, "Ben O'Neil": 300}), part(5))
    assert times(listed) == {
        "zgarcia/part05": "2026-11-30 12:00:00.000000 UTC",
        "ben/part05": "2026-11-30 17:00:00.000000 UTC",
    }


def test_moodle_s_worksheet_gives_the_times_and_tells_people_of_one_name_apart(listed, tmp_path):
    write(listed, "class.toml", BERLIN)
    download = moodle_download(tmp_path / "x.zip", {"Ann Lee": 0, "Zo\u00eb Garc\u00eda": 1, "Ben O'Neil": 2})
    rows = [
        'Participant 90,Ann Lee,alee@example.org,Submitted,,10.00,"Tuesday, 24 November 2026, 6:12 PM"',
        'Participant 91,Zo\u00eb Garc\u00eda,zoe@example.org,Submitted,,10.00,"Sunday, 25 October 2026, 12:05 AM"',
        "Participant 93,Ann Lee,ann@example.org,No submission,,10.00,-",
    ]
    outcome = collect(listed, download, part(5), worksheet=worksheet(tmp_path / "grades.csv", rows))
    assert not outcome.problems
    assert times(listed) == {
        "alee/part05": "2026-11-24 17:12:00.000000 UTC",
        "zgarcia/part05": "2026-10-24 22:05:00.000000 UTC",
    }
    assert set(submitted(listed)) == {f"{who}/part05/part05_gpt.py" for who in ("alee", "zgarcia", "ben")}


@pytest.mark.parametrize("text", ["24. November 2026, 18:12", "Tuesday, 31 November 2026, 6:12 PM", "soon"])
def test_a_time_of_a_worksheet_that_cannot_be_read_is_named_with_its_line(listed, tmp_path, text):
    rows = [f'Participant 91,Ben O\'Neil,ben@example.org,Submitted,,10.00,"{text}"']
    with pytest.raises(ClassError, match=r"grades.csv, line 2: .* is not a time as Moodle writes it in English"):
        collect(
            listed,
            moodle_download(tmp_path / "x.zip", {"Ben O'Neil": 0}),
            part(5),
            worksheet=worksheet(tmp_path / "grades.csv", rows),
        )


def test_a_submission_that_canvas_marks_late_asks_for_its_time_and_takes_it(listed, tmp_path):
    download = zipped(tmp_path / "x.zip", {CANVAS_ON_TIME: b"ann's", CANVAS_LATE: b"ben's"})
    outcome = collect(listed, download, part(5))
    (problem,) = outcome.problems
    assert (
        problem.startswith("ben, part05: collected, but Canvas marks it late") and '"ben=2026-11-30 18:00"' in problem
    )
    assert times(listed) == {}
    late = datetime.datetime(2026, 11, 29, 20, 0, tzinfo=UTC)
    outcome = collect(listed, download, part(5), {"ben": late})
    assert not outcome.problems and [one.what for one in outcome.placed] == ["unchanged", "corrected"]
    assert times(listed) == {"ben/part05": "2026-11-29 20:00:00.000000 UTC"}


def test_a_recorded_time_is_corrected_when_work_is_collected_again(listed, tmp_path):
    source = zipped(tmp_path / "ann.zip", {GPT: b"1"})
    collect(listed, source)
    for hour in (18, 9):  # later or earlier than before
        time = datetime.datetime(2026, 11, 29, hour, 0, tzinfo=UTC)
        outcome = collect(listed, source, submitted_at={"ann": time})
        assert list(collection_lines(outcome)) == [
            f"Time corrected: ann part05, submitted 2026-11-29 {hour:02d}:00 UTC."
        ]
        assert times(listed) == {"ann/part05": f"2026-11-29 {hour:02d}:00:00.000000 UTC"}
    assert [one.what for one in collect(listed, source).placed] == ["unchanged"], "and stays"
    assert times(listed) == {"ann/part05": "2026-11-29 09:00:00.000000 UTC"}


def test_a_time_for_somebody_who_is_not_in_the_class_is_refused(listed, tmp_path):
    with pytest.raises(ClassError, match="--submitted-at: 'anne' is not in the class list"):
        collect(listed, zipped(tmp_path / "ann.zip", {GPT: b"1"}), submitted_at={"anne": datetime.datetime.now(UTC)})


# Names that are nearly right


@pytest.mark.parametrize(
    "name",
    [
        "Part05_GPT.PY",
        "part05_gpt.py.txt",
        "part05-gpt.py",
        "part05_gpt - Copy.py",
        "part05_gpt (2).py",
        "Kopie von part05_gpt.py",
        "part05_gpt_final.py",
        "homework_part05_gpt.py",
    ],
)
@pytest.mark.parametrize("platform", ["leeann_1002_78_{}", "Ben O'Neil_78_assignsubmission_file_/{}"])
def test_the_usual_wrong_names_are_collected(listed, tmp_path, name, platform):
    outcome = collect(listed, zipped(tmp_path / "x.zip", {platform.format(name): b"work"}), part(5))
    assert not outcome.problems
    ((place, content),) = submitted(listed).items()
    assert place in ("ann/part05/part05_gpt.py", "ben/part05/part05_gpt.py") and content == b"work"


def test_a_renamed_notebook_is_recognised_by_its_cells(listed, tmp_path):
    cells = {"cells": [{"id": "part09-title"}, {"id": "x1", "metadata": {"nbgrader": {"grade_id": "written-9-5"}}}]}
    members = {
        "ann/part09_understanding.py": b"module",
        "ann/Part 9 - final.ipynb": json.dumps(cells).encode(),
        "ben/part09_understanding.py": b"module",
        "ben/notes.ipynb": b'{"cells": [{"id": "mine"}]}',
    }
    outcome = collect(listed, zipped(tmp_path / "x.zip", members), part(9))
    assert not outcome.problems
    assert "ann/part09/part09.ipynb" in submitted(listed) and "ben/part09/part09.ipynb" not in submitted(listed)
    assert outcome.remarks == [
        "ann: 'ann/Part 9 - final.ipynb' was taken as part09.ipynb.",
        "ben, part09: not used: 'ben/notes.ipynb'.",
    ]


def test_work_under_any_other_name_is_listed_and_copied_to_be_renamed(listed, tmp_path):
    members = {
        "leeann_1002_78_solution.py": b"ann's",
        "garciazoe_1001_77_part05_gpt.py": b"zoe's",
        "Ben O'Neil_78_assignsubmission_file_/a/setup.py": b"1",
        "Ben O'Neil_78_assignsubmission_file_/b.pdf": b"2",
    }
    outcome = collect(listed, zipped(tmp_path / "x.zip", members), part(5))
    ann, ben = outcome.problems
    place = listed.submitted / "ann" / "part05"
    assert ann == (
        "ann: there is no part05_gpt.py and no part05.ipynb, only 'leeann_1002_78_solution.py'. They are in "
        f"{place}: rename the right one to part05_gpt.py."
    )
    assert ben.startswith("ben: there is no part05_gpt.py") and "a/setup.py" in ben and "b.pdf" in ben
    assert (place / "solution.py").read_bytes() == b"ann's"
    assert {path.name for path in (listed.submitted / "ben" / "part05").iterdir()} == {"setup.py", "b.pdf"}


def test_what_is_copied_to_be_renamed_replaces_nothing(listed, tmp_path):
    collect(
        listed, zipped(tmp_path / "x.zip", {"leeann_1002_78_part05_gpt.py": b"good", "x_1001_1_a.py": b""}), part(5)
    )
    collect(listed, zipped(tmp_path / "y.zip", {"leeann_1002_79_solution.py": b"other", "x_1001_1_a.py": b""}), part(5))
    place = listed.submitted / "ann" / "part05"
    assert (place / GPT).read_bytes() == b"good" and (place / "solution.py").read_bytes() == b"other"


PEOPLE = {
    "canvas": {"zgarcia": "garciazoe_1001", "ann": "leeann_1002", "alee": "leeann_1003", "ben": "oneilben_1004"},
    "moodle": {"zgarcia": "Zo\u00eb Garc\u00eda_7", "ben": "Ben O'Neil_8", "ann": "Ann Lee_9"},
}
OWN_NAMES = [
    "part05_gpt.py",
    "PART05_GPT.py.txt",
    "solution.py",
    "part05.ipynb",
    "cat.jpg",
    "w.zip",
    "empty.zip",
    "x (1).py",
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_everybody_in_a_download_is_collected_or_named(listed, tmp_path, data):
    platform = data.draw(st.sampled_from(sorted(PEOPLE)))
    people = data.draw(st.lists(st.sampled_from([*PEOPLE[platform], "stranger"]), min_size=1, unique=True))
    members = {}
    for who in people:
        person = PEOPLE[platform].get(who, "Stran Ger_99")
        for number, own in enumerate(
            data.draw(st.lists(st.sampled_from(OWN_NAMES), min_size=1, max_size=3, unique=True))
        ):
            content = {"w.zip": packed({"deep/solution.py": b"x"}), "empty.zip": packed({})}.get(own, own.encode())
            canvas = f"{person}_{number}_{own}"
            members[canvas if platform == "canvas" else f"{person}_assignsubmission_file_/{own}"] = content
    shutil.rmtree(listed.submitted, ignore_errors=True)
    outcome = collect(listed, zipped(tmp_path / "x.zip", members), data.draw(st.sampled_from([None, part(5)])))
    collected = {one.learner for one in outcome.placed}
    said = "\n".join(outcome.problems)
    for who in people:
        person = PEOPLE[platform].get(who, "Stran Ger_99")
        named = who in said.replace(":", " ").split() or ascii(person)[1:-1] in said
        assert who in collected or named, f"{who} is neither collected nor named: {sorted(members)}"


# Git

with_git = pytest.mark.skipif(shutil.which("git") is None, reason="There is no git here.")


def git(folder: Path, *arguments: str, date: str = "2026-11-30T12:00:00Z") -> None:
    names = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    environment = {**os.environ, **names, **dates, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True)


def commit(folder: Path, files: dict[str, bytes], date: str = "2026-11-30T12:00:00Z") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_bytes(content)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "work", date=date)


@with_git
def test_clones_are_read_at_their_last_commit_with_the_time_of_what_changed_the_part(listed, tmp_path):
    clones = tmp_path / "clones"
    commit(clones / "gpt-2026-ann", {"exercises/part05_gpt.py": b"first", "exercises/part01_autograd.py": b"1"})
    commit(clones / "gpt-2026-ann", {"exercises/part05_gpt.py": b"second"}, "2026-12-01T08:00:00+01:00")
    commit(clones / "gpt-2026-ann", {"README.md": b"later"}, "2026-12-24T08:00:00Z")
    (clones / "gpt-2026-ann" / "exercises" / GPT).write_bytes(b"not committed")
    commit(clones / "gpt-2026-ben", {"exercises/part05_gpt.py": b"ben's"})
    git(clones / "gpt-2026-ben", "pack-refs", "--all")
    git(clones / "gpt-2026-ben", "gc", "--quiet")
    outcome = collect(listed, clones)
    assert not outcome.problems
    assert submitted(listed) == {
        "ann/part01/part01_autograd.py": b"1",
        "ann/part05/part05_gpt.py": b"second",
        "ben/part05/part05_gpt.py": b"ben's",
    }
    assert times(listed)["ann/part05"] == "2026-12-01 07:00:00.000000 UTC"
    assert times(listed)["ann/part01"] == "2026-11-30 12:00:00.000000 UTC"


@with_git
def test_a_clone_with_a_name_of_its_own_changes_nothing_for_the_others(listed, tmp_path):
    clones = tmp_path / "clones"
    for name in ("gpt-2026-ann", "gpt-2026-ben", "gpt-2026-alee", "mallory", "gpt-mallory", "gpt-2026-alee-too", "ben"):
        commit(clones / name, {GPT: name.encode()})
    outcome = collect(listed, clones)
    assert submitted(listed) == {f"{who}/part05/{GPT}": f"gpt-2026-{who}".encode() for who in ("ann", "ben", "alee")}
    said = "\n".join(outcome.problems)
    assert all(f"'{name}' is not in the class list" in said for name in ("mallory", "gpt-mallory", "alee-too"))
    assert "'ben': this is not gpt-2026-ben" in said and len(outcome.problems) == 4


@with_git
def test_a_hostile_repository_runs_nothing(listed, tmp_path):
    clone, proof = tmp_path / "clones" / "ann", tmp_path / "proof"
    commit(clone, {GPT: b"ann's", ".gitattributes": b"* filter=evil diff=evil\n"})
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {proof}\ncat\n", encoding="utf-8")
    evil.chmod(0o755)
    settings = [
        "core.fsmonitor",
        "core.pager",
        "gpg.program",
        "filter.evil.smudge",
        "filter.evil.clean",
        "core.sshCommand",
    ]
    for key in [*settings, "diff.external", "diff.evil.textconv", "core.editor", "uploadpack.packObjectsHook"]:
        git(clone, "config", key, str(evil))
    git(clone, "config", "log.showSignature", "true")
    git(clone, "config", "alias.log", f"!{evil}")
    for hook in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction"):
        (clone / ".git" / "hooks").mkdir(exist_ok=True)
        shutil.copy(evil, clone / ".git" / "hooks" / hook)
    collect(listed, clone.parent)
    assert submitted(listed) == {"ann/part05/part05_gpt.py": b"ann's"}
    assert not proof.exists()
    git(clone, "status")
    assert proof.exists(), "the same repository would have run it for a plain git"


@with_git
def test_a_repository_that_cannot_be_read_costs_only_its_author(listed, tmp_path):
    clones = tmp_path / "clones"
    commit(clones / "ann", {GPT: b"ann's"})
    commit(clones / "ben", {GPT: b"ben's"})
    (clones / "ben" / ".git" / "objects" / "info").mkdir(exist_ok=True)
    (clones / "ben" / ".git" / "objects" / "info" / "alternates").write_bytes(b"/somewhere/else\n")
    commit(clones / "alee", {GPT: b"alee's"})
    (clones / "alee" / ".git" / "HEAD").write_bytes(b"ref: refs/../../../../etc/passwd\n")
    git(tmp_path, "init", "--quiet", str(clones / "zgarcia"))
    outcome = collect(listed, clones)
    assert set(submitted(listed)) == {"ann/part05/part05_gpt.py"}
    said = "\n".join(outcome.problems)
    assert "'ben': Its objects lie in another" in said
    assert "'alee': Its HEAD names no branch" in said and "'zgarcia': It has no commit yet" in said


@with_git
def test_a_repository_that_lists_billions_of_files_is_stopped(listed, tmp_path):
    clone = tmp_path / "clones" / "ann"
    commit(clone, {GPT: b"x"})

    def made(*arguments: str, text: str = "") -> str:
        done = subprocess.run(["git", *arguments], cwd=clone, input=text.encode(), capture_output=True, check=True)
        return done.stdout.decode().strip()

    kind, name = "100644 blob", made("rev-parse", f"HEAD:{GPT}")
    for _ in range(9):
        tree = made("mktree", text="".join(f"{kind} {name}\tpart{i}_a_long_name\n" for i in range(10)))
        kind, name = "040000 tree", tree
    people = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    bomb = made(*people, "commit-tree", name, "-m", "bomb")
    head = (clone / ".git" / "HEAD").read_text(encoding="utf-8").removeprefix("ref: ").strip()
    (clone / ".git" / head).write_text(f"{bomb}\n", encoding="utf-8")
    outcome = collect(listed, clone.parent)
    assert outcome.problems == ["'ann': git ls-tree does not come to an end on it."]


@with_git
def test_a_link_in_a_repository_is_refused(listed, tmp_path):
    clone = tmp_path / "clones" / "ann"
    commit(clone, {"README.md": b"x"})
    try:
        (clone / GPT).symlink_to("/etc/passwd")
    except OSError:
        pytest.skip("This system makes no links.")
    commit(clone, {"README.md": b"y"})
    outcome = collect(listed, clone.parent)
    assert "is a link" in outcome.problems[0] and submitted(listed) == {}


def test_a_download_with_unmarked_utf_8_names_finds_its_people(listed, tmp_path):
    """Some tools of macOS and PHP write such archives."""
    name = "Zo\u00eb Garc\u00eda_102_assignsubmission_file_/part05_gpt.py"
    download = zipped(tmp_path / "moodle.zip", {name: b"hers"})
    content = download.read_bytes()
    for magic, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = content.index(magic) + place
        content = content[:at] + b"\0\0" + content[at + 2 :]
    download.write_bytes(content)
    assert collect(listed, download).problems == []
    assert submitted(listed) == {"zgarcia/part05/part05_gpt.py": b"hers"}


@with_git
def test_a_clones_times_are_those_of_each_file_also_after_a_merge(listed, tmp_path):
    clone = tmp_path / "clones" / "ann"
    commit(clone, {GPT: b"1", AUTOGRAD: b"1"})
    for name, date in ((GPT, "2026-11-30T13:00:00Z"), (AUTOGRAD, "2026-11-30T14:00:00Z")):
        git(clone, "checkout", "--quiet", "-b", f"b{date[12]}", "HEAD")
        (clone / name).write_bytes(b"2")
        git(clone, "commit", "--quiet", "-am", "work", date=date)
        git(clone, "checkout", "--quiet", "-")
    git(clone, "merge", "--quiet", "--no-ff", "-m", "merge", "b3", date="2026-11-30T15:00:00Z")
    git(clone, "merge", "--quiet", "--no-ff", "-m", "merge", "b4", date="2026-11-30T16:00:00Z")
    assert collect(listed, clone.parent).problems == []
    assert {path: text[11:16] for path, text in times(listed).items()} == {"ann/part05": "13:00", "ann/part01": "14:00"}
