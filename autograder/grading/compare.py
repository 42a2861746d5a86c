"""Comparing plain data with a tolerance, and showing it. A returned value is an adversary's: only exact types count."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence

LONGEST = 200  # characters of a value that are shown
DIGITS, MOST_DIGITS = 6, 17  # of a float: as shown at first, and as many as tell any two floats apart


def close(got: float, expected: float, tolerance: float) -> bool:
    """Whether two numbers differ by at most tolerance, relative to numbers above 1. NaN is close to nothing, an
    infinity to itself only.
    """
    if got == expected:
        return True
    if abs(expected) == math.inf:  # the tolerance would be infinite
        return False
    return abs(got - expected) <= tolerance * max(1.0, abs(expected))


def alike(got: object, expected: object, tolerance: float) -> bool:
    """Whether two values are equal: numbers within the tolerance, a tuple like a list, an int like a float; a bool is
    not a number.
    """
    return next(_differences(got, expected, tolerance, ""), None) is None


def difference(got: object, expected: object, tolerance: float) -> str | None:
    """Say in words where got differs from expected; None when it does not. Of several numbers the one that differs most
    is named, with as many digits as show it; a wrong type or length comes first.
    """
    numbers = []
    for size, place, words in _differences(got, expected, tolerance, ""):
        if size is None:
            return f"{location_prefix(place)}{words}"
        numbers.append((size, place, words))
    if not numbers:
        return None
    # Of equal ones the first: their last digits depend on the platform's mathematics.
    _, place, (number, wanted) = max(numbers, key=lambda each: float(f"{each[0]:.9g}"))
    first, second = apart(number, wanted)
    most = f"the largest of {len(numbers)}, " if len(numbers) > 1 else ""
    return f"{most}{location_prefix(place)}returned {first}, expected {second}"


def _differences(got: object, expected: object, tolerance: float, place: str) -> Iterator[tuple]:
    """Each difference: for two numbers its size, place and both of them; else None, its place and words."""
    if is_number(expected):
        if not is_number(got):
            yield None, place, f"returned {show(got)}, expected a number"
        elif not _close(got, expected, tolerance):
            yield _size(got, expected), place, (got, expected)
    elif isinstance(expected, Sequence) and not isinstance(expected, str):
        if type(got) is not list:
            yield None, place, f"returned {show(got)}, expected a list of {len(expected)}"
        elif len(got) != len(expected):
            yield None, place, f"returned {_elements(len(got))}, expected {len(expected)}"
        else:
            for i in range(len(expected)):
                yield from _differences(got[i], expected[i], tolerance, f"{place}[{i}]")
    elif isinstance(expected, dict):
        if type(got) is not dict:
            yield None, place, f"returned {show(got)}, expected a dict"
        elif list(got) != list(expected):
            yield None, place, f"returned the keys {show(list(got))}, expected {show(list(expected))}, in this order"
        else:
            for key in expected:
                yield from _differences(got[key], expected[key], tolerance, f"{place}[{key!r}]")
    elif type(got) is not type(expected) or got != expected:
        yield None, place, f"returned {show(got)}, expected {show(expected)}"


def _close(got: float, expected: float, tolerance: float) -> bool:
    try:
        return close(got, expected, tolerance)
    except OverflowError:  # an int that no float can hold
        return False


def _size(got: float, expected: float) -> float:
    """How far two numbers are apart, as the tolerance counts it."""
    try:
        size = abs(got - expected) / max(1.0, abs(expected))
    except OverflowError:
        return math.inf
    return size if size == size else math.inf


def _elements(count: int) -> str:
    return "1 element" if count == 1 else f"{count} elements"


def apart(first: object, second: object) -> tuple[str, str]:
    """Both values as text, floats with as many digits as tell the texts apart, six at least."""
    for digits in range(DIGITS, MOST_DIGITS):
        texts = show(first, digits), show(second, digits)
        # An int and a float that rounds to it: the texts 1 and 1.0 differ, but not for a reader.
        if texts[0].removesuffix(".0") != texts[1].removesuffix(".0"):
            return texts
    return show(first, MOST_DIGITS), show(second, MOST_DIGITS)


def is_number(value: object) -> bool:
    """Whether value is an int or a float, and not a bool."""
    return type(value) in (int, float)


def location_prefix(place: str) -> str:
    return f"at {place}: " if place else ""


def show(value: object, digits: int = DIGITS) -> str:
    """The value as Python would write it, floats with this number of digits, at most 200 characters."""
    parts: list[str] = []
    _write(value, parts, [LONGEST + 1], digits)
    text = "".join(parts)
    return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."


def quoted(text: str) -> str:
    """The text in quotes as Python would write it: letters stay; what steers a terminal or turns the direction of
    writing around is escaped.
    """
    if text.isascii():
        return ascii(text)
    return "".join(c if is_plain(c) else ascii(c)[1:-1] for c in repr(text))


def is_plain(character: str) -> bool:
    """Whether it can be shown as it is: printable, no mark on another character, not written from right to left."""
    return character.isprintable() and unicodedata.bidirectional(character) in ("L", "ON", "EN", "ES", "ET", "CS", "WS")


def _write(value: object, parts: list[str], room: list[int], digits: int) -> None:
    """Append value's text to parts until the room is used up, so that a huge value costs no more than a small one."""
    if room[0] < 0:
        return
    if type(value) is float:
        text = repr(value) if not math.isfinite(value) else f"{value:.{digits}g}"
        text = text if any(c in text for c in ".en") else text + ".0"
    elif isinstance(value, (list, tuple)):
        _write_all("[", "]", [("", item) for item in value[:LONGEST]], parts, room, digits)
        return
    elif isinstance(value, dict):
        items = [(f"{quoted(str(key)[:LONGEST])}: ", value[key]) for key in list(value)[:LONGEST]]
        _write_all("{", "}", items, parts, room, digits)
        return
    else:
        text = quoted(value[:LONGEST]) if isinstance(value, str) else ascii(value)
    parts.append(text)
    room[0] -= len(text)


def _write_all(
    opening: str, closing: str, items: list[tuple[str, object]], parts: list[str], room: list[int], digits: int
) -> None:
    parts.append(opening)
    for i, (label, item) in enumerate(items):
        prefix = (", " if i else "") + label
        parts.append(prefix)
        room[0] -= len(prefix)
        _write(item, parts, room, digits)
        if room[0] < 0:
            return
    parts.append(closing)
