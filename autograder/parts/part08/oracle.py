"""What the checks of part 8 share: random models, the probability of every name, and the test of a distribution."""

import functools
import json
import math
import random
from collections import Counter
from itertools import count, islice
from pathlib import Path

from autograder import model

STD = 0.6  # of the weights: wide, so that every mistake shows, but not so wide that one token is all but certain

TELLING_SEEDS = Path(__file__).with_name("telling_seeds.json")
SEEDS_EACH = 100

# A fit below this is an error of the learner's code. The p-value is not exact so far out: of 20 million lists of 300
# names drawn from such models none had a lower one, so right code fails by chance less often than once in a million.
FALSE_ALARM = 1e-9


def draw_model(draw, sizes, temperature):
    """A model as a probe makes it of the same arguments: letters, sizes, seed and std; then the same for numpy.

    Models that say nearly the same name each time, or all names alike, are left out: they would hide mistakes. As about
    one in 300 is left, telling_seeds.json holds the seeds that give one.
    """
    letters = "".join(sorted(draw.sample("abcdefghijklmnopqrstuvwxyz", sizes[0] - 1)))
    seed = draw.choice(telling_seeds()[name_of(sizes, temperature)])
    return (letters, sizes, seed, STD), model_of(letters, sizes, seed)


def model_of(letters, sizes, seed):
    """Weights, sizes and letters, as `model.py` takes them."""
    config = model.Sizes(*sizes)
    return model.draw_weights(config, random.Random(seed), STD), config, letters


@functools.cache
def telling_seeds():
    """Seeds by sizes and temperature; made by running this module: python -m autograder.parts.part08.oracle"""
    return json.loads(TELLING_SEEDS.read_text(encoding="ascii"))


def name_of(sizes, temperature):
    """The key of a list of seeds."""
    return f"{' '.join(map(str, sizes))} at {temperature}"


def is_telling(weights, config, letters, temperature):
    """Whether tokens differ, but none is too likely, at the beginning, after a likely letter, and after two of them."""
    tokens = [len(letters)]
    for _ in range(min(3, config.block_size)):
        shares = model.next_probabilities(tokens, weights, config, temperature)
        if not 1.4 / len(shares) < max(shares) < 0.6 or not 0.05 < shares[-1] < 0.3:
            return False
        tokens.append(shares.index(max(shares[:-1])))
    return True


def all_names(weights, config, letters, temperature):
    """Every name that the model can invent, and its probability."""
    found, bos = {}, len(letters)
    open_names = [("", 1.0)]
    while open_names:
        name, probability = open_names.pop()
        if len(name) == config.block_size:
            found[name] = probability
            continue
        tokens = [bos, *map(letters.index, name)]
        shares = model.next_probabilities(tokens, weights, config, temperature)
        found[name] = probability * shares[bos]
        open_names += [(name + letter, probability * share) for letter, share in zip(letters, shares)]
    return found


def cells_of(expected, draws, least=20.0):
    """The names in groups, the likely ones alone, the rare ones together: each has at least `least` expected draws."""
    cells, cell, awaited, rest = [], [], 0.0, float(draws)
    for name in sorted(expected, key=expected.get, reverse=True):
        cell.append(name)
        awaited, rest = awaited + expected[name] * draws, rest - expected[name] * draws
        if awaited >= least and rest >= least:
            cells.append(cell)
            cell, awaited = [], 0.0
    return [*cells, cell]


def fit(names, expected):
    """How likely draws from the distribution are to lie as far off as these names: the p-value of a chi-square test.

    It is 0 for a name that can't occur. Where the degrees of freedom are odd, one more is taken: that makes the p-value
    too large, never too small.
    """
    counts = Counter(names)
    if not set(counts) <= set(expected):
        return 0.0
    cells, statistic = cells_of(expected, len(names)), 0.0
    for cell in cells:
        awaited = sum(expected[name] for name in cell) * len(names)
        statistic += (sum(counts[name] for name in cell) - awaited) ** 2 / awaited
    term = total = 1.0  # of the closed form for an even number of degrees of freedom
    for k in range(1, len(cells) // 2):
        term *= statistic / 2 / k
        total += term
    return math.exp(-statistic / 2) * total


def worst(names, expected):
    """The name of which most are missing or too many, in words."""
    counts = Counter(names)
    name = max(expected, key=lambda name: abs(counts[name] - expected[name] * len(names)))
    return f"{name!r} about {expected[name] * len(names):.0f} times in {len(names)} (it came {counts[name]} times)"


def find_telling_seeds(sizes, temperature):
    """The first seeds whose models tell mistakes apart."""
    letters = "abcdefghijklmnopqrstuvwxyz"[: sizes[0] - 1]  # which letters these are makes no difference
    telling = (seed for seed in count() if is_telling(*model_of(letters, sizes, seed), temperature))
    return list(islice(telling, SEEDS_EACH))


if __name__ == "__main__":
    found = {}
    for key in telling_seeds():
        *sizes, _, temperature = key.split()
        found[key] = find_telling_seeds(list(map(int, sizes)), float(temperature))
    rows = ",\n".join(f'"{key}": {json.dumps(seeds)}' for key, seeds in found.items())
    TELLING_SEEDS.write_text(f"{{\n{rows}\n}}\n", encoding="ascii")
