"""What the checks of part 8 share: random models, the probability of every name, and the test of a distribution."""

import math
import random
from collections import Counter

from autograder import model

STD = 0.6  # of the weights: wide, so that every mistake shows, but not so wide that one token is all but certain

# A fit below this is an error of the learner's code. The p-value is not exact so far out: of 20 million lists of 500
# names drawn from such models none had a lower one, so right code fails by chance less often than once in a million.
FALSE_ALARM = 1e-9


def draw_model(draw, sizes, temperature):
    """A model as a probe makes it of the same arguments: letters, sizes, seed and std; then the same for numpy.

    Models that say nearly the same name each time, or all names alike, are left out: they would hide mistakes.
    """
    letters = "".join(sorted(draw.sample("abcdefghijklmnopqrstuvwxyz", sizes[0] - 1)))
    config = model.Sizes(*sizes)
    while True:
        seed = draw.randrange(10000)
        mine = (model.draw_weights(config, random.Random(seed), STD), config, letters)
        if is_telling(*mine, temperature):
            return (letters, sizes, seed, STD), mine


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
