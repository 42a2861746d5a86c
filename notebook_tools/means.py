"""Draw weighted means: a triangle of weights, the vectors that they weigh, and the mean of each row."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul

from notebook_tools import picture, svg

CELL, TALL = 50, 34
Vectors = Sequence[Sequence]


def show(weights: Sequence[Sequence], vectors: Vectors, names: Sequence[str], title: str, of: str = "x") -> None:
    """Draw the weights of each row, the vectors and the weighted means. weights: row t has t + 1 of them; `Value`s
    or numbers. names: what is at each position. of: what the vectors are called.
    """
    picture.show(drawing(weights, vectors, names, title, of))


def compared(queries: Vectors, keys: Vectors, softmax) -> list[list]:
    """The weights of each row: a learner's `softmax` of the dot products of its query with the keys up to its own.
    The vectors are lists of `Value`s.
    """
    rows: list[list] = []
    for place, query in enumerate(queries):
        rows.append(softmax([sum(map(mul, query, other)) for other in keys[: place + 1]]))
    return rows


def drawing(
    weights: Sequence[Sequence],
    vectors: Vectors,
    names: Sequence[str],
    title: str,
    of: str = "x",
    width: float = svg.WIDE,
) -> svg.Picture:
    """The picture. Raises ValueError when a row has not one weight for each position up to its own."""
    rows = [[svg.plain(weight) for weight in row] for row in weights]
    for place, row in enumerate(rows):
        if len(row) != place + 1:
            raise ValueError(f"Row {place} has {len(row)} weights: it looks at {place + 1} positions, one weight each.")
    data = [[svg.plain(value) for value in vector] for vector in vectors]
    means = [[sum(w * vector[j] for w, vector in zip(row, data)) for j in range(len(data[0]))] for row in rows]
    size, long = len(rows), len(data[0])
    beside = width >= 500
    cell = CELL if beside else min(CELL, (width - 50) / size, (width - 90) / (2 * long))
    across = 44 + size * cell
    drawn = svg.Picture(width, 0, title)
    top = 40.0
    drawn.text(44 + size * cell / 2, 12, "weights", "attention", bold=True)
    for place, name in enumerate(names[:size]):
        drawn.text(44 + (place + 0.5) * cell, 32, name, "soft", size=svg.SMALL)
        drawn.text(38, top + (place + 0.5) * TALL, name, "soft", anchor="end", size=svg.SMALL)
    for place, row in enumerate(rows):
        for at, weight in enumerate(row):
            left, y = 44 + at * cell, top + place * TALL
            strength = 0.05 + 0.95 * weight
            drawn.box(left + 1, y + 1, cell - 2, TALL - 2, "attention", "fill", strength=strength, rounded=3)
            text = svg.number(weight, 3) if weight in (0, 1) else f"{weight:.2f}"
            drawn.text(left + cell / 2, y + TALL / 2, text, size=svg.SMALL, on=strength > 0.7)
        terms = ", ".join(f"{name} {weight:.3f}" for name, weight in zip(names, row))
        drawn.describe(f"{names[place]}: weights {terms}; mean {svg.as_vector(means[place])}.")
    if beside:
        gap = max((width - across - 2 * long * cell - 20) / 3, 26)
        left, second = across + gap, top
        middle = top + size * TALL / 2
        drawn.text(across + gap / 2, middle, "×", bold=True)
        drawn.text(left + long * cell + gap / 2, middle, "=", bold=True)
        _column(drawn, left, second, cell, data, of, "value")
        _column(drawn, left + long * cell + gap, second, cell, means, "means", "attention")
        drawn.height = top + size * TALL + 6
    else:
        second = top + size * TALL + 44
        _column(drawn, 44, second, cell, data, of, "value")
        drawn.text(44 + long * cell + 20, second + size * TALL / 2, "→", bold=True)
        _column(drawn, 44 + long * cell + 40, second, cell, means, "means", "attention")
        drawn.height = second + size * TALL + 6
    return drawn


def _column(drawn: svg.Picture, left: float, top: float, cell: float, vectors: Vectors, name: str, role: str) -> None:
    drawn.text(left + len(vectors[0]) * cell / 2, top - 28 + (10 if top > 60 else 0), name, role, bold=True)
    for place, vector in enumerate(vectors):
        for at, value in enumerate(vector):
            x, y = left + at * cell, top + place * TALL
            drawn.box(x + 1, y + 1, cell - 2, TALL - 2, role, "tint", rounded=3)
            drawn.text(x + cell / 2, y + TALL / 2, svg.number(value, 3), size=svg.SMALL)
