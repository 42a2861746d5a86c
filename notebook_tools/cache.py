"""Draw the KV cache as it grows, token by token: what is not in it yet can't be looked at."""

from __future__ import annotations

from collections.abc import Sequence

from notebook_tools import picture, svg

TALL = 38


def show(tokens: Sequence[str], weights: Sequence[Sequence] | None = None) -> None:
    """Draw the cache of one layer after each token. weights: of one head, row t has t + 1 of them."""
    picture.show(drawing(tokens, weights))


def drawing(tokens: Sequence[str], weights: Sequence[Sequence] | None = None, width: float = svg.WIDE) -> svg.Picture:
    """The picture: a row for each token read, a box for each position."""
    size, beside = len(tokens), width >= 500
    left = 92
    right = 150 if beside else 4
    cell = min((width - left - right) / size, 88)
    in_full = all(svg.measure(f"k, v of {token}", svg.SMALL) < cell - 6 for token in tokens)
    drawn = svg.Picture(width, 34 + size * TALL + 34, "The KV cache after each token")
    drawn.text(left - 10, 12, "reads", "soft", anchor="end", size=svg.SMALL)
    drawn.text(left + 2, 12, "keys and values in the cache", "soft", anchor="start", size=svg.SMALL)
    for row, token in enumerate(tokens):
        y = 30 + row * TALL
        drawn.text(left - 10, y + TALL / 2, token, anchor="end", bold=True)
        for place, other in enumerate(tokens):
            x = left + place * cell
            if place > row:
                drawn.box(x + 2, y + 3, cell - 4, TALL - 6, "other", "paper", line_style="dash", rounded=4)
                continue
            new = place == row
            drawn.box(x + 2, y + 3, cell - 4, TALL - 6, "attention", "fill" if new else "tint", rounded=4)
            text = f"k, v of {other}" if in_full else other
            if weights is not None:
                text = f"{svg.plain(weights[row][place]):.2f}"
            drawn.text(x + cell / 2, y + TALL / 2, text, "ink", size=svg.SMALL, on=new)
        count = f"{row + 1} key" + "s" * (row > 0)
        if beside:
            drawn.text(left + size * cell + 12, y + TALL / 2, count, "soft", anchor="start", size=svg.SMALL)
        drawn.describe(f"Reads {token}: {count}, of {', '.join(tokens[: row + 1])}.")
    y = 34 + size * TALL + 14
    drawn.box(left + 2, y - 8, 18, 16, "attention", "fill", rounded=3)
    drawn.text(left + 26, y, "appended now", anchor="start", size=svg.SMALL)
    after = left + 26 + svg.measure("appended now", svg.SMALL) + 16
    drawn.box(after, y - 8, 18, 16, "other", "paper", line_style="dash", rounded=3)
    drawn.text(after + 24, y, "not there yet", anchor="start", size=svg.SMALL)
    return drawn
