"""What a right answer must meet where many answers are right: of a split of documents, of names that were drawn.

A condition takes the returned value, an adversary's, and facts as plain data; it returns None where it is met,
else what is expected, in words. `Answer.must_meet` asks it.
"""

from __future__ import annotations

from collections import Counter

from autograder.grading.distribution import FALSE_ALARM, fit, worst


def texts(value: object, count: int) -> str | None:
    """count strings."""
    right = type(value) is list and len(value) == count and all(type(text) is str for text in value)
    return None if right else f"a list of {count} strings"


def two_sides(value: object) -> str | None:
    """Two lists of strings."""
    right = type(value) is list and len(value) == 2 and all(type(side) is list for side in value)
    return None if right and all(type(doc) is str for side in value for doc in side) else "two lists of strings"


def no_name_on_both_sides(value: object, docs: list[str]) -> str | None:
    """A split of docs: every row is on one side, equal rows on the same side, more than one on either."""
    if words := two_sides(value):
        return words
    train, held_out = value
    both = sorted(set(train) & set(held_out))
    if both:
        return f"no name on both sides, but these are: {', '.join(both[:5])}"
    if Counter(train) + Counter(held_out) == Counter(docs) and len(held_out) > 1 < len(train):
        return None
    return f"each of the {len(docs)} rows on one side, repeated ones too (yours: {len(train)} and {len(held_out)})"


def share_of_distinct_names(value: object, docs: list[str], held: int) -> str | None:
    """A split of docs with `held` distinct names on the second side."""
    if words := two_sides(value):
        return words
    train, held_out = value
    counts, right = [len(set(train)), len(set(held_out))], [len(set(docs)) - held, held]
    if counts == right and sorted(train + held_out) == sorted(docs):
        return None
    return f"all {len(docs)} rows, with {right[0]} and {right[1]} distinct names (yours: {counts[0]} and {counts[1]})"


def rows_in_order(value: object, docs: list[str]) -> str | None:
    """A split of docs whose sides both keep the order of docs; neither side is empty."""
    if words := two_sides(value):
        return words
    train, held_out = value
    second = set(held_out)
    expected = [[doc for doc in docs if doc not in second], [doc for doc in docs if doc in second]]
    if 0 < len(second) < len(set(docs)) and value == expected:
        return None
    misplaced = [f"{got} for {right}" for got, right in zip(train + held_out, sum(expected, [])) if got != right]
    return f"the rows of either side in the order of docs, as often as they stand there ({', '.join(misplaced[:2])})"


def seed_decides(value: object, docs: list[str], held: int) -> str | None:
    """Three splits of docs, with the seeds a, b and a."""
    if type(value) is not list or len(value) != 3:
        return "three splits"
    for sides in value:
        if words := two_sides(sides):
            return words
    right = all(
        rows_in_order(sides, docs) is None and share_of_distinct_names(sides, docs, held) is None for sides in value
    )
    if right and value[0] == value[2] and value[0] != value[1]:
        return None
    distinct = len(set(docs))
    return f"{held} of {distinct} names held out; the same ones for the same seed, others for another seed"


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
    return None if fit(value, expected) > FALSE_ALARM else worst(value, expected)
