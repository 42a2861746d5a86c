"""The distribution check of part 8: how often it blames right code by chance, and what it does to wrong names."""

import numpy as np
import pytest

from autograder.grading.checks import Draw
from autograder.grading.conditions import FALSE_ALARM, group_names, p_value
from autograder.parts.part08.oracle import all_names, draw_case

NAMES = 500
CHECK = "names_come_as_often_as_the_model_says"


@pytest.mark.parametrize("seed", range(8))
def test_lists_drawn_from_the_model_itself_fit(seed: int) -> None:
    temperature, _, _, mine = draw_case(Draw(f"fit {seed}"), CHECK)
    expected = all_names(*mine, temperature)
    assert sum(expected.values()) == pytest.approx(1, abs=1e-12)
    assert len(expected) == 1 + 3 + 9 + 27
    assert min(sum(expected[name] for name in cell) * NAMES for cell in group_names(expected, NAMES)) >= 19.9
    generator = np.random.default_rng(seed)
    names, shares = list(expected), np.array(list(expected.values()))
    lists = generator.multinomial(NAMES, shares / shares.sum(), size=2000)
    fits = [p_value(np.repeat(names, counts).tolist(), expected) for counts in lists]
    # A p-value is below x in at most a share x of all cases: 0.05 of 2,000 are 100, give or take five deviations of 10.
    assert sum(p < 0.05 for p in fits) < 150
    assert sum(p < 0.001 for p in fits) < 15
    assert min(fits) > FALSE_ALARM


def test_names_that_are_spread_otherwise_do_not_fit() -> None:
    temperature, _, _, mine = draw_case(Draw("misfit"), CHECK)
    expected = all_names(*mine, temperature)
    likeliest = max(expected, key=expected.get)
    assert p_value([likeliest] * NAMES, expected) < FALSE_ALARM
    assert p_value([*expected] * (NAMES // len(expected)), expected) < FALSE_ALARM  # all names alike
    assert p_value([likeliest] * 20 + ["zzz"], expected) == 0
