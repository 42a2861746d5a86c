"""The tables of kept points are those of the code, the checks and the known mistakes as they are now."""

import pytest
from follow_through_table import SEED, PartTable, digest, folder_of, stored, table
from suite_in_process import checks_of

from autograder.course import Part, part
from autograder.grading.misconceptions import Misconception, misconceptions

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


def cuts_the_graph() -> Misconception:
    """Without a graph, no weight changes, with or without an optimiser and whatever the learning rate."""
    return next(mistake for mistake in misconceptions(part(7)) if mistake.id == "cuts-the-graph")


def test_a_mistake_that_hides_whether_a_step_was_made_keeps_nothing_of_that_task() -> None:
    """The quick case of the test below: one task."""
    with folder_of(part(7), SEED) as folder:
        computed = PartTable(part(7), folder, SEED)
        wrong = computed.code(cuts_the_graph().applied_to(computed.right.source))
        checks = [check for check in checks_of(part(7)) if check.task == "7.2" and "step" in check.name]
        assert len(checks) == 3 and all(computed.has_answers(check, wrong) and wrong.fails(check) for check in checks)
        assert not computed._not_hidden("7.2", checks, cuts_the_graph(), wrong)


@pytest.mark.gate
def test_a_mistake_that_hides_whether_a_task_was_done_keeps_nothing_there() -> None:
    """All tasks after it, with each of their known mistakes and each piece left out."""
    with folder_of(part(7), SEED) as folder:
        kept = PartTable(part(7), folder, SEED).keeps(cuts_the_graph())
    tasks = {name for name in kept if "step" in name or "golden" in name}
    assert not tasks
