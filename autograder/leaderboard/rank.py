"""Who is better beyond noise.

A score is the mean of three runs, and runs of one recipe differ: by 0.002 to 0.008 nats (benchmarks/recipes.md). Three
runs say little about how much, so each entry's variance is drawn towards what is known of all recipes, as if that were
worth four more runs: v = (4 * 0.006^2 + sum of squares about the mean) / (4 + 2). This is the moderated variance of
Smyth, Linear models and empirical Bayes methods, 2004: https://doi.org/10.2202/1544-6115.1027

An entry is better than another when the difference of the means exceeds 1.943 times its standard error,
sqrt(v1 / 3 + v2 / 3): one side of Student's t at 95% with 6 degrees of freedom. rank = 1 + the number of entries that
are better. So of two equal recipes, luck puts the first behind the second in about one case of 20. All are measured
on the same held-out names: their choice adds no noise to the comparison, and the interval leaves it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PRIOR_SD = 0.006  # nats per token, between runs of one recipe
PRIOR_RUNS = 4
ONE_SIDED, TWO_SIDED = 1.943, 2.447  # Student's t with 6 degrees of freedom: 95% below, 95% between


@dataclass(frozen=True)
class Standing:
    """rank from 1; the mean loss lies within `half_width` of the recipe's own in 95 cases of 100."""

    rank: int
    mean: float
    half_width: float


def standings(runs: Sequence[Sequence[float]]) -> list[Standing]:
    """The standing of each entry, in the order given. runs: the held-out losses of an entry, by seed."""
    if not runs:
        return []
    means = np.array([np.mean(losses) for losses in runs])
    errors = np.array([_variance_of_mean(losses) for losses in runs])
    better = means[:, None] - means[None, :] > ONE_SIDED * np.sqrt(errors[:, None] + errors[None, :])
    ranks = 1 + better.sum(axis=1)
    return [Standing(int(r), float(m), float(TWO_SIDED * e**0.5)) for r, m, e in zip(ranks, means, errors)]


def _variance_of_mean(losses: Sequence[float]) -> float:
    squares = float(np.sum((np.array(losses) - np.mean(losses)) ** 2))
    variance = (PRIOR_RUNS * PRIOR_SD**2 + squares) / (PRIOR_RUNS + len(losses) - 1)
    return variance / len(losses)
