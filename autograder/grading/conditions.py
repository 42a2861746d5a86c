"""Conditions on an answer where many answers are right: a split of documents, or names drawn at random.

A condition takes the returned value, which an adversary may have made, and plain data about the question. It returns
None when the value meets it, else what is expected, in words. `Answer.must_meet` calls it.
"""

from __future__ import annotations

import math
from collections import Counter

# A p-value below this is an error of the learner's code. The p-value is not exact so far out: of 20 million lists of
# 300 names drawn from models of part 8 none had a lower one, so right code fails by chance less often than once in a
# million.
FALSE_ALARM = 1e-9


def texts(value: object, count: int) -> str | None:
    """count strings."""
    right = type(value) is list and len(value) == count and all(type(text) is str for text in value)
    return None if right else f"a list of {count} strings"


def two_sides(value: object) -> str | None:
    """Two lists of strings."""
    right = type(value) is list and len(value) == 2 and all(type(side) is list for side in value)
    return None if right and all(type(doc) is str for side in value for doc in side) else "two lists of strings"


def no_name_on_both_sides(value: object, docs: list[str], least: int) -> str | None:
    """A split of docs: every row is on one side, equal rows on the same side, at least `least` on either."""
    if words := two_sides(value):
        return words
    train, held_out = value
    both = sorted(set(train) & set(held_out))
    if both:
        return f"no name on both sides, but these are: {', '.join(both[:5])}"
    if words := _every_row(value, docs):
        return words
    few = min(len(train), len(held_out)) < least
    return f"at least {least} rows on either side (yours: {len(train)} and {len(held_out)})" if few else None


def share_of_distinct_names(value: object, docs: list[str], held: int) -> str | None:
    """A split of docs with `held` distinct names on the second side."""
    if words := two_sides(value):
        return words
    train, held_out = value
    counts, right = [len(set(train)), len(set(held_out))], [len(set(docs)) - held, held]
    if counts == right:
        return _every_row(value, docs)
    yours = f"yours: {counts[0]} and {counts[1]}"
    if counts == right[::-1]:
        yours += ", the other way round: return the train side first"
    return f"all {len(docs)} rows, with {right[0]} and {right[1]} distinct names ({yours})"


def rows_in_order(value: object, docs: list[str], least: int) -> str | None:
    """A split of docs whose sides both keep the order of docs, with at least `least` names on either."""
    if words := two_sides(value) or _every_row(value, docs):
        return words
    train, held_out = value
    second = set(held_out)
    expected = [doc for doc in docs if doc not in second] + [doc for doc in docs if doc in second]
    misplaced = [f"{got} for {right}" for got, right in zip(train + held_out, expected) if got != right]
    if misplaced:
        return f"the rows of either side in the order of docs ({', '.join(misplaced[:2])})"
    few = min(len(second), len(set(docs)) - len(second)) < least
    return f"at least {least} names on either side (yours: {len(train)} and {len(held_out)} rows)" if few else None


def seed_decides(value: object, docs: list[str]) -> str | None:
    """Three splits of docs, with the seeds a, b and a."""
    if type(value) is not list or len(value) != 3:
        return "three splits"
    for sides in value:
        if words := two_sides(sides) or _every_row(sides, docs):
            return words
    if value[0] != value[2]:
        return "the same split for the same seed: the first and the last have the same, but your splits differ"
    return None if value[0] != value[1] else "another split for another seed, but your first and second are the same"


def _every_row(value: list[list[str]], docs: list[str]) -> str | None:
    """Both sides together hold every row of docs, as often as docs does."""
    in_docs, on_sides = Counter(docs), Counter(value[0]) + Counter(value[1])
    name = next((name for name in [*in_docs, *on_sides] if in_docs[name] != on_sides[name]), None)
    if name is None:
        return None
    return f"every row on one side, repeated ones too ({name}: {in_docs[name]} in docs, {on_sides[name]} on your sides)"


def possible_names(value: object, count: int, letters: str, longest: int) -> str | None:
    """count names of at most `longest` of the letters."""
    if words := texts(value, count):
        return words
    right = all(len(name) <= longest and set(name) <= set(letters) for name in value)
    return None if right else f"names of at most {longest} of the letters {letters}"


def names_as_often(value: object, count: int, expected: dict[str, float]) -> str | None:
    """count names that come as often as their probabilities say."""
    if words := texts(value, count):
        return words
    return None if p_value(value, expected) > FALSE_ALARM else most_deviating_name(value, expected)


def group_names(expected: dict[str, float], draws: int, least: float = 20.0) -> list[list[str]]:
    """Group the names, likely ones alone and rare ones together: each group has at least `least` expected draws."""
    cells, cell, expected_draws, rest = [], [], 0.0, float(draws)
    for name in sorted(expected, key=expected.get, reverse=True):
        cell.append(name)
        expected_draws, rest = expected_draws + expected[name] * draws, rest - expected[name] * draws
        if expected_draws >= least and rest >= least:
            cells.append(cell)
            cell, expected_draws = [], 0.0
    return [*cells, cell]


def p_value(names: list[str], expected: dict[str, float]) -> float:
    """The p-value of a chi-square test that these names were drawn with the expected probabilities.

    It is 0 for a name that can't occur. Where the degrees of freedom are odd, one more is taken: that makes the p-value
    too large, never too small.
    """
    counts = Counter(names)
    if not set(counts) <= set(expected):
        return 0.0
    cells, statistic = group_names(expected, len(names)), 0.0
    for cell in cells:
        expected_count = sum(expected[name] for name in cell) * len(names)
        statistic += (sum(counts[name] for name in cell) - expected_count) ** 2 / expected_count
    term = total = 1.0  # of the closed form for an even number of degrees of freedom
    for k in range(1, len(cells) // 2):
        term *= statistic / 2 / k
        total += term
    return math.exp(-statistic / 2) * total


def most_deviating_name(names: list[str], expected: dict[str, float]) -> str:
    """The name of which most are missing or too many, in words."""
    counts = Counter(names)
    name = max(expected, key=lambda name: abs(counts[name] - expected[name] * len(names)))
    return f"{name!r} about {expected[name] * len(names):.0f} times in {len(names)} (it came {counts[name]} times)"
