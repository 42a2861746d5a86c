"""Which scores wait for a person: copies of somebody else's recipe, and recipes that seem to know names."""

from __future__ import annotations

from autograder.leaderboard.recipes import Score
from autograder.leaderboard.source import STUB, Source, check_source
from autograder.leaderboard.store import Store

# Weights trained elsewhere fit into the source, and frequencies give the letters away: such a recipe reaches 2.10. On
# names in a secret script it is of no use. Honest recipes lose 0.035 to 0.052 there (benchmarks/recipes.md), those with
# one name a step up to 0.065: what is hardly better than microgpt's recipe need not be suspected.
LARGEST_GAP = 0.06
SUSPICIOUS_GAIN = 0.05


def why_held(store: Store, learner_id: str, source: Source, score: Score, stub_loss: float) -> str | None:
    """Why a person should look at an entry before it counts; None when nobody need."""
    twin = store.same_as(learner_id, source)
    if twin is not None and source.shape != check_source(STUB.read_bytes()).shape:
        return f"It is the same program as entry {twin.number} of another learner."
    return gap_sentence(score, stub_loss)


def gap_sentence(result: Score, stub_loss: float) -> str | None:
    """Why a person should look at a score that is better on names than training alone explains; None when it isn't."""
    if result.mean > stub_loss - SUSPICIOUS_GAIN or result.control - result.mean <= LARGEST_GAP:
        return None
    return (
        f"On names in a secret script its loss is {result.control:.3f}, {result.control - result.mean:.3f} more than "
        f"on names as they are; recipes that only train lose at most {LARGEST_GAP:.2f}. It seems to know names."
    )
