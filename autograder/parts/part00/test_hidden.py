"""Hidden checks of part 0: one more sentence of the docstring, two ways of breaking it."""

from autograder.grading.checks import check

ROUNDING = 1e-6


@check("0.2", points=1)
def test_the_list_is_unchanged_afterwards(student, draw):
    factors, xs = draw.numbers(4), draw.numbers(4)  # numbers that are not the same floats after + h - h
    answer = student.slopes_and_what_was_handed_in(factors, xs)
    slopes = [2 * c * x for c, x in zip(factors, xs)]
    answer.must_be(
        [slopes, xs],
        likely="write into a copy: list(xs) makes one; xs itself belongs to the caller.",
        tolerance=ROUNDING,
    )
    answer.must(
        answer.value[1] == xs, f"exactly {xs} afterwards", likely="x + h - 2h + h is not quite x in floats: use a copy."
    )


@check("0.2", points=1)
def test_f_gets_a_list_of_its_own(student, draw):
    for factors, xs in (([1.0], [3.0]), (draw.numbers(4), draw.numbers(4))):
        student.slopes_of_a_function_that_writes(factors, xs).must_be(
            [[2 * c * x for c, x in zip(factors, xs)], xs],
            likely="make a new list for each call of f, so that nothing f does to its list changes yours.",
            tolerance=ROUNDING,
        )
