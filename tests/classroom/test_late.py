"""Lateness: due dates, extensions and penalties reach nbgrader's gradebook, and bad lines are named."""

from __future__ import annotations

import datetime
import os
import shutil

import pytest
from helpers.gradebook import DUE, add_assignment, add_submission, give_by_hand, write
from helpers.submissions import PART, hand_in

from autograder.class_folder.collected import parsed_time
from autograder.class_folder.settings import (
    UTC,
    ClassError,
    ClassFolder,
    LatePolicy,
    assignments,
    load_settings,
    time_zone,
)
from autograder.classroom.autograde import grade_class
from autograder.classroom.extensions import Extensions, load_extensions
from autograder.classroom.gradebook import open_gradebook
from autograder.classroom.grades import class_grades
from autograder.classroom.late_policy import refresh_penalties
from autograder.classroom.nbgrader_converters import ClassDirectory
from autograder.course import part
from autograder.sandbox import Tier

HOUR = 3600
DAY = 24 * HOUR
NOON = datetime.datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
POLICY = LatePolicy(percent_per_day=10, grace_hours=2, most_percent=50)


@pytest.mark.parametrize(
    ("seconds", "percent"),
    [(0, 0), (2 * HOUR, 0), (2 * HOUR + 1, 10), (DAY + 2 * HOUR, 10), (DAY + 2 * HOUR + 1, 20), (30 * DAY, 50)],
)
def test_each_day_begun_after_the_grace_hours_costs_its_percentage_up_to_the_most(seconds, percent):
    submitted = NOON + datetime.timedelta(seconds=seconds)
    assert POLICY.penalty(8.0, NOON, submitted, UTC) == pytest.approx(8.0 * percent / 100, abs=1e-12)


def test_a_penalty_never_takes_more_than_was_earned():
    submitted = NOON + datetime.timedelta(days=9)
    assert LatePolicy(60, 0, 100).penalty(5.0, NOON, submitted, UTC) == 5.0
    assert POLICY.penalty(0.0, NOON, submitted, UTC) == 0.0


# Clocks go back an hour in the night to 1 November in New York and to 25 October in Berlin, and forward on 29 March.
@pytest.mark.parametrize(
    ("zone", "due", "submitted", "grace", "days"),
    [
        ("America/New_York", "2026-10-31 20:00", "2026-11-01 19:30", 0, 1),
        ("America/New_York", "2026-10-31 20:00", "2026-11-01 20:00", 0, 1),
        ("America/New_York", "2026-10-31 20:00", "2026-11-01 20:01", 0, 2),
        ("America/New_York", "2026-10-31 20:00", "2026-11-01 21:30", 2, 1),
        ("America/New_York", "2026-10-31 20:00", "2026-11-01 22:01", 2, 2),
        ("Europe/Berlin", "2026-03-28 20:00", "2026-03-29 20:00", 0, 1),
        ("Europe/Berlin", "2026-03-28 20:00", "2026-03-29 20:30", 0, 2),
        ("Europe/Berlin", "2026-10-24 18:00", "2026-11-03 18:00", 0, 10),
        ("Europe/Berlin", "2026-10-24 18:00", "2026-11-03 18:01", 0, 11),
        ("UTC", "2026-10-31 20:00", "2026-11-01 20:00", 0, 1),
    ],
)
def test_a_late_day_ends_at_the_due_time_on_the_class_s_clock(zone, due, submitted, grace, days):
    clock = time_zone(zone)
    times = (datetime.datetime.fromisoformat(text).replace(tzinfo=clock).astimezone(UTC) for text in (due, submitted))
    assert LatePolicy(10, grace, 100).days_late(*times, clock) == days


@pytest.mark.parametrize(("text", "until"), [("1", "2026-10-25 18:00"), ("1.5", "2026-10-26 06:00")])
def test_an_extension_of_days_ends_at_the_due_time_on_the_class_s_clock(folder, text, until):
    write(folder, "class.toml", 'time_zone = "Europe/Berlin"\n[due]\npart05 = 2026-10-24T18:00:00\n')
    write(folder, "extensions.csv", HEADER + f"ann,5,,{text}\n")
    settings = load_settings(folder)
    due = settings.due["part05"]
    ends = due + load_extensions(folder, settings).more_time("ann", "part05", due)
    assert ends.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M") == until


def test_without_a_class_file_the_weights_add_up_to_100_and_nothing_is_due(folder):
    settings = load_settings(folder)
    assert sum(settings.weights.values()) == 100 and set(settings.weights) == set(assignments())
    assert settings.due == {}


def test_due_dates_are_read_in_the_zone_that_the_class_names(folder):
    write(
        folder, "class.toml", 'time_zone = "Europe/Berlin"\n[due]\npart05 = 2026-11-30T18:00:00\npart06 = 2026-07-01\n'
    )
    due = load_settings(folder).due
    assert due["part05"] == datetime.datetime(2026, 11, 30, 17, 0, tzinfo=UTC), "in winter one hour before UTC"
    assert due["part06"] == datetime.datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC), "the end of the day, in summer"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time_zone = 'Berlin'", "there is no time zone 'Berlin'"),
        ("time_zone = 5", "there is no time zone 5"),
        ("[late]\npercent_per_day = -1", r"\[late\] percent_per_day: -1 must be a number"),
        ("[late]\nmost_percent = 101", "most_percent: 101 must not be above 100"),
        ("[late]\npercent_per_day = 200", "percent_per_day: 200 must not be above 100"),
        ("[late]\ngrace_hours = true", "grace_hours: True must be a number"),
        ("[late]\ngrace = 2", r"\[late\] grace: there is no such key"),
        ("late = 5", "late must be a table"),
        ("[weights]\npart00 = 50", "they add up to 50, and must to 100"),
        ("[weights]\npart0 = 100", "part0: there is no such key"),
        ("[weights]\npart00 = nan", "nan must be a number"),
        ("[due]\npart05 = 'soon'", r"\[due\] part05: this is not a date"),
        ("[due]\npart05 = 5", "this is not a date"),
        ("deadline = 5", "deadline: there is no such key"),
        ("[late", "as TOML"),
        ("x = '\udcff'", "as TOML"),
    ],
)
def test_a_class_file_that_cannot_be_used_is_reported_in_a_sentence(folder, text, said):
    (folder.root / "class.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ClassError, match=said):
        load_settings(folder)


def extensions_of(folder: ClassFolder, lines: str, due: str = "") -> Extensions:
    write(folder, "class.toml", f'time_zone = "Europe/Berlin"\n[due]\n{due}')
    write(folder, "extensions.csv", lines)
    return load_extensions(folder, load_settings(folder))


def test_an_extension_for_a_part_comes_before_one_for_all(folder):
    lines = "student_id,part,due,extra_days\nann,,,2\nann,5,2026-12-03 18:00,\nben,capstone,,1.5\n"
    found = extensions_of(folder, lines, "part05 = 2026-11-30T18:00:00")
    due = DUE.replace(tzinfo=UTC)
    assert found.more_time("ann", "part04", due) == datetime.timedelta(days=2)
    assert found.more_time("ann", "part05", due) == datetime.timedelta(days=2, hours=23), "18:00 in Berlin is 17:00 UTC"
    assert found.more_time("ben", "part05", due) is None
    assert found.more_time("ben", "capstone", due) == datetime.timedelta(days=1.5)
    assert found.unknown({"ann"}) == ["extensions.csv, line 4: ben is not in the gradebook."]


def test_an_extension_for_all_parts_shortens_none(folder):
    found = extensions_of(folder, "student_id;part;due\nann;;2026-12-03\n")
    assert found.more_time("ann", "part10", datetime.datetime(2027, 1, 1, tzinfo=UTC)) is None


HEADER = "student_id,part,due,extra_days\n"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("student,part,due\nann,5,2026-12-01", "line 1: the first line must be"),
        ("student_id,part\nann,5", "line 1: the first line must be"),
        (HEADER + ",5,,2", "line 2: student_id is empty"),
        (HEADER + "ann,12,,2", "line 2: '12' is not a part"),
        (HEADER + "\n\nann,five,,2", "line 4: 'five' is not a part"),
        (HEADER + "ann,5,,", "line 2: fill in either"),
        (HEADER + "ann,5,2026-12-03,2", "line 2: fill in either"),
        (HEADER + "ann,5,tomorrow,", "line 2, due 'tomorrow': this is not a date"),
        (HEADER + "ann,5,2026-11-29,", "line 2: 2026-11-29 is before the due date of part05"),
        (HEADER + "ann,5,,nan", "line 2: extra_days is 'nan'"),
        (HEADER + "ann,5,,-1", "line 2: extra_days is '-1'"),
        (HEADER + "ann,5,,1\nben,5,,1\nann,part05,,2", "line 4: line 2 is for the same learner and part"),
        (HEADER + "ann,5,,1,2", "line 2: there are more cells than columns"),
        ("", "is not a table"),
    ],
)
def test_a_bad_line_of_the_extensions_is_named(folder, lines, said):
    with pytest.raises(ClassError, match=said):
        extensions_of(folder, lines, "part05 = 2026-11-30T18:00:00")


def test_due_date_extension_and_penalty_land_in_the_gradebook(folder, gradebook):
    write(folder, "class.toml", "[due]\npart09 = 2026-11-30T18:00:00\n")
    add_assignment(gradebook, "part09", {"check-9-1": 8, "written-9-5": 2})
    for student in ("ann", "ben", "cid"):
        late = DUE + datetime.timedelta(days=1, hours=1)
        add_submission(gradebook, "part09", student, {"check-9-1": 5.0, "written-9-5": None}, late)
    add_submission(gradebook, "part09", "dee", {"check-9-1": 5.0, "written-9-5": None}, DUE)
    settings = load_settings(folder)

    def penalties() -> list[float]:
        refresh_penalties(gradebook, settings, load_extensions(folder, settings))
        return [
            gradebook.find_submission("part09", student).late_submission_penalty or 0.0
            for student in ("ann", "ben", "cid", "dee")
        ]

    assert penalties() == [0.5, 0.5, 0.5, 0.0]
    give_by_hand(gradebook, "part09", "ann", "written-9-5", 2.0)
    assert penalties() == pytest.approx([0.7, 0.5, 0.5, 0.0]), "what a person gives counts as earned"
    write(folder, "extensions.csv", HEADER + "ben,9,,1\n")
    assert penalties() == pytest.approx([0.7, 0.0, 0.5, 0.0])
    write(folder, "extensions.csv", HEADER + "cid,9,,1\n")
    assert penalties() == pytest.approx([0.7, 0.5, 0.0, 0.0]), "an extension that is taken out of the file is gone"


def test_an_extension_for_what_has_no_due_date_changes_nothing(folder, gradebook):
    add_assignment(gradebook, "part05", {"check-5-1": 8})
    add_submission(gradebook, "part05", "ann", {"check-5-1": 5.0}, DUE)
    write(folder, "extensions.csv", HEADER + "ann,5,,1\n")
    settings = load_settings(folder)
    refresh_penalties(gradebook, settings, load_extensions(folder, settings))
    assert gradebook.find_submission("part05", "ann").total_seconds_late == 0


def test_autograde_itself_takes_the_penalty_off(folder, empty_gradebook, strict):
    """nbgrader's own steps, by the names in the configuration: so it holds for formgrader's button as well."""
    shutil.copy(empty_gradebook, folder.root)
    write(folder, "class.toml", "[due]\npart09 = 2026-11-23T09:00:00\n[late]\ngrace_hours = 0\n")
    write(folder, "extensions.csv", HEADER + "ben,9,,2\n")
    for learner in ("ann", "ben"):
        hand_in(folder, learner)  # at noon on 24 November: 27 hours late, two days begun
    assert not [one for one in grade_class(folder, PART, ["ann", "ben"], strict) if one.failure]
    with open_gradebook(folder) as book:
        penalties = [book.find_submission("part09", one).late_submission_penalty or 0.0 for one in ("ann", "ben")]
    assert penalties == pytest.approx([0.2 * 10, 0.0])


@pytest.mark.parametrize(
    ("noted", "utc"),
    [
        ("2026-11-24 12:00:00.000000 UTC", "2026-11-24T12:00:00+00:00"),
        ("2026-11-24 12:00:00.5 CET", "2026-11-24T11:00:00.500000+00:00"),
        ("2026-07-24 12:00:00 Europe/Berlin", "2026-07-24T10:00:00+00:00"),
        ("2026-11-24 12:00:00 Nowhere/Town", "2026-11-24T12:00:00+00:00"),
        ("2026-11-24T12:00+01:00", "2026-11-24T11:00:00+00:00"),
        ("2026-11-24 12:00:00 +3600", "2026-11-24T11:00:00+00:00"),
    ],
)
def test_a_time_is_read_as_nbgrader_and_people_write_it(noted, utc):
    assert parsed_time(noted).isoformat() == utc


@pytest.mark.parametrize(
    "noted",
    [
        *("9999-12-31 23:59:59.999999 UTC", "0001-01-01 00:00:00 UTC", "2026-02-30 12:00:00 UTC", "10", "Mon", "nan"),
        *(
            "2026-11-24 12:00:00 ../../../etc/passwd",
            "2026-11-24 12:00:00 /etc/localtime",
            "2026-11-24 12:00:00 -99999",
        ),
        *(
            "2026-11-24 12:00:00 UTC\nUTC",
            "2026-11-24\0 12:00:00 UTC",
            "9" * 90,
            "\u0662\u0660\u0662\u0666-11-24 12:00",
            "",
        ),
    ],
)
def test_what_is_not_a_time_of_this_century_is_not_a_time(noted):
    assert parsed_time(noted) is None


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_a_forged_time_is_as_good_as_none_and_costs_nobody_else(folder, empty_gradebook, zone):
    shutil.copy(empty_gradebook, folder.root)
    write(folder, "class.toml", f'time_zone = "{zone}"\n[due]\npart09 = "2026-11-24 18:00"\n')
    forged = ("9999-12-31 23:59:59 UTC", "0001-01-01 00:00:00 UTC", "2026-11-24 12:00:00 ../../../etc/passwd")
    learners = ["ada", "ben", "cid", "dan"]
    for learner in learners:
        hand_in(folder, learner)
    for learner, time in zip(learners, forged):
        (folder.submitted / learner / "part09" / "timestamp.txt").write_text(time, encoding="ascii")
    outcomes = grade_class(folder, part(9), learners, Tier.LOCAL)
    assert [one.failure for one in outcomes] == [""] * 4
    assert [grade.grades["part09"].penalty for grade in class_grades(folder).learners] == [0] * 4
    page = (folder.feedback / "ada" / "part09" / "part09.html").read_text(encoding="utf-8")
    assert "timestamp.txt contains no valid time" in page


@pytest.mark.timeout(60)
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="There are no pipes here.")
def test_a_pipe_in_place_of_a_time_stops_nothing(folder):
    place = hand_in(folder, "ada")
    (place / "timestamp.txt").unlink()
    os.mkfifo(place / "timestamp.txt")
    assert ClassDirectory().get_existing_timestamp(str(place)) is None
