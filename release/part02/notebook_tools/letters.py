"""Embeddings on a map: which letters does the model hold for alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from notebook_tools import picture

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

    Principal components: the first two singular vectors of the centred matrix.
    https://en.wikipedia.org/wiki/Principal_component_analysis
    """
    matrix = np.array([list(vector) for vector in vectors.values()])
    centred = matrix - matrix.mean(axis=0)
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    places = centred @ directions[:2].T
    share = float((lengths[:2] ** 2).sum() / (lengths**2).sum())
    return {letter: (float(x), float(y)) for letter, (x, y) in zip(vectors, places)}, share


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
    places, share = flat_map(vectors)
    figure = Figure(figsize=(7.4, 5.6), layout="constrained")
    axes = figure.subplots()
    for letter, (x, y) in apart(places, 0.06).items():
        vowel = letter in VOWELS
        ring = {"boxstyle": "circle,pad=0.25", "fc": "white", "ec": picture.COLOURS[1]} if vowel else None
        axes.text(
            x,
            y,
            letter,
            ha="center",
            va="center",
            fontsize=13,
            color=picture.COLOURS[1 if vowel else 0],
            fontweight="bold" if vowel else "normal",
            bbox=ring,
        )
    xs, ys = zip(*places.values())
    axes.set(xlim=(min(xs) - 0.15, max(xs) + 0.15), ylim=(min(ys) - 0.15, max(ys) + 0.15), title=title)
    axes.set_xlabel(f"the two directions with the largest differences, {100 * share:.0f}% of all variance")
    picture.show(figure, f"{title}. {describe(vectors)}")


def describe(vectors: Vectors) -> str:
    """What the map shows in words: the nearest letter of each vowel, and the closest pair of all."""
    pairs = [f"{letter} is {nearest(vectors, letter, 1)[0][0]}" for letter in VOWELS if letter in vectors]
    first, (second, cosine) = max(((a, nearest(vectors, a, 1)[0]) for a in vectors), key=lambda found: found[1][1])
    vowels = f"The nearest letter to {', to '.join(pairs)}. " if pairs else ""
    return (
        f"Letters as points, vowels in circles. {vowels}Closest of all are {first} and {second}, cosine {cosine:.2f}."
    )


def _cosine(a: Sequence[float], b: Sequence[float]) -> float:
    a, b = np.array(list(a)), np.array(list(b))
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
