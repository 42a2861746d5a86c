"""Comparing plain data with a tolerance, and showing it. What came back is an adversary's: only exact types count."""

from __future__ import annotations

import math
from collections.abc import Sequence

LONGEST = 200  # characters of a value that are shown


def close(got: float, expected: float, tolerance: float) -> bool:
    """Whether two numbers differ by at most tolerance, relative to numbers above 1. NaN is close to nothing, an
    infinity to itself only.
    """
    if got == expected:
        return True
    if abs(expected) == math.inf:  # the tolerance would be infinite
        return False
    return abs(got - expected) <= tolerance * max(1.0, abs(expected))


def difference(got: object, expected: object, tolerance: float, place: str = "") -> str | None:
    """Say in words where got differs from expected; None when it does not.

    A tuple counts as a list, an int as a float; a bool is no number.
    """
    if is_number(expected):
        if not is_number(got):
            return f"{at(place)}{show(got)} came back, where a number is expected"
        try:
            same = close(got, expected, tolerance)
        except OverflowError:  # an int that no float can hold
            same = False
        return None if same else f"{at(place)}{show(got)} came back, {show(expected)} is expected"
    if isinstance(expected, Sequence) and not isinstance(expected, str):
        if type(got) is not list:
            return f"{at(place)}{show(got)} came back, where a list of {len(expected)} is expected"
        if len(got) != len(expected):
            return f"{at(place)}{len(got)} elements came back, {len(expected)} are expected"
        pairs = ((got[i], expected[i], f"{place}[{i}]") for i in range(len(expected)))
        return next((words for g, e, where in pairs if (words := difference(g, e, tolerance, where))), None)
    if isinstance(expected, dict):
        if type(got) is not dict:
            return f"{at(place)}{show(got)} came back, where a dict is expected"
        if list(got) != list(expected):
            return (
                f"{at(place)}the keys {show(list(got))} came back, {show(list(expected))} are expected, in this order"
            )
        pairs = ((got[key], expected[key], f"{place}[{key!r}]") for key in expected)
        return next((words for g, e, where in pairs if (words := difference(g, e, tolerance, where))), None)
    if type(got) is type(expected) and got == expected:
        return None
    return f"{at(place)}{show(got)} came back, {show(expected)} is expected"


def is_number(value: object) -> bool:
    """Whether value is an int or a float, and no bool."""
    return type(value) in (int, float)


def at(place: str) -> str:
    return f"at {place}: " if place else ""


def show(value: object) -> str:
    """The value as Python would write it, floats with six digits, at most 200 characters."""
    parts: list[str] = []
    _write(value, parts, [LONGEST + 1])
    text = "".join(parts)
    return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."


def _write(value: object, parts: list[str], room: list[int]) -> None:
    """Append value's text to parts until the room is used up, so that a huge value costs no more than a small one."""
    if room[0] < 0:
        return
    if type(value) is float:
        text = repr(value) if not math.isfinite(value) else f"{value:.6g}"
        text = text if any(c in text for c in ".en") else text + ".0"
    elif isinstance(value, (list, tuple)):
        _write_all("[", "]", [("", item) for item in value[:LONGEST]], parts, room)
        return
    elif isinstance(value, dict):
        _write_all("{", "}", [(f"{ascii(key)[:LONGEST]}: ", value[key]) for key in list(value)[:LONGEST]], parts, room)
        return
    else:
        text = ascii(value[:LONGEST] if isinstance(value, str) else value)
    parts.append(text)
    room[0] -= len(text)


def _write_all(opening: str, closing: str, items: list[tuple[str, object]], parts: list[str], room: list[int]) -> None:
    parts.append(opening)
    for i, (label, item) in enumerate(items):
        prefix = (", " if i else "") + label
        parts.append(prefix)
        room[0] -= len(prefix)
        _write(item, parts, room)
        if room[0] < 0:
            return
    parts.append(closing)
