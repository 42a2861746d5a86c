"""What the page needs to try a recipe: what the board compares with, and the shapes of the matrices."""

from __future__ import annotations

from pathlib import Path

from autograder import model
from autograder.bundle.recordings import recorded_figures
from autograder.course import HERE, SOLUTIONS
from autograder.leaderboard.data import CONFIG, NAMES, baselines, load_split


def recorded_board() -> bytes:
    """The figures as JSON, from an earlier call if nothing has changed since."""
    board = [HERE / "leaderboard" / name for name in ("data.py", "score_lines.py")]
    files = [*board, HERE / "model.py", SOLUTIONS / "part02_tokenizer.py", NAMES, Path(__file__)]
    # The baselines train three times.
    return recorded_figures(
        "board", lambda: {"baselines": baselines(load_split()), "shapes": model.shapes(CONFIG)}, files
    )
