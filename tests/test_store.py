"""The result store: the same work is graded once, other work anew, and what is stored is whole whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course import ROOT, part
from autograder.files import write_atomically
from autograder.grading import store
from autograder.grading.report import Check, Report
from autograder.grading.store import Store, report_from_json
from autograder.sandbox import Tier

PART = part(3)
FILES = {"part01_autograd.py": b"one", "part03_layers.py": b"three", "part08_generation.py": b"eight"}


@pytest.fixture
def kept(tmp_path, monkeypatch) -> Store:
    """A store whose grading only counts; the seed is the number of the grading."""
    made = []

    def grade(files, its_part, *, seed=None, tier, task=None, own_parts=False, **options) -> Report:
        made.append(files)
        check = Check("a", "3.1", "A \u2264 sum", False, 1.0, 0.5, "failed", "Called: \x1b\ud800", "id", 3)
        drawn = len(made) if seed is None else seed
        report = Report(3, "part03_layers", "part03_layers.py", "0" * 64, drawn, tier.value, "3.11.2", (check,))
        return replace(report, printed="\u202e \x00 text", breaks="Part 1 breaks it.")

    monkeypatch.setattr(store, "grade", grade)
    suite_hash = store.suite_hash  # a test may put another in its place
    suite_hash.cache_clear()
    yield Store(tmp_path)
    suite_hash.cache_clear()


def test_the_same_work_gets_the_same_verdict_with_the_same_seed(kept):
    first = kept.grade(FILES, PART)
    assert first.seed == 1 and kept.grade(dict(FILES), PART) == first
    assert Store(kept.folder).grade(FILES, PART) == first, "another process finds it too"


def test_only_the_modules_that_a_verdict_depends_on_count(kept):
    first = kept.grade(FILES, PART)
    assert kept.grade({**FILES, "part01_autograd.py": b"other", "part08_generation.py": b""}, PART) == first
    assert kept.grade({**FILES, "part03_layers.py": b"other"}, PART).seed == 2
    own = kept.grade(FILES, PART, own_parts=True)
    assert own.seed == 3 and kept.grade({**FILES, "part08_generation.py": b""}, PART, own_parts=True) == own
    assert kept.grade({**FILES, "part01_autograd.py": b"other"}, PART, own_parts=True).seed == 4
    without = {name: content for name, content in FILES.items() if name != "part01_autograd.py"}
    assert kept.grade(without, PART, own_parts=True).seed == 5


def test_a_tier_a_task_and_a_seed_of_its_own_ask_for_a_verdict_of_their_own(kept):
    kept.grade(FILES, PART)
    assert kept.grade(FILES, PART, tier=Tier.LOCAL).seed == 2
    assert kept.grade(FILES, PART, task="3.1").seed == 3
    assert kept.grade(FILES, PART, tier=Tier.LANDLOCK).seed == 4  # whose interpreter is that of the strict tier
    assert kept.grade(FILES, PART, seed=77).seed == 77
    assert kept.grade(FILES, PART).seed == 1


@pytest.mark.parametrize("changed", ["hash", "version"])
def test_a_changed_suite_or_grader_asks_for_a_new_verdict(kept, monkeypatch, changed):
    assert kept.grade(FILES, PART).seed == 1
    if changed == "hash":
        monkeypatch.setattr(store, "suite_hash", lambda its_part: "other")
    else:
        monkeypatch.setattr("autograder.__version__", "0.0.0")
        store.suite_hash.cache_clear()
    assert kept.grade(FILES, PART).seed == 2


def test_any_changed_file_of_the_suite_changes_its_hash(tmp_path, monkeypatch):
    folder = tmp_path / "part03"
    folder.mkdir()
    (folder / "probes.py").write_text("a", encoding="utf-8")
    monkeypatch.setattr("autograder.course.SUITES", tmp_path)
    store.suite_hash.cache_clear()
    hashes = {store.suite_hash(PART)}
    for name, text in (("probes.py", "b"), ("test_hidden.py", ""), ("misconceptions.toml", "x")):
        (folder / name).write_text(text, encoding="utf-8")
        store.suite_hash.cache_clear()
        hashes.add(store.suite_hash(PART))
    (folder / "probes.cpython-311.pyc").write_text("x", encoding="utf-8")
    store.suite_hash.cache_clear()
    hashes.add(store.suite_hash(PART))
    assert len(hashes) == 4
    store.suite_hash.cache_clear()


def test_a_change_of_how_the_text_of_a_worker_is_cleaned_changes_the_hash(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "HERE", tmp_path)
    hashes = set()
    for content in ("one", "two"):
        (tmp_path / "text.py").write_text(content, encoding="utf-8")
        store.suite_hash.cache_clear()
        hashes.add(store.suite_hash(PART))
    store.suite_hash.cache_clear()
    assert len(hashes) == 2


BROKEN = [b"", b"{", b"null", b"[]", b"[1, 2]", b'{"part": 3}', b'"text"', b"\xff\xfe", b"\x00" * 100, b"[" * 100_000]


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_a_file_that_is_half_written_or_not_ours_is_graded_anew_and_replaced(kept, content):
    kept.grade(FILES, PART)
    (path,) = kept.folder.rglob("*.json")
    path.write_bytes(content)
    assert kept.grade(FILES, PART).seed == 2 and kept.grade(FILES, PART).seed == 2


def test_a_verdict_whose_end_is_missing_is_graded_anew(kept):
    kept.grade(FILES, PART)
    (path,) = kept.folder.rglob("*.json")
    whole = path.read_bytes()
    for length in range(0, len(whole), 40):
        path.write_bytes(whole[:length])
        assert kept.find(path.stem) is None


def test_what_comes_back_from_the_store_is_the_report_as_it_was(kept):
    report = kept.grade(FILES, PART)
    assert kept.grade(FILES, PART) == report == report_from_json(report.to_json() | {"printed": report.printed})


WRITER = """
import sys
from pathlib import Path
from autograder.files import write_atomically

print("begun", flush=True)
while True:
    for letter in b"ab":
        write_atomically(Path(sys.argv[1]), bytes([letter]) * 3_000_000)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_a_writer_that_is_killed_leaves_a_whole_file_or_none(tmp_path):
    path = tmp_path / "results" / "verdict.json"
    for round_number in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE)
        writer.stdout.readline()
        time.sleep(0.02 + 0.03 * round_number)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        if path.exists():
            content = path.read_bytes()
            assert len(content) == 3_000_000 and len(set(content)) == 1
    left = [found.name for found in path.parent.iterdir() if found != path]
    assert all(name.endswith(".part") for name in left), "and nothing that a store would take for a verdict"
    write_atomically(path, b"c")
    assert path.read_bytes() == b"c"


def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "verdict.json"
    write_atomically(path, b"old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert [found.name for found in tmp_path.iterdir()] == ["verdict.json"] and path.read_bytes() == b"old"


def test_a_file_that_cannot_be_written_is_called_by_its_own_name(tmp_path, monkeypatch):
    def refused(name, flags, mode):
        raise PermissionError(13, "Permission denied", name)

    monkeypatch.setattr("os.open", refused)  # as for a user who may not write there; root may write everywhere
    with pytest.raises(PermissionError) as error:
        write_atomically(tmp_path / "verdict.json", b"new")
    assert error.value.filename == str(tmp_path / "verdict.json")


def test_many_writers_and_readers_at_once_never_see_half_a_verdict(tmp_path):
    path = tmp_path / "verdict.json"
    contents = [json.dumps([number] * 20_000).encode() for number in range(4)]
    write_atomically(path, contents[0])
    broken = []

    def write(content: bytes) -> None:
        for _ in range(15):
            write_atomically(path, content)

    def read() -> None:
        for _ in range(100):
            if path.read_bytes() not in contents:
                broken.append(1)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    threads += [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not broken and list(Path(tmp_path).iterdir()) == [path]
