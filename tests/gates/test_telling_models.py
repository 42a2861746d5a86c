"""The cases that part 8 draws names with: a list, so that none has to be searched for during a check."""

import pytest
import telling_cases
from helpers.quick_cases import quick_are
from suite_in_process import Implementation

from autograder.course import SOLUTIONS
from autograder.parts.part08 import oracle


@pytest.mark.parametrize("check", quick_are(["the_defaults_are_20_names_at_temperature_one_half"], oracle.SIZES))
def test_the_cases_of_the_list_tell_all_known_mistakes_apart(check):
    """Each mistake fails a check with every case or with none: its points depend on no seed."""
    cases = oracle.telling_cases()[check]
    assert len({tuple(case) for case in cases}) == telling_cases.CASES_EACH
    expected = telling_cases.failing(check, cases[0])
    assert expected
    for seed, case in enumerate(cases[5::6], 1):
        assert telling_cases.failing(check, case, seed) == expected, (case, seed)


def test_the_list_holds_the_cases_of_each_check_that_draws_names():
    assert list(oracle.telling_cases()) == list(oracle.SIZES)


@pytest.mark.parametrize("check", oracle.SIZES)
def test_what_is_stored_for_the_list_alone_passes_no_check(check):
    cases, (sizes, _) = oracle.telling_cases()[check], oracle.SIZES[check]
    letters = "abcdefghijklmnopqrstuvwxyz"
    models = [(sizes, seed) for _, seed, _ in cases] + [(oracle.TINY, number) for _, _, number in cases]
    stored = {oracle.model_of(letters[: size[0] - 1], size, seed)[0]["wte"][0][0] for size, seed in models}
    asked = set()

    def gpt(token, position, keys, values, state_dict, config):
        logits = telling_cases.remembering_gpt(token, position, keys, values, state_dict, config)
        first = state_dict["wte"][0][0].data
        asked.add(first in stored)
        return logits if first in stored else [0 * logit for logit in logits]

    reference = (SOLUTIONS / telling_cases.PART.file_name).read_text(encoding="utf-8")
    code = Implementation(telling_cases.PART, reference, cpu_seconds=60)
    code.module.gpt = telling_cases.remembering_gpt
    assert not telling_cases.fails(check, cases[0], code, seed=1)
    code.module.gpt = gpt
    assert telling_cases.fails(check, cases[0], code, seed=1)
    assert asked == {True, False}  # the case of the list first
