"""Draw how much of a gradient reaches letters farther and farther back, for one model or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notebook_tools import chart, picture, svg

LOOKS = [("gradient", "line"), ("attention", "dash"), ("ink", "line")]


def show(shares: Mapping[str, Sequence[float]], title: str) -> None:
    """A line for each model: the size of the gradient 1, 2, 3 ... letters back, as shares of that 1 letter back."""
    picture.show(drawing(shares, title))


def drawing(shares: Mapping[str, Sequence[float]], title: str, width: float = svg.WIDE) -> svg.Picture:
    """The picture, in powers of ten."""
    drawn = svg.Picture(width, 320, title)
    top = chart.legend(drawn, 4, [(name, *look) for name, look in zip(shares, LOOKS)])
    found = [share for row in shares.values() for share in row if share > 0] or [1.0]
    farthest = max(len(row) for row in shares.values())
    scale = chart.Scale(min(0.09, min(found) / 2), max(1.2, max(found) * 1.5), log=True)
    place = (62, top + 30, width - 90, drawn.height - top - 84)
    plot = chart.Plot(drawn, place, chart.Scale(0.5, farthest + 0.5), scale)
    step = 1 if farthest <= 10 else 2
    plot.axes("letters back", "gradient, as a share of that 1 letter back", range(1, farthest + 1, step), show=_tick)
    for (name, row), (role, mark) in zip(shares.items(), LOOKS):
        places = range(1, len(row) + 1)
        plot.line(places, row, role, 2.5, "dash" if mark == "dash" else "")
        plot.dots(places, row, role, 4)
        parts = ", ".join(f"{share:.2g}" for share in row)
        drawn.describe(f"{name}, 1 to {len(row)} letters back: {parts}.")
    return drawn


def _tick(value: float) -> str:
    return f"{value:g}" if value >= 0.01 else chart.power(value)
