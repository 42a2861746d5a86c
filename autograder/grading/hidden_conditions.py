"""Conditions that only hidden checks use: see conditions.py. Copies without hidden checks do not have this file."""

from __future__ import annotations


def numbers_exactly_as_before(value: object, xs: list[float]) -> str | None:
    """The slopes, and afterwards exactly xs."""
    return None if value[1] == xs else f"exactly {xs} afterwards, and it is {value[1]}"


def three_things(value: object, words: str) -> str | None:
    """A list of three things, which these words name."""
    return None if type(value) is list and len(value) == 3 else words


def each_row_on_one_side(value: object, docs: list[str]) -> str | None:
    """A split of docs, and what was seen after it: every row is on one of two sides."""
    (train, held_out), _, _ = value
    right = sorted(train + held_out) == sorted(docs) and min(len(train), len(held_out)) > 0
    return None if right else "every row on one side, some on each"


def docs_as_before(value: object, docs: list[str]) -> str | None:
    """A split, a number and docs, which are unchanged."""
    return None if value[2] == docs else "docs as it was before the call"


def generator_as_before(value: object, after: float) -> str | None:
    """A split and the next number of the global generator, which the split has not used."""
    return None if value[1] == after else "the same random.random() as without the call of split_docs"


def each_row_on_one_side_of_the_first(value: object, docs: list[str]) -> str | None:
    """Splits of docs: in the first one, every row is on one side, and no side is empty."""
    right = sorted(sum(value[0], [])) == sorted(docs) and all(value[0])
    return None if right else "every row on one side, some on each"


def the_same_split_in_every_run(value: object) -> str | None:
    """Equal splits."""
    return None if all(sides == value[0] for sides in value) else "the same split in every run of Python"


def held_out_from_all_over(value: object, docs: list[str]) -> str | None:
    """Splits of docs whose held-out names are not just neighbours in docs."""
    held_out = set(value[0][1])
    distinct = list(dict.fromkeys(docs))
    around = distinct * 2  # so that neighbours may also be at its end and its beginning
    if any(held_out == set(around[i : i + len(held_out)]) for i in range(len(distinct))):
        return "held-out names from all over docs, as a draw gives them"
    return None
