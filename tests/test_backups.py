"""A backup is the whole file or is not there, also on a full disk."""

from __future__ import annotations

import errno
import resource
import signal
from pathlib import Path

import pytest

from autograder import backups


@pytest.fixture
def little_room():
    """No file of more than 1000 bytes can be written, as on a disk that is nearly full."""
    before, action = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, action)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "backups").iterdir())}


def test_a_backup_that_does_not_fit_is_not_there_and_undo_takes_the_one_before(tmp_path, little_room):
    small, large = tmp_path / "a.py", tmp_path / "b.py"
    small.write_bytes(b"1")
    (copy,) = backups.keep([small])
    small.write_bytes(b"2")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    large.write_bytes(b"x" * 5000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    with pytest.raises(OSError) as error:
        backups.keep([small, large])
    assert error.value.errno == errno.EFBIG
    assert files(tmp_path) == {copy.name: b"1"}, "neither part of a file, nor one of two"
    assert backups.newest(tmp_path) == {small: copy}


def test_a_copy_without_a_byte_that_a_full_disk_left_is_no_backup(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(b"1")
    (copy,) = backups.keep([path])
    (tmp_path / "backups" / "a.2999-01-01_000000.py").write_bytes(b"")
    assert backups.newest(tmp_path) == {path: copy}


def test_a_backup_is_never_overwritten(tmp_path, monkeypatch):
    path = tmp_path / "a.py"
    path.write_bytes(b"1")
    (copy,) = backups.keep([path])
    monkeypatch.setattr(backups, "_all", lambda folder: [])
    path.write_bytes(b"2")
    monkeypatch.setattr(backups, "datetime", type("Clock", (), {"now": lambda: _time_of(copy)}))
    with pytest.raises(FileExistsError):
        backups.keep([path])
    assert files(tmp_path) == {copy.name: b"1"}


def _time_of(copy: Path):
    import datetime

    return datetime.datetime.strptime(copy.name.split(".")[1], "%Y-%m-%d_%H%M%S")
