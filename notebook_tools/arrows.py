"""Draw vectors of two numbers before and after a layer, with the circle on which their mean square is 1."""

from __future__ import annotations

import math
from collections.abc import Sequence

from notebook_tools import chart, picture, svg

Vectors = Sequence[Sequence[float]]


def show(before: list[list[float]], after: list[list[float]]) -> None:
    """One dashed arrow for each vector before, one thick arrow for what it has become."""
    picture.show(drawing(before, after))


def drawing(before: Vectors, after: Vectors, width: float = svg.WIDE) -> svg.Picture:
    """The picture: a square plane around the origin."""
    reach = 1.15 * max(abs(number) for vector in (*before, *after) for number in vector)
    side = min(width - 40, 400)
    drawn = svg.Picture(width, side + 100, "Vectors before and after rmsnorm")
    entries = [("before", "other", "dash"), ("after", "value", "line"), ("mean square 1", "ink", "dash")]
    top = chart.legend(drawn, 4, entries)
    scale = chart.Scale(-reach, reach)
    plot = chart.Plot(drawn, ((width - side) / 2 + 10, top + 28, side, side), scale, scale)
    plot.axes("first number", "second number")
    around = [math.pi * step / 45 for step in range(91)]
    circle = [plot.at(math.sqrt(2) * math.cos(angle), math.sqrt(2) * math.sin(angle)) for angle in around]
    drawn.line(circle, "ink", 1, "dash")
    origin = plot.at(0, 0)
    for count, (old, new) in enumerate(zip(before, after), start=1):
        for vector, role, thick, style in ((new, "value", 3, ""), (old, "other", 1.5, "dash")):
            drawn.arrow([origin, plot.at(*vector)], role, thick, style)
        x, y = plot.at(*old)
        far = math.hypot(x - origin[0], y - origin[1]) or 1
        out = ((x - origin[0]) / far * 12, (y - origin[1]) / far * 12)
        places = [(x + out[0], y + out[1], "middle"), (x + 12, y, "start"), (x - 12, y, "end"), (x, y - 14, "middle")]
        drawn.label(places, str(count), bold=True, halo=True)
        drawn.describe(f"{count}: ({old[0]:g}, {old[1]:g}) becomes ({new[0]:.2f}, {new[1]:.2f}).")
    return drawn
