"""What the page needs to try a recipe: what the board compares with, and the shapes of the matrices."""

from __future__ import annotations

from autograder import model
from autograder.bundle.recordings import recorded_figures
from autograder.course import HERE
from autograder.leaderboard.data import CONFIG, NAMES, baselines, load_split


def recorded_board() -> bytes:
    """The figures as JSON, from an earlier call if nothing has changed since."""
    files = [HERE / "leaderboard" / "data.py", HERE / "model.py", NAMES]
    return recorded_figures("board", record_board, files)


def record_board() -> dict:
    """The figures; trains three times."""
    return {"baselines": baselines(load_split()), "shapes": model.shapes(CONFIG)}
