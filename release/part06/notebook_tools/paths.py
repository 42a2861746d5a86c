"""A narrow valley, and the paths that optimisers take through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.figure import Figure

from notebook_tools import picture

Point = tuple[float, float]
STYLES = [("-o", picture.COLOURS[1]), ("-s", picture.COLOURS[0]), ("-^", picture.COLOURS[2])]


def valley(x, y):
    """Nearly flat along x, steep along y, with the lowest point 0 at (0, 0). For `Value`s, numbers and arrays."""
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
    """Show the paths, by name, on a map of the valley: lines of equal height, darker where it is lower."""
    x, y = np.meshgrid(np.linspace(-9.5, 2.5, 120), np.linspace(-2.1, 2.1, 120))
    figure = Figure(figsize=(8.2, 3.9), layout="constrained")
    axes = figure.subplots()
    levels = [0, 0.1, 0.4, 1, 2, 3.5, 5.5, 8, 14]
    axes.contourf(x, y, valley(x, y), levels=levels, cmap="Greys_r", vmin=-14, vmax=9)
    axes.contour(x, y, valley(x, y), levels=levels[1:], colors="white", linewidths=0.7)
    for (name, points), (style, colour) in zip(paths.items(), STYLES):
        axes.plot(*zip(*points), style, color=colour, markersize=4, linewidth=1.4, label=f"{name}, {_end(points)}")
    axes.plot(0, 0, "*", color="black", markersize=13, label="the lowest point")
    axes.set(xlim=(-9.5, 2.5), ylim=(-2.1, 2.1), xlabel="x: flat this way", ylabel="y: steep this way", title=title)
    figure.legend(loc="outside lower center", ncols=len(paths) + 1, frameon=False)
    picture.show(figure, f"{title}. A map of a long narrow valley with its lowest point at (0, 0). {describe(paths)}")


def describe(paths: dict[str, Sequence[Point]]) -> str:
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
