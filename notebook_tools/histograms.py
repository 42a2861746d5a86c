"""Draw how the numbers of each matrix are spread, before training and after."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from notebook_tools import chart, picture, svg

BARS = 40
Spread = Mapping[str, Sequence[float]]


def show(before: dict[str, list[float]], after: dict[str, list[float]]) -> None:
    """One panel for each matrix that is in both: an outline for before, filled bars for after, the spread of each."""
    picture.show(drawing(before, after))


def drawing(before: Spread, after: Spread, width: float = svg.WIDE) -> svg.Picture:
    """The picture. Above each panel is the standard deviation before and after."""
    names = [name for name in before if name in after]
    if not names:
        raise ValueError("No matrix has the same name before and after: compare the keys of your dict with 4.1.")
    columns = 3 if width >= 500 else 2
    across, down = width / columns, 150
    rows = -(-len(names) // columns)
    drawn = svg.Picture(width, rows * down + 30, "How the numbers of each matrix are spread")
    chart.legend(drawn, 4, [("before training", "other", "line"), ("after", "value", "tint")])
    reach = max(abs(number) for name in names for number in (*before[name], *after[name])) or 1.0
    ticks = chart.Scale(-reach, reach).ticks(4)
    for index, name in enumerate(names):
        left, top = index % columns * across, index // columns * down + 30
        old, new = (_shares(numbers[name], reach) for numbers in (before, after))
        place = (left + 8, top + 44, across - 16, down - 74)
        plot = chart.Plot(drawn, place, chart.Scale(-reach, reach), chart.Scale(0, 1.05 * max(*old, *new)))
        plot.axes(x_ticks=ticks, y_ticks=[])
        edges = [reach * (2 * step / BARS - 1) for step in range(BARS + 1)]
        outline = [(x, y) for share, x0, x1 in zip(new, edges, edges[1:]) for x, y in ((x0, share), (x1, share))]
        points = [plot.at(*point) for point in [(-reach, 0.0), *outline, (reach, 0.0)]]
        drawn.curve("M" + " ".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z", "value", 1, "tint")
        outline = [(x, y) for share, x0, x1 in zip(old, edges, edges[1:]) for x, y in ((x0, share), (x1, share))]
        plot.line(*zip(*outline), "other", 1.5)
        drawn.text(left + across / 2, top + 10, name, size=svg.SMALL, bold=True)
        spreads = f"{_spread(before[name]):.2f} → {_spread(after[name]):.2f}"
        drawn.text(left + across / 2, top + 29, spreads, "soft", size=svg.SMALL)
        drawn.describe(f"{name} {_spread(before[name]):.2f} before, {_spread(after[name]):.2f} after.")
    return drawn


def _shares(numbers: Sequence[float], reach: float) -> list[float]:
    """The share of the numbers in each of BARS equal pieces from -reach to reach."""
    counts = [0] * BARS
    for value in numbers:
        counts[min(int((value / reach + 1) / 2 * BARS), BARS - 1)] += 1
    return [count / len(numbers) for count in counts]


def _spread(numbers: Sequence[float]) -> float:
    """The standard deviation."""
    mean = sum(numbers) / len(numbers)
    return math.sqrt(sum((number - mean) ** 2 for number in numbers) / len(numbers))
