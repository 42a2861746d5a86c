"""Short runs for the tests, on a split of few names."""

from collections.abc import Callable

import pytest

from autograder.leaderboard.data import Split, load_split
from autograder.leaderboard.recipe_answers import Score
from autograder.leaderboard.recipe_source import check_source
from autograder.leaderboard.recipes import score
from autograder.sandbox import Tier


@pytest.fixture(scope="session")
def few_names() -> Split:
    whole = load_split()
    return Split(whole.train[:3000], whole.held_out[:300])


@pytest.fixture
def short(few_names: Split) -> Callable[..., Score]:
    """short(recipe) scores a recipe in one run of a few steps."""

    def run(
        content: bytes, seeds: tuple[int, ...] = (1,), num_steps: int = 20, tier: Tier = Tier.LOCAL, **options: object
    ):
        return score(check_source(content).content, few_names, seeds, num_steps=num_steps, tier=tier, **options)

    return run
