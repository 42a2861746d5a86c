"""What the checks of part 8 share: random models, and the probability of every name.

Names are drawn, so right and wrong code give the same names for some generators and not for others. Each check takes
one of the cases of telling_seeds.json, in which every known mistake that the check is there for gives other names than
right code does. So the points of a file do not depend on the seed. The list is made by
`python tests/gates/telling_cases.py`. Each check then draws a few names from a model that is on no list, so that a file
with stored names loses its points.
"""

import functools
import json
import random
from pathlib import Path

from autograder import model

STD = 0.6  # of the weights: wide, so that every mistake shows, but not so wide that one token is all but certain
TELLING_CASES = Path(__file__).with_name("telling_seeds.json")

# The checks with a case, and what they draw names with: vocab_size, n_embd, n_head, n_layer, block_size; temperatures.
TINY = [3, 2, 1, 1, 3]  # two letters
SIZES = {
    "names_come_as_often_as_the_model_says": ([4, 2, 1, 1, 3], [0.4, 0.5]),  # 40 names in all
    "each_token_is_drawn_with_one_call_of_choices": ([6, 4, 2, 1, 9], [0.6, 0.9]),
    "a_name_has_at_most_block_size_characters": ([9, 2, 1, 1, 2], [1.5]),
    "the_same_seed_gives_the_same_names": ([6, 4, 2, 1, 9], [0.7, 1.2]),
    "a_given_generator_goes_before_the_seed": ([6, 4, 2, 1, 9], [0.7, 1.2]),
    "a_name_is_drawn_with_everything_that_came_before_in_sight": ([5, 4, 2, 2, 6], [1.0]),
    "the_defaults_are_20_names_at_temperature_one_half": ([5, 2, 1, 1, 7], [0.5]),
}


def draw_case(draw, check):
    """A case of a check: the temperature, a number that seeds the generator, and a model as a probe makes it (letters,
    sizes, seed and std), then the same for numpy.
    """
    sizes, _ = SIZES[check]
    temperature, seed, number = draw.choice(telling_cases()[check])
    return temperature, number, *draw_model(draw, sizes, seed)


def draw_afresh(draw, check):
    """As `draw_case`, with a case that is on no list. Its temperature shows no mistake that those of the list hide."""
    sizes, temperatures = SIZES[check]
    return temperatures[0], draw.randrange(10**9), *draw_model(draw, sizes, draw.randrange(10**9))


def draw_model(draw, sizes, seed):
    """A model with its own letters (any will do), for a probe and for numpy."""
    letters = "".join(sorted(draw.sample("abcdefghijklmnopqrstuvwxyz", sizes[0] - 1)))
    return (letters, sizes, seed, STD), model_of(letters, sizes, seed)


def model_of(letters, sizes, seed):
    """Weights, sizes and letters, as `model.py` takes them."""
    config = model.Sizes(*sizes)
    return model.draw_weights(config, random.Random(seed), STD), config, letters


@functools.cache
def telling_cases():
    """[temperature, seed of the model, number that seeds the generator] by check."""
    return json.loads(TELLING_CASES.read_text(encoding="ascii"))


def all_names(weights, config, letters, temperature):
    """Every name that the model can invent, and its probability."""
    finished, bos = {}, len(letters)
    unfinished = [("", 1.0)]
    while unfinished:
        name, probability = unfinished.pop()
        if len(name) == config.block_size:
            finished[name] = probability
            continue
        tokens = [bos, *map(letters.index, name)]
        next_probabilities = model.next_probabilities(tokens, weights, config, temperature)  # (vocab_size)
        finished[name] = probability * next_probabilities[bos]
        unfinished += [(name + letter, probability * p) for letter, p in zip(letters, next_probabilities)]
    return finished
