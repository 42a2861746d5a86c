"""Whether drawn texts come as often as their probabilities say: a chi-square test, standard library only."""

from __future__ import annotations

import math
from collections import Counter

# A fit below this is an error of the learner's code. The p-value is not exact so far out: of 20 million lists of 300
# names drawn from models of part 8 none had a lower one, so right code fails by chance less often than once in a
# million.
FALSE_ALARM = 1e-9


def cells_of(expected: dict[str, float], draws: int, least: float = 20.0) -> list[list[str]]:
    """The names in groups, the likely ones alone, the rare ones together: each has at least `least` expected draws."""
    cells, cell, awaited, rest = [], [], 0.0, float(draws)
    for name in sorted(expected, key=expected.get, reverse=True):
        cell.append(name)
        awaited, rest = awaited + expected[name] * draws, rest - expected[name] * draws
        if awaited >= least and rest >= least:
            cells.append(cell)
            cell, awaited = [], 0.0
    return [*cells, cell]


def fit(names: list[str], expected: dict[str, float]) -> float:
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


def worst(names: list[str], expected: dict[str, float]) -> str:
    """The name of which most are missing or too many, in words."""
    counts = Counter(names)
    name = max(expected, key=lambda name: abs(counts[name] - expected[name] * len(names)))
    return f"{name!r} about {expected[name] * len(names):.0f} times in {len(names)} (it came {counts[name]} times)"
