"""Attention heat maps: one for each head, with the characters on both axes."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from notebook_tools import picture

AHEAD = "#d9d9d9"  # grey, which the heat colours don't have: positions that can't be seen yet


def draw(maps: Sequence[Sequence[Sequence[float]]], characters: Sequence[str], title: str) -> None:
    """Show the maps of the heads of one layer, side by side in rows of two.

    maps: [head][query][key], the query in row t has t + 1 keys; the weights as plain numbers. characters: what
    stands at each position, such as ["BOS", "e", "m", "m", "a"].
    """
    rows = (len(maps) + 1) // 2
    figure = Figure(figsize=(8.2, 3.7 * rows + 0.4), layout="constrained")
    figure.suptitle(title)
    grid = figure.subplots(rows, 2, squeeze=False).flatten()
    for head, (axes, rows_of_weights) in enumerate(zip(grid, maps)):
        image = _draw_head(axes, rows_of_weights, characters)
        axes.set_title(f"head {head}", fontsize=11)
    for axes in grid[len(maps) :]:
        axes.set_axis_off()
    figure.colorbar(image, ax=list(grid), label="weight", shrink=0.6)
    picture.show(figure, f"{title}. A square for each head. {describe(maps)}")


def describe(maps: Sequence[Sequence[Sequence[float]]]) -> str:
    """A sentence for each head: where its weight goes, on average over the rows that have a choice."""
    sentences = []
    for head, rows in enumerate(maps):
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


def _draw_head(axes, rows: Sequence[Sequence[float]], characters: Sequence[str]):
    size = len(rows)
    square = [[*row, *[float("nan")] * (size - len(row))] for row in rows]
    axes.set_facecolor(AHEAD)
    image = axes.imshow(square, cmap=picture.HEAT, vmin=0, vmax=1)
    names = list(characters)[:size]
    axes.set_xticks(range(size), names, rotation=90 if size > 9 else 0, fontsize=9)
    axes.set_yticks(range(size), names, fontsize=9)
    axes.set_xlabel("looks at")
    axes.set_ylabel("reads")
    if size <= 9:
        for query, row in enumerate(rows):
            for key, weight in enumerate(row):
                ink = "black" if weight > 0.5 else "white"
                axes.text(key, query, f"{weight:.2f}", ha="center", va="center", fontsize=7.5, color=ink)
    return image
