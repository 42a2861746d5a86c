"""Verdicts in a database, SQLite's and PostgreSQL's alike: kept once, whole, whoever else writes and whatever dies."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.batch import call_cli

from autograder.course import ROOT, SOLUTIONS, part
from autograder.grading import store
from autograder.grading.report import Check, Report

pytest.importorskip("sqlalchemy")

from sqlalchemy import text

from autograder.class_folder.verdict_database import DatabaseStore
from autograder.class_folder.verdict_store import open_store
from autograder.database import VARIABLE, DatabaseError, open_database
from autograder.leaderboard.database_tables import BoardBase

PART = part(3)
FILES = {"part01_autograd.py": b"one", "part03_layers.py": b"three"}
CHECK = Check("a", "3.1", "A \u2264 sum", False, 1.0, 0.5, "failed", "Called: \x1b\ud800 \x00", "id", 3)
REPORT = Report(
    3, "part03_layers", "part03_layers.py", "0" * 64, 1, "strict", "3.11.2", (CHECK,), "\u202e \x00", "Part 1."
)


def url_of(database: Path | str) -> str:
    return database if isinstance(database, str) else f"sqlite:///{database}"


@pytest.fixture
def kept(database) -> DatabaseStore:
    return DatabaseStore(database)


def test_the_same_work_is_graded_once_whoever_asks(kept, database, monkeypatch):
    made = []

    def grade(files, its_part, **options) -> Report:
        made.append(files)
        return replace(REPORT, seed=len(made))

    monkeypatch.setattr(store, "grade", grade)
    first = kept.grade(FILES, PART)
    assert kept.grade(dict(FILES), PART) == first == DatabaseStore(database).grade(FILES, PART) and len(made) == 1
    assert kept.grade({**FILES, "part03_layers.py": b"other"}, PART).seed == 2


def test_what_comes_back_is_the_report_as_it_was_with_its_seconds(kept):
    assert kept.find("00") is None
    kept.keep("00", REPORT, 1.23456)
    assert kept.find("00") == (REPORT, 1.235)


def test_of_two_who_grade_the_same_the_first_verdict_stays(kept):
    kept.keep("00", REPORT, 1.0)
    kept.keep("00", replace(REPORT, seed=2), 2.0)
    assert kept.find("00").report.seed == 1


@pytest.mark.parametrize("content", ["", "{", "null", "[1]", '{"part": 3}', "[" * 100_000])
def test_what_is_no_verdict_is_graded_anew_and_replaced(kept, content):
    with kept.engine.begin() as connection:
        connection.execute(text("INSERT INTO verdicts VALUES ('00', :content)"), {"content": content})
    assert kept.find("00") is None
    kept.keep("00", REPORT, 1.0)
    assert kept.find("00").report == REPORT


WRITER = """
import pickle, sys
from dataclasses import replace
from pathlib import Path
from autograder.class_folder.verdict_database import DatabaseStore
where, seed = sys.argv[1], int(sys.argv[3])
REPORT = pickle.loads(bytes.fromhex(sys.argv[2]))
kept = DatabaseStore(where if "://" in where else Path(where))
print("ready", flush=True)
sys.stdin.readline()
for number in range(10_000 if len(sys.argv) > 4 else 30):
    kept.keep(f"{number:02}", replace(REPORT, seed=seed, printed=str(seed) * 20_000), 1.0)
    print(number, kept.find(f"{number:02}").report.seed, flush=True)
"""


def start_writer(database: Path | str, *words: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(database), pickle.dumps(REPORT).hex(), *map(str, words)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="ascii",
    )


def test_writers_at_once_all_see_the_same_verdicts(database):
    writers = [start_writer(database, seed) for seed in (1, 2, 3)]  # the tables are not there yet: all make them
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    said = []
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        said.append(writer.communicate(timeout=300)[0].splitlines())
        assert writer.returncode == 0
    assert said[0] == said[1] == said[2] and len(said[0]) == 30
    kept = DatabaseStore(database)
    for line in said[0]:
        number, seed = line.split()
        report = kept.find(f"{int(number):02}").report
        assert str(report.seed) == seed and report.printed == seed * 20_000


def test_a_writer_that_is_killed_loses_nothing_that_it_had_kept_and_leaves_no_lock(database):
    for seed in (1, 2, 3):
        writer = start_writer(database, seed, "for ever")
        writer.stdout.readline()
        writer.stdin.write("go\n")
        writer.stdin.flush()
        for _ in range(4 * seed):
            last = int(writer.stdout.readline().split()[0])
        time.sleep(0.003 * seed)
        writer.kill()
        writer.communicate()
        kept = DatabaseStore(database)
        for number in range(last + 1):
            report = kept.find(f"{number:02}").report
            assert report.printed == str(report.seed) * 20_000
        kept.keep(f"after {seed}", REPORT, 1.0)  # raises DatabaseError where a lock was left


def test_the_environment_says_where_verdicts_are_kept(kept, database, tmp_path, monkeypatch):
    kept.keep("00", REPORT, 1.0)
    assert open_store(tmp_path / "verdicts").find("00") is None
    monkeypatch.setenv(VARIABLE, url_of(database))
    assert open_store(tmp_path / "verdicts").find("00").report == REPORT
    monkeypatch.setenv(VARIABLE, "")
    assert open_store(tmp_path / "verdicts").find("00") is None


def run_cli(database: Path | str, *words: object) -> tuple[int, str, str]:
    """Call a command with this database."""
    return call_cli(*words, environment={VARIABLE: url_of(database)})


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the strict sandbox")
def test_a_batch_keeps_its_verdicts_in_the_database_and_does_nothing_twice(database, tmp_path):
    place = tmp_path / "submitted" / "ada" / "part00"
    place.mkdir(parents=True)
    place.joinpath("part00_setup.py").write_bytes((SOLUTIONS / "part00_setup.py").read_bytes())
    for _ in range(2):
        status, said, complained = run_cli(database, "grade", tmp_path / "submitted", "--json")
        if "sandbox" in complained:
            pytest.skip(complained)
        assert status == 0 and json.loads(said)["graded"] == 1
        with DatabaseStore(database).engine.begin() as connection:
            assert connection.execute(text("SELECT count(*) FROM verdicts")).scalar() == 1
    assert not list((tmp_path / "verdicts").glob("??/*.json")), "and none in files"
    assert len((tmp_path / "verdicts" / "ledger.jsonl").read_text(encoding="ascii").splitlines()) == 1
    status, said, _ = run_cli(database, "repeat", "ada/part00", "--out", tmp_path / "verdicts")
    assert status == 0 and "The verdict is the same, check by check." in said
    status, said, _ = run_cli(database, "analytics", tmp_path / "verdicts")
    assert status == 0 and "1 learner, 1 verdict" in said


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://ada:s3cret@127.0.0.1:1/course", "postgresql://ada:***@127.0.0.1:1/course can't be used: "),
        ("postgresql+psycopg2://ada:s3cret@127.0.0.1:1/course", "can't be used: "),
        ("mysql://ada:s3cret@127.0.0.1/course", "is not a SQLite or PostgreSQL URL"),
        ("nonsense s3cret", "AUTOGRADER_DATABASE is not a valid URL"),
        ("sqlite:////no/such/folder/s", "can't be used: unable to open"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_without_its_password(tmp_path, url, sentence):
    with pytest.raises(DatabaseError) as caught:
        open_database(url, BoardBase.metadata)
    assert sentence in str(caught.value) and "s3cret" not in str(caught.value)
    (tmp_path / "submitted" / "ada").mkdir(parents=True)
    (tmp_path / "submitted" / "ada" / "part00_setup.py").write_text("", encoding="utf-8")
    for words in (["grade", str(tmp_path / "submitted")], ["leaderboard", "show", "--board", str(tmp_path)])[
        : 2 if "://a" in url else 1
    ]:
        status, said, complained = run_cli(url, *words)
        assert status in (1, 2) and sentence in complained
        assert "Traceback" not in complained and "s3cret" not in said + complained


def test_a_server_that_goes_away_is_said_and_used_again_when_it_is_back(postgresql_server):
    postgresql_server.empty()
    kept = DatabaseStore(postgresql_server.url)
    kept.keep("00", REPORT, 1.0)
    postgresql_server.stop()
    try:
        for attempt in (lambda: kept.find("00"), lambda: kept.keep("01", REPORT, 1.0)):
            with pytest.raises(OSError, match="the database did not answer"):
                attempt()
    finally:
        postgresql_server.start()
    assert kept.find("00").report == REPORT and kept.find("01") is None
    postgresql_server.stop()
    postgresql_server.start()
    assert kept.find("00").report == REPORT, "nobody asked meanwhile, and the old connection is gone"
