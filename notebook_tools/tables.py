"""Draw a table of bigram counts: rows are the tokens before, columns the tokens after, stronger is more often."""

from __future__ import annotations

import math
from collections.abc import Sequence

from notebook_tools import chart, picture, svg

FEW = 10  # tokens; up to here the counts themselves stand in the fields


def show(counts: list[list[int]], tokenizer) -> None:
    """Draw the counts of a learner's `bigram_counts`. Raises ValueError when they are not a square table."""
    labels = [*tokenizer.chars, "BOS"]
    if [len(row) for row in counts] != [len(labels)] * len(labels):
        raise ValueError(f"The table must have {len(labels)} rows and {len(labels)} columns: a token each, BOS last.")
    picture.show(drawing(counts, labels))


def drawing(counts: Sequence[Sequence[int]], labels: Sequence[str], width: float = svg.WIDE) -> svg.Picture:
    """The picture: a field for each pair. The colour grows with the logarithm of the count."""
    side = min((width - 66) / len(labels), 44)
    top = 44 if width >= 500 or len(labels) <= FEW else 68
    drawn = svg.Picture(width, side * len(labels) + top + 8, "How often each token follows each other", "")
    drawn.description = _described(counts, labels)
    most = max(1, *(count for row in counts for count in row))
    shades = [0.0, *(10.0**power for power in range(math.floor(math.log10(most)) + 1))] if len(labels) > FEW else []
    drawn.text(4, 12, "rows: token before; columns: token after", "soft", anchor="start", size=svg.SMALL)
    x, y = (4, 34) if width < 500 or not shades else (width - 340, 12)
    for shade in shades:
        strength = _strength(shade, most)
        drawn.box(x, y - 7, 14, 14, "value", "fill", strength=0.05 + 0.95 * strength, rounded=0)
        name = f"{shade:,.0f}" if shade < 1000 else f"{shade / 1000:.0f}k"
        drawn.text(x + 18, y, name, "soft", anchor="start", size=svg.SMALL)
        x += 30 + svg.measure(name, svg.SMALL)
    strengths = [[_strength(count, most) for count in row] for row in counts]
    words = [[f"{count}" for count in row] for row in counts] if len(labels) <= FEW else None
    chart.heat_map(drawn, (42, top), side, strengths, (labels, labels), "value", words)
    return drawn


def _strength(count: float, most: int) -> float:
    return math.log10(count + 1) / math.log10(most + 1)


def _described(counts: Sequence[Sequence[int]], labels: Sequence[str]) -> str:
    """What can be seen: how many pairs, the commonest, how many fields are empty."""
    pairs = sorted(
        ((count, f"{labels[i]} then {labels[j]}") for i, row in enumerate(counts) for j, count in enumerate(row)),
        reverse=True,
    )
    common = ", ".join(f"{name} {count:,} times" for count, name in pairs[:4])
    empty = sum(count == 0 for count, _ in pairs)
    return (
        f"Table of {len(labels)} by {len(labels)} pairs of tokens, {sum(count for count, _ in pairs):,} counted. "
        f"Commonest: {common}. {empty} fields are 0."
    )
