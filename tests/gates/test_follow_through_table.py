"""The tables of kept points are those of the code, the checks and the known mistakes as they are now."""

import pytest
from follow_through_table import SEED, PartTable, digest, folder_of, stored, table

from autograder.course import Part
from autograder.grading.misconceptions import misconceptions

AGAIN = "The table is stale: run python tests/gates/follow_through_table.py {}"


def test_the_table_was_computed_from_what_is_here(part: Part) -> None:
    assert stored(part)["computed_from"] == digest(part), AGAIN.format(part.number)


@pytest.mark.gate
def test_the_mistake_that_keeps_least_keeps_the_same_again(part: Part) -> None:
    """One for each part, the one that costs least to compute."""
    keeps = stored(part)["keeps"]
    least = min(keeps, key=lambda name: len(keeps[name]), default=None)
    chosen = [mistake for mistake in misconceptions(part) if mistake.id == least]
    assert table(part, chosen) == {mistake.id: keeps[mistake.id] for mistake in chosen}


@pytest.mark.slow
def test_the_whole_table_is_the_same_again(part: Part) -> None:
    assert table(part) == stored(part)["keeps"]


def test_a_mistake_that_hides_whether_a_task_was_done_keeps_nothing_there() -> None:
    """Without a graph nothing moves, with or without an optimiser, and whatever its rate."""
    from autograder.course import part

    training = part(7)
    cut = next(mistake for mistake in misconceptions(training) if mistake.id == "cuts-the-graph")
    with folder_of(training, SEED) as folder:
        kept = PartTable(training, folder, SEED).keeps(cut)
    tasks = {name for name in kept if "step" in name or "golden" in name}
    assert not tasks
