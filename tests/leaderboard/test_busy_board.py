"""A machine that had no time for a recipe gives no verdict on it: no entry, and no used try."""

from dataclasses import replace

import pytest
from helpers.baselines import know_baselines
from helpers.recipes import edited
from typer.testing import CliRunner

from autograder.cli import app
from autograder.leaderboard import recipes
from autograder.leaderboard.board import Board
from autograder.leaderboard.database_tables import BoardEntry
from autograder.sandbox import MachineBusy, Tier

WORK = "    import time\n    end = time.process_time() + 0.1\n    while time.process_time() < end:\n        pass\n"


@pytest.fixture
def recipe(tmp_path):
    """A recipe whose every step computes longer than the grader waits before it looks at the clock."""
    path = tmp_path / "ada" / "leaderboard_recipe.py"
    path.parent.mkdir()
    path.write_bytes(edited(("    return weights\n", f"{WORK}    return weights\n")))
    return path


@pytest.fixture
def busy(monkeypatch):
    monkeypatch.setattr(recipes, "LIMITS", replace(recipes.LIMITS, wall_seconds=0.0))
    return monkeypatch


def test_it_is_no_entry_and_no_try_and_can_be_submitted_again(recipe, tmp_path, busy):
    board = Board(tmp_path / "board", tier=Tier.LOCAL, num_steps=2)
    with pytest.raises(MachineBusy, match="This machine is too busy"):
        board.submit(recipe, "ada")
    assert board.store.entries() == [] and board.store.tries_today("ada") == 0
    busy.undo()
    assert board.submit(recipe, "ada").loss is not None and board.store.tries_today("ada") == 1


def test_the_others_are_scored_all_the_same_and_the_command_says_what_to_do(recipe, tmp_path, busy):
    know_baselines(busy)
    broken = tmp_path / "ben" / "leaderboard_recipe.py"
    broken.parent.mkdir()
    broken.write_bytes(edited(("    return weights\n", "    return 1 / 0\n")))
    words = ["leaderboard", "add", str(recipe), str(broken), "--board", str(tmp_path / "board")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert "ada: This machine is too busy" in done.output and "no try was used. Submit it again." in done.output
    entries = Board(tmp_path / "board").store.entries(BoardEntry.learner_id == "ben")
    assert [entry.learner_id for entry in entries] == ["ben"]


def test_a_closing_keeps_what_was_run_and_goes_on_later(recipe, tmp_path, busy):
    board = Board(tmp_path / "board", tier=Tier.LOCAL, num_steps=2)
    busy.undo()
    know_baselines(busy)
    board.submit(recipe, "ada")
    with busy.context() as again, pytest.raises(MachineBusy):
        again.setattr(recipes, "LIMITS", replace(recipes.LIMITS, wall_seconds=0.0))
        board.close(None, Tier.LOCAL)
    assert board.close(None, Tier.LOCAL) == 1
