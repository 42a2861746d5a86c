"""Which differences between recipes exceed the noise: intervals, brackets, records, and steps to a loss.

A score is the mean of three runs, and runs of one recipe differ: by 0.002 to 0.008 nats (benchmarks/recipes.md).
Three runs give only a poor estimate of the variance, so each is shrunk towards the variance of all recipes, with the
weight of four more runs: v = (4 * 0.006^2 + sum of squares about the mean) / (4 + 2). This is the moderated
variance of Smyth, Linear models and empirical Bayes methods, 2004: https://doi.org/10.2202/1544-6115.1027

One recipe is better than another when the difference of the means exceeds t times its standard error,
sqrt(v1 / 3 + v2 / 3). t is a quantile of Student's distribution with 6 degrees of freedom: 1.943 (95%, one side) for
the brackets of the board, 3.143 (99%) for a record. All recipes are measured on the same held-out names: their choice
adds no noise to the comparison, and the intervals do not include it.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

PRIOR_SD = 0.006  # nats per token, between runs of one recipe
PRIOR_RUNS = 4
APART, RECORD, INTERVAL = 1.943, 3.143, 2.447  # Student's t with 6 degrees of freedom: 95%, 99%, and 95% on both sides
# Of the standard normal distribution, by p or power.
NORMAL_QUANTILES = {0.01: 2.326, 0.5: 0.0, 0.8: 0.842, 0.95: 1.645}

# The second ranking: the fewest steps until the mean loss is certainly below the target.
TARGET = 2.20  # nats per token
CHECKPOINT_STEPS = 25  # the held-out loss is measured every 25 steps
STEPS_P = 0.01


@dataclass(frozen=True)
class Standing:
    """Places start at 1. A bracket has the places `rank` to `last`. `half_width` is that of the mean loss's 95%
    confidence interval.
    """

    rank: int
    last: int
    mean: float
    half_width: float


def standings(runs: Sequence[Sequence[float]]) -> list[Standing]:
    """The standing of each entry, in the given order. runs: the held-out losses of each entry, by seed.

    A bracket holds the entries that differ from its best one by no more than noise; the next entry begins another.
    """
    means = [statistics.fmean(losses) for losses in runs]
    errors = [variance_of_mean(losses) for losses in runs]
    order = sorted(range(len(runs)), key=means.__getitem__)
    brackets: list[list[int]] = []
    for index in order:
        first = brackets[-1][0] if brackets else index
        if brackets and not is_better(means[first], errors[first], means[index], errors[index]):
            brackets[-1].append(index)
        else:
            brackets.append([index])
    standing: dict[int, Standing] = {}
    for bracket in brackets:
        first = len(standing) + 1
        last = first + len(bracket) - 1
        for index in bracket:
            standing[index] = Standing(first, last, means[index], INTERVAL * errors[index] ** 0.5)
    return [standing[index] for index in range(len(runs))]


def is_better(mean: float, variance: float, other: float, other_variance: float, t: float = APART) -> bool:
    """Whether a recipe is better than another beyond the noise. Variances are those of the means."""
    return other - mean > t * math.sqrt(variance + other_variance)


def variance_of_mean(losses: Sequence[float]) -> float:
    """The variance of the mean of these losses, moderated."""
    mean = statistics.fmean(losses)
    return moderated(sum((loss - mean) ** 2 for loss in losses), len(losses))


def moderated(squares: float, runs: int) -> float:
    """The variance of a mean of `runs` runs. squares: the sum of the squares about the mean."""
    return (PRIOR_RUNS * PRIOR_SD**2 + squares) / (PRIOR_RUNS + runs - 1) / runs


def prior_variance(runs: int) -> float:
    """The variance of the mean of a recipe of which only the mean is known."""
    return PRIOR_SD**2 / runs


def steps_to_target(curve: Sequence[float], runs: int) -> int | None:
    """The first step at which (TARGET - mean) * sqrt(runs) / sigma reaches z(p); None if no checkpoint does.

    curve: the mean held-out losses of the runs after 25 steps, 50 steps and so on.
    """
    highest = highest_mean(runs)
    return next((CHECKPOINT_STEPS * (place + 1) for place, mean in enumerate(curve) if mean <= highest), None)


def highest_mean(runs: int) -> float:
    """The largest mean of `runs` runs that counts as below TARGET."""
    return TARGET - NORMAL_QUANTILES[STEPS_P] * PRIOR_SD / math.sqrt(runs)


def detectable(runs: int, power: float, t: float = APART) -> float:
    """The difference in nats that is detected with probability `power` when each recipe has `runs` runs."""
    return (t + NORMAL_QUANTILES[power]) * PRIOR_SD * math.sqrt(2 / runs)
