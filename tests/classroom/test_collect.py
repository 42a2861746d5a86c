"""Collecting from platforms' downloads, archives and repositories: the right person's work, and nothing is lost."""

from __future__ import annotations

import datetime
import io
import json
import os
import shutil
import stat
import subprocess
import time as clock
import zipfile
from pathlib import Path

import pytest
from helpers.gradebook import write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.class_folder.settings import UTC, ClassError
from autograder.classroom.collect import collect, collection_lines
from autograder.classroom.gradebook import open_gradebook
from autograder.course import EXERCISES, part

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
    assert late.startswith("alee, part05: collected, but Canvas marks it late and gives no submission time")
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
    assert "Ann Lee_79" in problem and "may be alee, ann. Rename it to the id" in problem


@pytest.mark.parametrize("name", ["garciazoe_9999_1_part05_gpt.py", "Zoe Garcia_7_assignsubmission_file_part05_gpt.py"])
def test_accents_that_a_platform_drops_or_writes_in_two_signs_do_not_matter(listed, tmp_path, name):
    with open_gradebook(listed) as book:
        book.update_or_create_student("zgarcia", lms_user_id=None)
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


def test_one_folder_around_all_is_not_a_name(listed, tmp_path):
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
    assert "'mallory' is not in the class list. Add the learner" in outcome.problems[1]


@pytest.mark.parametrize("inner", ["ben/part05_gpt.py", "leeann_1004_1_part05_gpt.py", "ben.zip"])
def test_nobody_submits_work_as_somebody_else(listed, tmp_path, inner):
    content = packed({GPT: b"forged"}) if inner.endswith("zip") else b"forged"
    members = {f"mallory/{inner}": content, "ann/part05_gpt.py": b"ann's", f"zgarcia/{inner}": content}
    outcome = collect(listed, zipped(tmp_path / "x.zip", members))
    assert len(outcome.problems) == 1 and "mallory" in outcome.problems[0]
    assert not (listed.submitted / "ben").exists()


def test_a_stranger_who_is_the_only_one_in_a_download_is_not_a_folder_around_it(listed, tmp_path):
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
    assert outcome.problems == [
        f"{ascii(mine)} is not in the class list. "
        f"Add the learner (python -m autograder roster FILE --class {listed.root}), or rename it to a learner's id."
    ]


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
        return [
            submission.status for submission in collect(listed, zipped(source, {"part05_gpt.py": content}, time)).placed
        ]

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


def test_what_was_replaced_is_reported_with_the_place_of_the_backup(listed, tmp_path):
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
        (lambda path: zipped(path, {"cat.jpg": b""}), "contains no file of the course"),
    ],
)
def test_what_cannot_be_collected_is_reported(listed, tmp_path, make, said):
    make(tmp_path / "x.zip")
    with pytest.raises(ClassError, match=said):
        collect(listed, tmp_path / "x.zip")


def test_without_a_list_of_the_class_nothing_is_collected(folder, gradebook, tmp_path):
    zipped(tmp_path / "ann.zip", {GPT: b"1"})
    with pytest.raises(ClassError, match="The gradebook has no learners yet.*roster FILE --class "):
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


@pytest.mark.parametrize(
    ("header", "time"),
    [
        (
            "ID,Vollst\u00e4ndiger Name,E-Mail-Adresse,Zuletzt ge\u00e4ndert (Abgabe)",
            "Dienstag, 24. M\u00e4rz 2026, 18:12",
        ),
        ("Identifiant,Nom complet,Derni\u00e8re modification (travail remis)", "mardi 24 mars 2026, 18:12"),
        ("Identificador,Nombre completo,\u00daltima modificaci\u00f3n (entrega)", "martes, 24 de marzo de 2026, 18:12"),
        ("Identificativo,Nome completo,Ultima modifica (consegna)", "marted\u00ec, 24 marzo 2026, 18:12"),
        ("Identificador,Nome completo,\u00daltima modifica\u00e7\u00e3o (envio)", "ter\u00e7a, 24 mar. 2026, 18:12"),
    ],
)
def test_a_worksheet_in_another_language_gives_the_times_too(listed, tmp_path, header, time):
    address = "zoe@example.org," if "E-Mail" in header else ""
    text = f'{header}\nTeilnehmer/in 91,Zo\u00eb Garc\u00eda,{address}"{time}"\n'
    (tmp_path / "grades.csv").write_text(text, encoding="utf-8-sig")
    download = moodle_download(tmp_path / "x.zip", {"Zo\u00eb Garc\u00eda": 1})
    collect(listed, download, part(5), worksheet=tmp_path / "grades.csv")
    assert times(listed) == {"zgarcia/part05": "2026-03-24 18:12:00.000000 UTC"}


def unpacked(folder: Path, minutes: dict[str, int]) -> Path:
    """A download of an older Moodle, unpacked on this machine: its clock shows what the platform's showed."""
    for number, (name, after) in enumerate(minutes.items(), 90):
        place = folder / f"{name}_{number}_assignsubmission_file_"
        place.mkdir(parents=True)
        (place / GPT).write_bytes(f"of {name}".encode())
        shown = datetime.datetime(2026, 11, 30, 15, 0) + datetime.timedelta(minutes=after)
        os.utime(place / GPT, (shown.timestamp(), shown.timestamp()))
    return folder


@pytest.mark.skipif(os.name == "nt", reason="Windows takes no time zone from the environment.")
@pytest.mark.parametrize("machine", ["UTC", "America/New_York"])
def test_times_of_an_unpacked_download_are_those_of_the_class_wherever_it_was_unpacked(
    listed, tmp_path, monkeypatch, machine
):
    monkeypatch.setenv("TZ", machine)
    clock.tzset()
    try:
        write(listed, "class.toml", BERLIN)
        collect(listed, unpacked(tmp_path / "x", {"Zo\u00eb Garc\u00eda": 0, "Ben O'Neil": 300}), part(5))
        assert times(listed) == {
            "zgarcia/part05": "2026-11-30 14:00:00.000000 UTC",
            "ben/part05": "2026-11-30 19:00:00.000000 UTC",
        }
    finally:
        monkeypatch.undo()
        clock.tzset()


def test_an_unpacked_download_with_one_time_for_everybody_says_nothing_about_lateness(listed, tmp_path):
    outcome = collect(listed, unpacked(tmp_path / "x", {"Zo\u00eb Garc\u00eda": 0, "Ben O'Neil": 3}), part(5))
    assert len(outcome.placed) == 2 and times(listed) == {}


@pytest.mark.parametrize("text", ["tiistai, 24. marraskuuta 2026, 18:12", "Tuesday, 31 November 2026, 6:12 PM", "soon"])
def test_a_time_of_a_worksheet_that_cannot_be_read_is_named_with_its_line(listed, tmp_path, text):
    rows = [f'Participant 91,Ben O\'Neil,ben@example.org,Submitted,,10.00,"{text}"']
    with pytest.raises(ClassError, match=r"grades.csv, line 2: .* is not a time as Moodle writes it"):
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
    assert not outcome.problems and [submission.status for submission in outcome.placed] == ["unchanged", "corrected"]
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
    assert [submission.status for submission in collect(listed, source).placed] == ["unchanged"], "and stays"
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
        f"{place}. Rename the right one to part05_gpt.py."
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


MOODLE_ROW = "Participant 78,Ben O'Neil,ben@example.org,Submitted for grading,,10.00,"


def test_a_file_that_was_renamed_manually_has_its_time_and_is_not_listed_again(listed, tmp_path):
    members = {"Ben O'Neil_78_assignsubmission_file_/setup.py": b"ben's"}
    download = zipped(tmp_path / "x.zip", members)
    sheet = worksheet(tmp_path / "x.csv", [MOODLE_ROW + '"Tuesday, 1 December 2026, 6:12 PM"'])
    assert len(collect(listed, download, part(5), worksheet=sheet).problems) == 1
    place = listed.submitted / "ben" / "part05"
    (place / "setup.py").rename(place / GPT)
    assert times(listed) == {"ben/part05": "2026-12-01 18:12:00.000000 UTC"}
    again = collect(listed, download, part(5), worksheet=sheet)
    assert again.problems == [] and [submission.status for submission in again.placed] == ["unchanged"]
    assert again.remarks == [f'ben: "Ben O\'Neil_78_assignsubmission_file_/setup.py" was taken as {GPT}.']


def test_newer_work_to_be_renamed_leaves_the_time_of_the_older_work_until_it_is_collected_again(listed, tmp_path):
    who, early = "Ben O'Neil_78_assignsubmission_file_", MOODLE_ROW + '"Monday, 30 November 2026, 9:00 AM"'
    sheet = worksheet(tmp_path / "x.csv", [early])
    collect(listed, zipped(tmp_path / "x.zip", {f"{who}/{GPT}": b"older"}), part(5), worksheet=sheet)
    sheet = worksheet(tmp_path / "y.csv", [early.replace("30 November", "1 December").replace("Monday", "Tuesday")])
    download = zipped(tmp_path / "y.zip", {f"{who}/setup.py": b"newer"})
    (said,) = collect(listed, download, part(5), worksheet=sheet).problems
    assert said.endswith(f"Rename the right one to {GPT}. Then collect again to record its time.")
    assert times(listed) == {"ben/part05": "2026-11-30 09:00:00.000000 UTC"}
    place = listed.submitted / "ben" / "part05"
    (place / "setup.py").replace(place / GPT)
    assert [submission.status for submission in collect(listed, download, part(5), worksheet=sheet).placed] == [
        "corrected"
    ]
    assert times(listed) == {"ben/part05": "2026-12-01 09:00:00.000000 UTC"}


def test_a_module_to_be_renamed_next_to_a_right_notebook_is_listed(listed, tmp_path):
    members = {"leeann_1002_7_part05.ipynb": b"{}", "leeann_1002_8_solution.py": b"ann's"}
    outcome = collect(listed, zipped(tmp_path / "x.zip", members), part(5))
    assert [one.learner for one in outcome.placed] == ["ann"]
    (said,) = outcome.problems
    words = f"ann: {NOTEBOOK} was collected, but there is no {GPT}. Not used: 'leeann_1002_8_solution.py'."
    assert said.startswith(words)
    assert "Rename the right one" in said
    assert submitted(listed) == {"ann/part05/part05.ipynb": b"{}", "ann/part05/solution.py": b"ann's"}


@pytest.mark.parametrize("name", ["leeann_1002_text.html", "leeann_LATE_1002_link.html"])
def test_what_was_typed_into_canvas_itself_is_listed(listed, tmp_path, name):
    outcome = collect(listed, zipped(tmp_path / "x.zip", {name: b"<p>", "x_1001_1_part05_gpt.py": b""}), part(5))
    (said,) = outcome.problems
    assert said.startswith(f"ann: there is no {GPT}") and name in said


def test_work_that_canvas_makes_anonymous_is_listed(listed, tmp_path):
    names = ["anon_a1B2c_20955_part05_gpt.py", "anon_Zz9y8_LATE_20956_part05_gpt.py"]
    outcome = collect(listed, zipped(tmp_path / "x.zip", dict.fromkeys(names, b"x = 1")), part(5))
    assert outcome.placed == [] and len(outcome.problems) == 2
    assert all(f"{name!r} is not in the class list" in said for name, said in zip(names, outcome.problems))


def test_somebody_who_is_not_listed_is_never_taken_for_one_of_the_same_name(listed, tmp_path):
    canvas = zipped(tmp_path / "canvas.zip", {"garciazoe_2002_7_part05_gpt.py": b"another Zoe's"})
    (said,) = collect(listed, canvas, part(5)).problems
    assert "is not in the class list" in said
    moodle = moodle_download(tmp_path / "moodle.zip", {"Zo\u00eb Garc\u00eda": 0, "Ben O'Neil": 1})
    time = '"Tuesday, 24 November 2026, 6:12 PM"'
    sheet = worksheet(
        tmp_path / "x.csv", [f"Participant 90,Zo\u00eb Garc\u00eda,other@example.org,Submitted,,10.00,{time}"]
    )
    outcome = collect(listed, moodle, part(5), worksheet=sheet)
    assert [one.learner for one in outcome.placed] == ["ben"] and "is not in the class list" in outcome.problems[0]
    assert list(submitted(listed)) == ["ben/part05/part05_gpt.py"]


def test_late_work_under_another_name_asks_for_its_time_too(listed, tmp_path):
    download = zipped(tmp_path / "x.zip", {"leeann_LATE_1002_8_solution.py": b"ann's"})
    (said,) = collect(listed, download, part(5)).problems
    assert "Rename the right one" in said and '--submitted-at "ann=' in said
    place = listed.submitted / "ann" / "part05"
    (place / "solution.py").rename(place / GPT)
    at = {"ann": datetime.datetime(2026, 12, 1, 18, tzinfo=UTC)}
    assert collect(listed, download, part(5), submitted_at=at).problems == []
    assert times(listed) == {"ann/part05": "2026-12-01 18:00:00.000000 UTC"}


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
    "appeal_part05.toml",
    "Appeal_part05.toml.txt",
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
    collected = {one.learner for one in outcome.placed} | {line.split()[-2] for line in outcome.appeals}
    said = "\n".join(outcome.problems)
    for who in people:
        person = PEOPLE[platform].get(who, "Stran Ger_99")
        named = who in said.replace(":", " ").split() or ascii(person)[1:-1] in said
        assert who in collected or named, f"{who} is neither collected nor named: {sorted(members)}"


# Regrade requests

ASKS = b'[[appeal]]\ncheck = "a_check"\nreason = "Why."\n'


def requests(folder) -> dict[str, bytes]:
    return {path.relative_to(folder.appeals).as_posix(): path.read_bytes() for path in folder.appeals.rglob("*.toml")}


@pytest.mark.parametrize(
    "name",
    [
        "leeann_1002_78_appeal_part05.toml",
        "leeann_LATE_1002_79_appeal_part05-1.toml",
        "Ben O'Neil_78_assignsubmission_file_/appeal_part05.toml",
        "Ben O'Neil_78_assignsubmission_file_appeal_part05 (1).toml",
        "ann/exercises/Appeal_Part05.toml.txt",
    ],
)
@pytest.mark.parametrize("its_part", [None, part(5)])
def test_a_request_alone_is_collected_and_the_work_stays_with_its_time(listed, tmp_path, name, its_part):
    work = {"ann/part05_gpt.py": b"ann's", "ann/part05.ipynb": b"{}", "ben/part05_gpt.py": b"ben's"}
    collect(listed, zipped(tmp_path / "work.zip", work), part(5), {"": datetime.datetime(2026, 11, 30, tzinfo=UTC)})
    before = submitted(listed), times(listed)
    for _ in range(2):
        outcome = collect(listed, zipped(tmp_path / "x.zip", {name: ASKS}), its_part)
        assert (submitted(listed), times(listed)) == before
        assert not outcome.problems and not outcome.placed
        who = "ben" if name.startswith("Ben") else "ann"
        assert requests(listed) == {f"{who}/appeal_part05-01.toml": ASKS}
    assert f"Regrade request, collected before: {who} part05." in collection_lines(outcome)


def test_a_request_with_unchanged_work_makes_nothing_late_and_takes_nothing_back(listed, tmp_path):
    write(listed, "class.toml", BERLIN)
    work = {
        "Ben O'Neil_78_assignsubmission_file_/" + name: content
        for name, content in {GPT: b"5", NOTEBOOK: b"{}"}.items()
    }
    on_time, late = (
        worksheet(tmp_path / f"{day}.csv", [f'Participant 78,Ben O\'Neil,ben@example.org,Submitted,,10.00,"{text}"'])
        for day, text in (("a", "Tuesday, 24 November 2026, 6:12 PM"), ("b", "Sunday, 6 December 2026, 6:12 PM"))
    )
    collect(listed, zipped(tmp_path / "x.zip", work), part(5), worksheet=on_time)
    before = submitted(listed), times(listed)
    asks = {"Ben O'Neil_78_assignsubmission_file_/appeal_part05.toml": ASKS}
    again = {name: content for name, content in work.items() if name.endswith(".py")} | asks
    outcome = collect(listed, zipped(tmp_path / "y.zip", again), part(5), worksheet=late)
    assert [submission.status for submission in outcome.placed] == ["unchanged"]
    assert (submitted(listed), times(listed)) == before and len(requests(listed)) == 1
    outcome = collect(
        listed, zipped(tmp_path / "z.zip", again | {next(iter(again)): b"new work"}), part(5), worksheet=late
    )
    assert [submission.status for submission in outcome.placed] == ["replaced"]
    assert times(listed) == {"ben/part05": "2026-12-06 17:12:00.000000 UTC"}, "new work has a new time"


def test_canvas_marks_a_request_late_and_that_says_nothing_about_the_work(listed, tmp_path):
    collect(listed, zipped(tmp_path / "x.zip", {CANVAS_ON_TIME: b"ann's"}), part(5))
    late = CANVAS_ON_TIME.replace("_1002_", "_LATE_1002_")
    asks = {late: b"ann's", late.replace(GPT, "appeal_part05.toml"): ASKS}
    assert not collect(listed, zipped(tmp_path / "y.zip", asks), part(5)).problems
    assert times(listed) == {}


def test_every_version_of_a_request_is_kept_and_one_that_is_too_large_is_named(listed, tmp_path):
    for content in (ASKS, ASKS + ASKS, ASKS):
        collect(listed, zipped(tmp_path / "x.zip", {"ann/appeal_part05.toml": content}))
    assert requests(listed) == {"ann/appeal_part05-01.toml": ASKS, "ann/appeal_part05-02.toml": ASKS + ASKS}
    outcome = collect(listed, zipped(tmp_path / "x.zip", {"ann/appeal_part05.toml": b"#" * 40_000}))
    assert outcome.problems == ["ann: 'ann/appeal_part05.toml' is larger than 32 KB."]
    many = {f"ann/{number}/appeal_part05.toml": ASKS + b"#" * number for number in range(60)}
    outcome = collect(listed, zipped(tmp_path / "x.zip", many))
    assert len(requests(listed)) == 50 and "since 50 versions of it are in" in outcome.problems[0]
    assert set(outcome.problems[0].split(":")) & {"ann"} and submitted(listed) == {}


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
    commit(clones / "cs-101-part05-ann", {"exercises/part05_gpt.py": b"first", "exercises/part01_autograd.py": b"1"})
    commit(clones / "cs-101-part05-ann", {"exercises/part05_gpt.py": b"second"}, "2026-12-01T08:00:00+01:00")
    commit(clones / "cs-101-part05-ann", {"README.md": b"later"}, "2026-12-24T08:00:00Z")
    (clones / "cs-101-part05-ann" / "exercises" / GPT).write_bytes(b"not committed")
    commit(clones / "cs-101-part05-ben", {"exercises/part05_gpt.py": b"ben's"})
    git(clones / "cs-101-part05-ben", "pack-refs", "--all")
    git(clones / "cs-101-part05-ben", "gc", "--quiet")
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
    assert "'ben' is not the same as gpt-2026-ben" in said and len(outcome.problems) == 4


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
    assert "'ben': Its objects are in another" in said
    assert "'alee': Its HEAD is not a branch" in said and "'zgarcia': It has no commit yet" in said


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
    assert outcome.problems == ["'ann': git ls-tree takes too long to read it."]


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


RECIPE = b"def initial_std(matrix):\n    return 0.05\n"


@pytest.mark.parametrize("its_part", [None, part(10)])
def test_recipes_are_collected_where_the_board_looks_for_them(listed, tmp_path, its_part):
    members = {
        "zoegarcia_1001_9_leaderboard_recipe-1.py": RECIPE,
        "zoegarcia_1001_9_part10_experiments.py": b"x = 1\n",
        "leeann_1002_9_leaderboard_recipe.py.txt": RECIPE + b"# mine\n",
        "oneilben_1004_9_leaderboard_recipe.py": (EXERCISES / "leaderboard_recipe.py").read_bytes(),
    }
    outcome = collect(listed, zipped(tmp_path / "canvas.zip", members), its_part)
    assert submitted(listed) == {
        "ann/leaderboard_recipe.py": RECIPE + b"# mine\n",
        "zgarcia/leaderboard_recipe.py": RECIPE,
        "zgarcia/part10/part10_experiments.py": b"x = 1\n",
    }
    assert outcome.problems == ["ben: leaderboard_recipe.py is unchanged, so it was not collected."]
    assert "1 of 1 have no submission time" in "\n".join(collection_lines(outcome))
    again = collect(listed, zipped(tmp_path / "again.zip", {"leeann_1002_10_leaderboard_recipe.py": RECIPE}), its_part)
    (placed,) = again.placed
    assert placed.status == "replaced" and placed.backup.read_bytes() == RECIPE + b"# mine\n"
    assert (listed.submitted / "ann" / "leaderboard_recipe.py").read_bytes() == RECIPE
    (placed,) = collect(listed, tmp_path / "again.zip", its_part).placed
    assert placed.status == "unchanged"
