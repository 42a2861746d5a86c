"""Draw how heads share one vector: which numbers of the query and of every cached key and value each of them reads."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul

from notebook_tools import picture, svg

CELL, TALL, NAME = 36, 30, 74
Vectors = Sequence[Sequence]


def show(query: Sequence, keys: Vectors, values: Vectors, n_head: int, attend) -> None:
    """Draw what each head gets, and what a learner's `attend` makes of it. The vectors: numbers or `Value`s."""
    picture.show(drawing(query, keys, values, n_head, attend))


def drawing(
    query: Sequence, keys: Vectors, values: Vectors, n_head: int, attend, width: float = svg.WIDE
) -> svg.Picture:
    """The picture: a panel for each head. attend: called with vectors as they were given."""
    wide = len(query) // n_head
    panels = [
        (head * wide, attend(*(_cut(what, head * wide, wide) for what in (query, keys, values))))
        for head in range(n_head)
    ]
    rows = [("query", [query]), ("keys", keys), ("values", values)]
    high = sum(len(vectors) * TALL + 10 for _, vectors in rows)
    beside = width >= 600
    cell = min(CELL, (width - NAME - 8) / len(query))
    results = 0 if beside else 128
    drawn = svg.Picture(width, 0, f"{n_head} heads share {len(query)} numbers: each takes its own columns of every row")
    top = 0.0
    for head, (start, (output, weights)) in enumerate(panels):
        drawn.text(4, top + 12, f"head {head + 1}", "attention", anchor="start", bold=True)
        places = f"numbers {start} to {start + wide - 1} of every row"
        drawn.text(NAME, top + 12, places, "soft", anchor="start", size=svg.SMALL)
        y = top + 28
        begin = y
        drawn.box(NAME + start * cell - 3, begin - 3, wide * cell + 6, high - 4, "attention", "paper")
        for name, vectors in rows:
            drawn.text(NAME - 8, y + TALL / 2, name, "soft", anchor="end", size=svg.SMALL)
            for vector in vectors:
                for at, value in enumerate(vector):
                    inside = start <= at < start + wide
                    x = NAME + at * cell
                    role = "attention" if inside else "other"
                    drawn.box(x + 1, y + 1, cell - 2, TALL - 2, role, "tint" if inside else "paper", rounded=3)
                    drawn.text(
                        x + cell / 2, y + TALL / 2, svg.number(svg.plain(value), 3), "ink" if inside else "other"
                    )
                y += TALL
            y += 10
        mine = [svg.plain(number) for number in query[start : start + wide]]
        scores = [sum(map(mul, mine, map(svg.plain, key[start:]))) for key in keys]
        lines = [
            ("dot products", ", ".join(svg.number(score, 3) for score in scores)),
            (
                f"divided by √{wide}",
                ", ".join(f"{score / wide**0.5:.3f}".replace("-", "−") for score in scores),
            ),
            ("weights", ", ".join(f"{svg.plain(weight):.3f}" for weight in weights)),
            ("output", "[" + ", ".join(svg.number(svg.plain(number), 3) for number in output) + "]"),
        ]
        x, at = (NAME + len(query) * cell + 40, begin + 18) if beside else (NAME, begin + high + 8)
        if beside:
            drawn.arrow([(x - 32, begin + high / 2 - 4), (x - 8, begin + high / 2 - 4)], "attention")
        for name, text in lines:
            drawn.text(x, at, f"{name}:", "soft", anchor="start", size=svg.SMALL)
            bold = name == "output"
            drawn.text(x + 110, at, text, "attention" if bold else "ink", anchor="start", size=svg.SMALL, bold=bold)
            at += 26
        drawn.describe(f"Head {head + 1} takes {places}: {'; '.join(f'{name} {text}' for name, text in lines)}.")
        top = begin + high + results + 12
        if head < n_head - 1:
            drawn.grid([(4, top - 8), (width - 4, top - 8)])
            top += 4
    drawn.height = top - 8
    return drawn


def _cut(vectors, start: int, wide: int):
    """A head's part of a vector, or of each vector in a list."""
    if isinstance(vectors[0], (list, tuple)):
        return [vector[start : start + wide] for vector in vectors]
    return vectors[start : start + wide]
