"""Hidden checks of part 0: the docstring's promise about xs, and two ways to break it."""

from autograder.grading.checks import check
from autograder.grading.hidden_conditions import numbers_exactly_as_before

ROUNDING = 1e-6


@check("0.2", points=1)
def test_the_list_is_unchanged_afterwards(student, draw):
    """xs is unchanged afterwards."""
    factors, xs = draw.numbers(4), draw.numbers(4)  # numbers that are not the same floats after + h - h
    answer = student.slopes_and_what_was_handed_in(factors, xs)
    slopes = [2 * c * x for c, x in zip(factors, xs)]
    answer.must_be(
        [slopes, xs],
        likely="change a copy, not xs itself, which belongs to the caller: list(xs) makes one.",
        tolerance=ROUNDING,
    )
    answer.must_meet(numbers_exactly_as_before, likely="in floats, x + h - 2h + h is not always x: use a copy.", xs=xs)


@check("0.2", points=1)
def test_f_gets_a_list_of_its_own(student, draw):
    """f gets a new list for each call."""
    for factors, xs in (([1.0], [3.0]), (draw.numbers(4), draw.numbers(4))):
        student.slopes_of_a_function_that_writes(factors, xs).must_be(
            [[2 * c * x for c, x in zip(factors, xs)], xs],
            likely="make a new list for each call of f, so that f can't change your numbers.",
            tolerance=ROUNDING,
        )
