"""Attention heat maps: one for each head, with the characters on both axes."""

from __future__ import annotations

from collections.abc import Sequence

from notebook_tools import chart, picture, svg


def draw(maps: Sequence[Sequence[Sequence[float]]], characters: Sequence[str], title: str) -> None:
    """Show the maps of the heads of one layer, side by side in rows of two.

    maps: [head][query][key], the query in row t has t + 1 keys; the weights as plain numbers. characters: what
    stands at each position, such as ["BOS", "e", "m", "m", "a"].
    """
    picture.show(drawing(maps, characters, title))


def drawing(
    maps: Sequence[Sequence[Sequence[float]]], characters: Sequence[str], title: str, width: float = svg.WIDE
) -> svg.Picture:
    """The picture: a square for each head, the weights in percent."""
    size = len(maps[0])
    columns = 2 if width >= 500 else 1
    across = width / columns
    side = min((across - 70) / size, 40)
    names = [*characters][:size]
    down = side * size + 78
    rows = -(-len(maps) // columns)
    drawn = svg.Picture(width, rows * down + 30, f"{title}: a square for each head", describe(maps))
    drawn.text(4, 12, "rows: reads; columns: looks at; weights in percent", "soft", anchor="start", size=svg.SMALL)
    for head, of_head in enumerate(maps):
        left, top = head % columns * across + 48, head // columns * down + 30
        drawn.text(left + side * size / 2, top + 12, f"head {head + 1}", "attention", bold=True)
        square = [[*row, *[None] * (size - len(row))] for row in of_head]
        words = [["" if weight is None else f"{100 * weight:.0f}" for weight in row] for row in square]
        grid = (left, top + 46)
        chart.heat_map(drawn, grid, side, square, (names, names), "attention", words if side >= 22 else None)
    return drawn


def describe(maps: Sequence[Sequence[Sequence[float]]]) -> str:
    """A sentence for each head: where its weight goes, on average over the rows that have a choice."""
    sentences = []
    for head, rows in enumerate(maps, start=1):
        to_first, to_itself, to_previous = (f"{100 * share:.0f}%" for share in shares(rows))
        sentences.append(
            f"Head {head} puts {to_first} of its weight on the first position, {to_itself} on the character itself, "
            f"{to_previous} on the one before it."
        )
    return " ".join(sentences)


def shares(rows: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """The mean weight on the first position, on the query's own one, and on the one before it.

    Rows with fewer than three entries are left out: there, two of the three are the same position. Three times
    nan when no row is left.
    """
    choices = [row for row in rows if len(row) > 2]
    if not choices:
        return (float("nan"),) * 3
    return tuple(sum(row[place] for row in choices) / len(choices) for place in (0, -1, -2))
