"""Decide which entries are held for review: copies, and scores too good to be explained by training."""

from __future__ import annotations

from autograder.leaderboard.board_store import BoardStore
from autograder.leaderboard.recipe_answers import Score
from autograder.leaderboard.recipe_source import RecipeSource

# Weights trained elsewhere fit into the source, and frequencies reveal the letters: such a recipe reaches 2.10. It does
# not help on names in a secret script. Honest recipes lose 0.035 to 0.052 there (benchmarks/recipes.md), those with one
# name per step up to 0.065. A recipe that is hardly better than microgpt's is not suspected.
LARGEST_GAP = 0.06
SUSPICIOUS_GAIN = 0.05


def review_reason(
    store: BoardStore, learner_id: str, source: RecipeSource, score: Score, stub_shape: str, stub_loss: float
) -> str | None:
    """Why an entry is held for review before it counts; None if it is not."""
    same_program = store.find_same_program(learner_id, source)
    if same_program is not None and source.shape != stub_shape:
        return f"It is the same program as entry {same_program.number} of another learner."
    return gap_reason(score, stub_loss)


def gap_reason(score: Score, stub_loss: float) -> str | None:
    """Why a score is held for review: it is better on the real names than training explains. None if it isn't."""
    if score.mean > stub_loss - SUSPICIOUS_GAIN or score.control - score.mean <= LARGEST_GAP:
        return None
    return (
        f"On names in a secret script, its loss is {score.control:.3f}, {score.control - score.mean:.3f} more than "
        f"on real names; recipes that only train lose at most {LARGEST_GAP:.2f}. It seems to know the names already."
    )
