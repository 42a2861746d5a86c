"""A narrow valley, and the paths that optimisers take through it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from notebook_tools import chart, picture, svg

Point = tuple[float, float]
LOOKS = [("other", "ring"), ("value", "dot"), ("ink", "dot")]  # what it is compared with; what you built
LEVELS = (0.1, 0.4, 1, 2, 3.5, 5.5, 8)


def valley(x, y):
    """Nearly flat along x, steep along y, with the lowest point 0 at (0, 0). For `Value`s and numbers."""
    return 0.05 * (x * x) + 2.0 * (y * y)


def walk(parameters: Sequence, move: Callable[[], None], steps: int, height: Callable = valley) -> list[Point]:
    """Measure the slopes with backward, call move, and so on; return where the two parameters were, start included.

    parameters: two `Value`s. move: changes their data by their grad, and sets grad to 0 afterwards.
    """
    points = [_place(parameters)]
    for _ in range(steps):
        height(*parameters).backward()
        move()
        points.append(_place(parameters))
    return points


def descend(parameters: Sequence, lr: float) -> Callable[[], None]:
    """Plain descent as a `move` for `walk`: each parameter by lr times its slope, downhill."""

    def move() -> None:
        for number in parameters:
            number.data -= lr * number.grad
            number.grad = 0

    return move


def draw(paths: dict[str, Sequence[Point]], title: str) -> None:
    """Show the paths, by name, on a map of the valley: a line for each height."""
    picture.show(drawing(paths, title))


def drawing(paths: Mapping[str, Sequence[Point]], title: str, width: float = svg.WIDE) -> svg.Picture:
    """The picture. The lines of equal height are ellipses, and the lowest point is a cross."""
    said = f"A map of a long narrow valley with its lowest point at (0, 0). {describe(paths)}"
    drawn = svg.Picture(width, 380, title, said)
    entries = [(f"{name}, {_end(points)}", *look) for (name, points), look in zip(paths.items(), LOOKS)]
    top = chart.legend(drawn, 4, entries)
    place = (40, top + 28, width - 54, 380 - top - 76)
    plot = chart.Plot(drawn, place, chart.Scale(-9.5, 2.5), chart.Scale(-2.1, 2.1))
    plot.axes("x, gentle slope", "y, steep slope")
    around = [math.pi * step / 60 for step in range(121)]
    for level in LEVELS:
        a, b = math.sqrt(level / 0.05), math.sqrt(level / 2.0)  # the half axes of this height's ellipse
        plot.line([a * math.cos(t) for t in around], [b * math.sin(t) for t in around], "soft", 0.8)
    for (_, points), (role, mark) in zip(paths.items(), LOOKS):
        plot.line(*zip(*points), role, 1.8)
        plot.dots(*zip(*points), role, 3, "fill" if mark == "dot" else "paper")
    x, y = plot.at(0, 0)
    for slope in (-1, 1):
        drawn.line([(x - 7, y - 7 * slope), (x + 7, y + 7 * slope)], "ink", 3)
    return drawn


def describe(paths: Mapping[str, Sequence[Point]]) -> str:
    """A sentence for each path: where it ends, and how often it crosses the valley's floor on the way."""
    sentences = []
    for name, points in paths.items():
        (x0, y0), (x1, y1) = points[0], points[-1]
        sentences.append(
            f"{name} goes from ({x0:.2f}, {y0:.2f}) to ({x1:.2f}, {y1:.2f}) in {len(points) - 1} steps "
            f"and crosses the floor of the valley {crossings(points)} times. Its last points are "
            f"{height_at_the_end(points):.4f} high on average."
        )
    return " ".join(sentences)


def crossings(points: Sequence[Point]) -> int:
    """How often y changes its sign from one point to the next."""
    return sum(before[1] * after[1] < 0 for before, after in zip(points, points[1:]))


def height_at_the_end(points: Sequence[Point], last: int = 10) -> float:
    """The mean height of the last points: one alone may be low by chance."""
    ends = points[-last:]
    return sum(valley(*point) for point in ends) / len(ends)


def _place(parameters: Sequence) -> Point:
    return tuple(parameter.data for parameter in parameters)


def _end(points: Sequence[Point]) -> str:
    return f"{height_at_the_end(points):.4f} high at the end"
