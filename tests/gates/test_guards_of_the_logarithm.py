"""Part 7 with a guard before the logarithm, as much public code has it: accepted or caught, whatever the seed."""

import pytest
from suite_in_process import checks_of, failures

from autograder.course import SOLUTIONS, part

PART = part(7)
ONE_SEED_OR_MORE = pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])

# The slope of a guarded logarithm is that of the logarithm of the guarded number.
BOUNDED = "(probability if probability.data > {0} else Value({0}, (probability,), (1.0,)))"
ADDED = "(probability + {0})"


def with_guard(guard: str) -> str:
    """The reference with this in place of the probability."""
    line = "losses.append(-probability.log())"
    source = (SOLUTIONS / PART.file_name).read_text(encoding="utf-8")
    assert source.count(line) == 1
    return source.replace(line, f"losses.append(-{guard}.log())")


@ONE_SEED_OR_MORE
@pytest.mark.parametrize("bound", [1e-12, 1e-6, 1e-3])
def test_a_lower_bound_is_right(bound, seed):
    assert failures(PART, with_guard(BOUNDED.format(bound)), seed) == set()


@ONE_SEED_OR_MORE
@pytest.mark.parametrize("addition", [1e-12, 1e-10, 1e-8, 1e-6])
def test_a_small_addition_is_right(addition, seed):
    assert failures(PART, with_guard(ADDED.format(addition)), seed) == set()


@ONE_SEED_OR_MORE
@pytest.mark.parametrize("addition", [1e-4, 1e-3])
def test_a_larger_addition_is_caught_by_every_check_of_a_loss(addition, seed):
    of_a_loss = {check.name for check in checks_of(PART)}
    of_a_loss -= {"the_docs_are_shuffled_and_then_the_weights_are_drawn"}
    assert failures(PART, with_guard(ADDED.format(addition)), seed) == of_a_loss
