"""Public checks of part 8. Probabilities are known exactly, in closed form or from the grader's model in numpy."""

import math
import random

from autograder import model
from autograder.grading.checks import check
from autograder.grading.conditions import names_as_often, possible_names
from autograder.parts.part08.oracle import TINY, all_names, draw_afresh, draw_case, draw_model


def shares(logits, temperature):
    exps = [math.exp((logit - max(logits)) / temperature) for logit in logits]
    return [e / sum(exps) for e in exps]


@check("8.1", points=0.5)
def test_temperature_1_gives_the_softmax(student, draw):
    for logits in ([1.0, 2.0], draw.numbers(30)):
        student.probabilities(logits, 1.0).must_be(
            shares(logits, 1.0),
            likely="exp of each logit, divided by the sum of all exps; plain numbers, so take the .data.",
        )


@check("8.1", points=1)
def test_each_logit_is_divided_by_the_temperature(student, draw):
    # The docstring's example first.
    for logits, temperature in (([1.0, 2.0], 0.5), (draw.numbers(4), draw.choice([0.3, 0.5, 0.8, 1.6, 2.5]))):
        student.probabilities(logits, temperature).must_be(
            shares(logits, temperature),
            likely="divide each logit by the temperature before exp. A temperature of 0.5 doubles the differences.",
        )


@check("8.1", points=1)
def test_large_logits_do_not_overflow(student, draw):
    steps, temperature = draw.numbers(4), draw.choice([0.4, 0.5])
    large = [1000.0 + step for step in steps]
    likely = (
        "exp(1000) is too large for a float, and if every exp is 0 you divide by 0. Subtract the largest logit from "
        "all of them, then divide by the temperature, then take exp."
    )
    student.probabilities([1000.0, 1001.0], 1.0).must_be(shares([0.0, 1.0], 1.0), likely)
    student.probabilities(large, temperature).must_be(shares(steps, temperature), likely)
    small = [step - 1500.0 for step in steps]
    student.probabilities([*small, -4000.0], temperature).must_be([*shares(steps, temperature), 0.0], likely)
    student.probabilities([1000.0, 0.0], 100.0).must_be(
        shares([1000.0, 0.0], 100.0),
        "divide the logits by the temperature before exp: exp(-1000) is 0, and no power of it is more.",
    )


@check("8.2", points=1.5)
def test_names_come_as_often_as_the_model_says(student, draw):
    """names are as frequent as the model's probabilities say."""
    check_name = "names_come_as_often_as_the_model_says"
    temperature, number, arguments, mine = draw_case(draw, check_name)
    _, config, letters = mine
    of_the_model = {"letters": letters, "longest": config.block_size}
    likely = "a name holds characters only, at most block_size of them; BOS ends it and is no part of it."
    how = (
        "begin with BOS at position 0 and empty caches, draw by the probabilities at that temperature, feed the token "
        "drawn back in at the next position, and stop when BOS is drawn."
    )
    # A few names first, so that the search for the likely mistake is over soon where those differ.
    few = student.names_one_by_one(*arguments, temperature, number, 10)
    few.must_meet(possible_names, likely, count=10, **of_the_model)
    many = student.names_one_by_one(*arguments, temperature, number + 1, 300)
    many.must_meet(possible_names, likely, count=300, **of_the_model)
    many.must_meet(names_as_often, how, count=300, expected=all_names(*mine, temperature))
    temperature, number, arguments, mine = draw_afresh(draw, check_name)
    afresh = student.names_one_by_one(*arguments, temperature, number, 80)
    afresh.must_meet(names_as_often, how, count=80, expected=all_names(*mine, temperature))


@check("8.2", points=1)
def test_each_token_is_drawn_with_one_call_of_choices(student, draw):
    likely = (
        "call rng.choices(range(vocab_size), weights=probabilities) once for each token, the last BOS too. Draw "
        "nothing else from rng, and nothing from another generator."
    )
    check_name = "each_token_is_drawn_with_one_call_of_choices"
    temperature, number, arguments, mine = draw_case(draw, check_name)
    tiny_arguments, tiny = draw_model(draw, TINY, number)
    student.names_one_by_one(*tiny_arguments, 1.0, number, 3).must_be(
        model.sample_many(*tiny, 3, 1.0, random.Random(number)), likely
    )
    for count in (8, 3):
        student.names_one_by_one(*arguments, temperature, number, count).must_be(
            model.sample_many(*mine, count, temperature, random.Random(number)), likely
        )
        temperature, number, arguments, mine = draw_afresh(draw, check_name)


@check("8.2", points=0.5)
def test_a_name_has_at_most_block_size_characters(student, draw):
    """a name has at most block_size characters."""
    likely = (
        "the model has positions 0 to block_size - 1, and each of them gives one token: a name may have "
        "block_size characters, then it is cut."
    )
    temperature, number, arguments, mine = draw_case(draw, "a_name_has_at_most_block_size_characters")
    student.names_one_by_one(*arguments, temperature, number, 12).must_be(
        model.sample_many(*mine, 12, temperature, random.Random(number)), likely
    )
    longest, names, number = 18, [], draw.randrange(10**9)  # longer than the course's own names
    arguments, mine = draw_model(draw, [27, 2, 1, 1, longest], number)
    while longest not in map(len, names):
        number += 1
        names = model.sample_many(*mine, 2, 1.5, random.Random(number))
    student.names_one_by_one(*arguments, 1.5, number, 2).must_be(names, likely)


@check("8.3", points=1)
def test_the_same_seed_gives_the_same_names(student, draw):
    check_name = "the_same_seed_gives_the_same_names"
    case, afresh = draw_case(draw, check_name), draw_afresh(draw, check_name)
    # 0 is a seed like any other, no sign that none is given.
    for count, names_seed, (temperature, _, arguments, mine) in (
        (8, case[1] + 1, case),
        (4, 0, case),
        (3, afresh[1], afresh),
    ):
        student.many_names(*arguments, count, temperature, names_seed).must_be(
            model.sample_many(*mine, count, temperature, random.Random(names_seed)),
            likely="make random.Random(seed) once, before the first name. Pass it to sample, and pass temperature on. "
            "Return all names in the order in which they were drawn: no set.",
        )


@check("8.3", points=1)
def test_a_given_generator_goes_before_the_seed(student, draw):
    """rng, when given, is used instead of the seed."""
    check_name = "a_given_generator_goes_before_the_seed"
    likely = "use rng when it is given. The second call continues where the first has left the generator."
    temperature, number, arguments, mine = draw_case(draw, check_name)
    names = model.sample_many(*mine, 7, temperature, random.Random(number))
    student.many_names_twice(*arguments, [3, 4], temperature, number).must_be([names[:3], names[3:]], likely=likely)
    names = []
    while len({*names, ""}) < 4:  # three names, no two alike, none empty
        temperature, number, arguments, mine = draw_afresh(draw, check_name)
        names = model.sample_many(*mine, 3, temperature, random.Random(number))
    student.many_names_twice(*arguments, [1, 2], temperature, number).must_be([names[:1], names[1:]], likely=likely)
