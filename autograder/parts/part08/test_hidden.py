"""Hidden checks of part 8: promises of the docstrings, with other inputs."""

import math
import random

from autograder import model
from autograder.grading.checks import check
from autograder.parts.part08.oracle import TINY, draw_afresh, draw_case, draw_model


@check("8.1", points=0.5)
def test_the_lower_the_temperature_the_likelier_the_likely(student, draw):
    """a low temperature favours likely tokens."""
    high = draw.number(1.0, 3.0)
    low = high - draw.number(0.05, 0.2)
    expected = 1 / (1 + math.exp((low - high) / 0.05))
    answer = student.probabilities([low, high, -700.0], 0.05)
    answer.must_be(
        [1 - expected, expected, 0.0],
        likely="subtract the largest logit first, then divide by the temperature, then take exp: so no exp overflows.",
    )


@check("8.2", points=1)
def test_a_name_is_drawn_with_everything_that_came_before_in_sight(student, draw):
    """each token depends on the entire name so far."""
    check_name = "a_name_is_drawn_with_everything_that_came_before_in_sight"
    for count, case in ((10, draw_case), (2, draw_afresh)):
        temperature, number, arguments, mine = case(draw, check_name)
        student.names_one_by_one(*arguments, temperature, number, count).must_be(
            model.sample_many(*mine, count, temperature, random.Random(number)),
            likely="make one pair of caches for each name, with an empty list per layer in each, and pass a position "
            "that goes up by one with each token.",
        )


@check("8.3", points=1)
def test_the_defaults_are_20_names_at_temperature_one_half(student, draw):
    """the defaults give 20 names at temperature 0.5 with seed 42."""
    _, _, *from_the_list = draw_case(draw, "the_defaults_are_20_names_at_temperature_one_half")
    for arguments, mine in (from_the_list, draw_model(draw, TINY, draw.randrange(10**9))):
        student.many_names_by_default(*arguments).must_be(
            model.sample_many(*mine, 20, 0.5, random.Random(42)),
            likely="keep the defaults of the stub, and draw all names one after the other from one generator.",
        )
