"""Paths that a command prints have no `..` in them, whatever was typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import SOLUTIONS
from autograder.files import without_dots

WRONG = (SOLUTIONS / "part00_setup.py").read_text(encoding="utf-8").replace("return x * x", "return x + x")


@pytest.mark.parametrize("called_as", ["", "make"])
@pytest.mark.parametrize(
    "words",
    [
        ("check", "0", "--sandbox", "local", "--from", "../other"),
        ("check", "--sandbox", "local", "--from", "../here/../other"),
        ("check", "0", "--sandbox", "local", "--from", "../nowhere"),
        ("doctor", "--class", "../other"),
        ("grades", "--class", "../nowhere"),
        ("grades", "--class", "../other"),
        ("repeat", "ada/part05", "--class", "../other"),
        ("collect", "../other/nothing.zip", "--class", "../other"),
        ("leaderboard", "show", "--board", "../other/nowhere"),
        ("leaderboard", "add", "../nowhere", "../other", "--board", "../other/board"),
        ("viva", "0", "--from", "../nowhere"),
    ],
    ids=" ".join,
)
def test_no_message_has_a_path_with_dots(tmp_path: Path, monkeypatch, words, called_as):
    here, other = tmp_path / "here", tmp_path / "other"
    here.mkdir()
    other.mkdir()
    (other / "part00_setup.py").write_text(WRONG, encoding="utf-8")
    monkeypatch.chdir(here)
    monkeypatch.setenv("AUTOGRADER_CALLED_AS", called_as or "python -m autograder")
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, (SystemExit, type(None)))
    assert done.output and "../" not in done.output, done.output


def test_a_path_keeps_its_meaning_and_a_link_at_its_end(tmp_path, monkeypatch):
    (tmp_path / "here" / "below").mkdir(parents=True)
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    whole = tmp_path.resolve()
    assert without_dots("../x/y.csv") == str(whole / "x" / "y.csv")
    assert without_dots("..") == str(whole)
    assert without_dots("below/../below") == without_dots("../here/below") == "below"
    assert without_dots("below") == "below" and without_dots(str(tmp_path)) == str(tmp_path)
    try:
        (tmp_path / "here" / "link").symlink_to(tmp_path / "elsewhere" / "deep", target_is_directory=True)
    except OSError:
        return  # not everybody may make one on Windows
    assert without_dots("link/../x") == str(whole / "elsewhere" / "x"), "the folder that the link leads to has it"
    assert without_dots("../here/link") == "link"
