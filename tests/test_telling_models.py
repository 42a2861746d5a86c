"""The cases that part 8 draws names with: a list, so that none has to be searched for during a check."""

import pytest
import telling_cases

from autograder.parts.part08 import oracle


@pytest.mark.parametrize("check", oracle.SIZES)
def test_the_cases_of_the_list_tell_all_known_mistakes_apart(check):
    """Each mistake fails a check with every case or with none: its points depend on no seed."""
    cases = oracle.telling_cases()[check]
    assert len({tuple(case) for case in cases}) == telling_cases.CASES_EACH
    expected = telling_cases.failing(check, cases[0])
    assert expected
    for case in cases[5::6]:
        assert telling_cases.failing(check, case) == expected, case


def test_the_list_holds_the_cases_of_each_check_that_draws_names():
    assert list(oracle.telling_cases()) == list(oracle.SIZES)
