"""Embeddings on a map: which letters does the model hold for alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from notebook_tools import picture, svg

VOWELS = "aeiou"
Vectors = Mapping[str, Sequence[float]]


def nearest(vectors: Vectors, letter: str, count: int = 3) -> list[tuple[str, float]]:
    """The letters whose vectors point most nearly the same way, nearest first, each with the cosine of the angle.

    1 is the same direction, 0 a right angle. Raises ValueError for a letter that has no vector.
    """
    if letter not in vectors:
        raise ValueError(f"There is no vector for {letter!r}: choose one of {' '.join(vectors)}.")
    others = [(other, _cosine(vectors[letter], vectors[other])) for other in vectors if other != letter]
    return sorted(others, key=lambda pair: -pair[1])[:count]


def flat_map(vectors: Vectors) -> tuple[dict[str, tuple[float, float]], float]:
    """Each letter's place on the plane along which the vectors differ most, and the share of their variance on it.

    Principal components, by power iteration: https://en.wikipedia.org/wiki/Principal_component_analysis
    """
    means = [sum(column) / len(vectors) for column in zip(*vectors.values())]
    rows = [[x - mean for x, mean in zip(vector, means)] for vector in vectors.values()]
    total = sum(x * x for row in rows for x in row)
    places, found = [], 0.0
    for _ in range(2):
        # A start that is at right angles to the direction would never find it: no regular pattern.
        direction = [math.sin(3.0 * place + 1.0) for place in range(len(means))]
        for _ in range(500):
            along = [_dot(row, direction) for row in rows]
            direction = [_dot(along, column) for column in zip(*rows)]
            length = math.hypot(*direction) or 1.0
            direction = [x / length for x in direction]
        along = [_dot(row, direction) for row in rows]
        found += _dot(along, along)
        places.append(along)
        rows = [[x - share * d for x, d in zip(row, direction)] for row, share in zip(rows, along)]
    return dict(zip(vectors, zip(*places))), found / (total or 1.0)


def apart(places: Mapping[str, tuple[float, float]], distance: float) -> dict[str, tuple[float, float]]:
    """The places, those that are nearer than `distance` to an earlier one moved to its right by just that."""
    moved: dict[str, tuple[float, float]] = {}
    for letter, (x, y) in sorted(places.items(), key=lambda item: item[1]):
        for x0, y0 in moved.values():
            if abs(x - x0) < distance and abs(y - y0) < distance:
                x = x0 + distance
        moved[letter] = (x, y)
    return moved


def draw(vectors: Vectors, title: str) -> None:
    """Show the letters on their map: vowels bold in a circle. Of two that cover each other, one is moved."""
    picture.show(drawing(vectors, title))


def drawing(vectors: Vectors, title: str, width: float = svg.WIDE) -> svg.Picture:
    """The picture: a plane of letters."""
    places, share = flat_map(vectors)
    height = min(0.75 * width, 460)
    drawn = svg.Picture(width, height + 60, title, describe(vectors))
    (left, right), (low, high) = ((min(axis), max(axis)) for axis in zip(*places.values()))
    unit = min((width - 84) / (right - left or 1), (height - 60) / (high - low or 1))  # alike on both axes
    drawn.text(4, 12, "vowels in circles", "value", anchor="start", size=svg.SMALL)
    middle = ((left + right) / 2, (low + high) / 2)
    for letter, (x, y) in apart(places, 24 / unit).items():
        x, y = width / 2 - 8 + unit * (x - middle[0]), 30 + height / 2 - unit * (y - middle[1])
        if letter in VOWELS:
            drawn.dot(x, y, "value", 12, "paper")
        drawn.text(x, y, letter, "value" if letter in VOWELS else "ink", size=17, bold=letter in VOWELS)
    said = f"the plane of the largest differences, {100 * share:.0f}% of all variance"
    drawn.height = 4 + drawn.lines_of_text(4, height + 36, said, width - 8, "soft", anchor="start", size=svg.SMALL)
    return drawn


def describe(vectors: Vectors) -> str:
    """What the map shows in words: the nearest letter of each vowel, and the closest pair of all."""
    pairs = [f"{letter} is {nearest(vectors, letter, 1)[0][0]}" for letter in VOWELS if letter in vectors]
    first, (second, cosine) = max(((a, nearest(vectors, a, 1)[0]) for a in vectors), key=lambda found: found[1][1])
    vowels = f"The nearest letter to {', to '.join(pairs)}. " if pairs else ""
    return (
        f"Letters as points, vowels in circles. {vowels}Closest of all are {first} and {second}, cosine {cosine:.2f}."
    )


def _cosine(a: Sequence[float], b: Sequence[float]) -> float:
    return _dot(a, b) / (math.hypot(*a) * math.hypot(*b))


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b))
