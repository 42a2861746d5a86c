"""Real names stand on the instructor's page, and nowhere else."""

import os
from pathlib import Path

import pytest
from helpers.baselines import know_baselines
from helpers.recipes import edited
from typer.testing import CliRunner

from autograder.cli import app
from autograder.commands import leaderboard
from autograder.leaderboard import board as board_module
from autograder.leaderboard.board import Board
from autograder.leaderboard.board_page import INSTRUCTOR, PUBLIC
from autograder.leaderboard.board_store import Attempt
from autograder.leaderboard.database_tables import StoreError
from autograder.leaderboard.real_names import kept_roster, read_roster
from autograder.leaderboard.recipe_answers import Score
from autograder.leaderboard.recipe_source import check_source

SCORE = Score((2.2, 2.21, 2.19), (1, 2, 3), 2.24, (3.3, 2.5, 2.3), ("anna", "bea"), 1.0, "")


@pytest.fixture
def board(tmp_path, monkeypatch):
    """A board with one public entry, of s0012."""
    know_baselines(monkeypatch)
    found = Board(tmp_path / "board")
    monkeypatch.setattr(leaderboard, "main_board", lambda folder: found)
    enter(found, "s0012")
    return found


def enter(board, learner):
    board.store.get_or_create_learner(learner, public=True)
    board.store.add(Attempt(learner, check_source(edited()), SCORE, 42))
    board.write_pages()


def pages(board):
    return [(board.folder / path).read_text(encoding="utf-8") for path in (PUBLIC, INSTRUCTOR)]


def give(board, text, encoding="utf-8"):
    path = board.folder.parent / "class.csv"
    path.write_bytes(text.encode(encoding))
    return CliRunner().invoke(app, ["leaderboard", "page", "--roster", str(path)])


def test_the_instructors_page_has_the_real_names_and_the_public_one_never(board):
    public, instructor = pages(board)
    assert "s0012" in instructor and "Real name" not in instructor
    done = give(board, "id,name,mail\ns0012,Ada Lovelace,ada@example.org\ns0013,Not Here,\n")
    assert done.exit_code == 0, done.stderr
    public, instructor = pages(board)
    assert "Ada Lovelace" in instructor and "s0012" in instructor
    assert "Ada Lovelace" not in public and "s0012" not in public and "Real name" not in public
    served = list((board.folder / "public").rglob("*"))
    assert served == [board.folder / PUBLIC]


def test_the_names_stay_when_the_next_entry_writes_the_page_anew(board):
    give(board, "id,name\ns0012,Ada Lovelace\n")
    enter(board, "s0014")
    public, instructor = pages(board)
    assert "Ada Lovelace" in instructor and "s0014" in instructor and "Ada Lovelace" not in public
    if os.name == "posix":
        assert (board.folder / "roster.csv").stat().st_mode & 0o777 == 0o600


def test_who_may_not_read_the_roster_leaves_the_instructors_page_as_it_is(board, monkeypatch):
    give(board, "id,name\ns0012,Ada Lovelace\n")
    public, instructor = pages(board)
    monkeypatch.setattr(board_module, "kept_roster", lambda folder: None)
    os.utime(board.folder / PUBLIC, (0, 0))
    board.write_pages()
    assert pages(board)[1] == instructor and (board.folder / PUBLIC).stat().st_mtime > 0


def test_a_roster_that_may_not_be_read_is_no_error(tmp_path, monkeypatch):
    def refuse(path, *given):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "roster.csv").write_text("id,name\ns0012,Ada Lovelace\n", encoding="utf-8")
    monkeypatch.setattr(Path, "open", refuse)  # root, as which tests may run, is never refused
    assert kept_roster(tmp_path) is None


def test_a_name_from_the_roster_stays_text(board):
    give(board, 'id,name\ns0012,"<script>x</script>\u202e"\n')
    public, instructor = pages(board)
    assert (
        "&lt;script&gt;x&lt;/script&gt;<" in instructor and "<script>" not in instructor and "\u202e" not in instructor
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_roster_of_a_spreadsheet_is_read(encoding, board):
    done = give(board, 'name,id\r\n"Lovelace, Ada", s0012\r\nZoë,s0013\r\n', encoding)
    assert done.exit_code == 0, done.stderr
    assert kept_roster(board.folder) == {"s0012": "Lovelace, Ada", "s0013": "Zoë"}


@pytest.mark.parametrize(
    ("text", "encoding", "words"),
    [
        ("", "utf-8", "has no learners"),
        ("id,name\n", "utf-8", "has no learners"),
        ("s0012,Ada\ns0013,Bob\n", "utf-8", "no id or no name in row 2: the first line must be id,name"),
        ("id,name\ns0012,Ada\ns0013\n", "utf-8", "no id or no name in row 3"),
        ("id,name\ns0012,Ada\ns0012,Bob\n", "utf-8", "two names for the id 's0012'"),
        ("id,name\ns0012,Zoë\n", "latin-1", "not a CSV file in UTF-8"),
        ('id,name\ns0012,"Ada\n', "utf-8", "not a CSV file in UTF-8"),
    ],
)
def test_what_is_no_roster_is_said_in_a_sentence_and_changes_nothing(text, encoding, words, board):
    give(board, "id,name\ns0012,Ada Lovelace\n")
    before = pages(board)
    done = give(board, text, encoding)
    assert done.exit_code == 1 and words in done.stderr
    assert pages(board) == before and kept_roster(board.folder) == {"s0012": "Ada Lovelace"}


def test_a_roster_that_is_not_there_is_said_in_a_sentence(tmp_path):
    with pytest.raises(StoreError, match="can't be read"):
        read_roster(tmp_path / "nobody.csv")
