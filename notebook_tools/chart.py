"""Axes for a picture: scales with decimal ticks and a light grid, and what is drawn on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from notebook_tools import svg

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Scale:
    """From which number to which an axis goes; first may be the larger one. log: in powers of ten."""

    first: float
    last: float
    log: bool = False

    def share(self, value: float) -> float:
        """Where a number is: 0 at the axis's beginning, 1 at its end. Numbers outside are drawn far out."""
        if self.log:
            if value <= 0:
                return -9.0
            share = math.log(value / self.first) / math.log(self.last / self.first)
        else:
            share = (value - self.first) / (self.last - self.first) if math.isfinite(value) else 9.0
        return min(max(share, -9.0), 9.0)

    def ticks(self, most: int = 6) -> list[float]:
        """Round numbers within the scale, about as many as asked for."""
        low, high = sorted((self.first, self.last))
        if self.log:
            powers = list(range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1))
            return [10.0**power for power in powers[:: math.ceil(len(powers) / most)]]
        rough = (high - low) / most
        unit = 10.0 ** math.floor(math.log10(rough))
        step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough * 0.999)
        return [
            round(step * count, 12) for count in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
        ]


def power(value: float) -> str:
    """A power of ten as `10⁻⁵`."""
    return "10" + str(round(math.log10(value))).translate(SUPERSCRIPT)


def plain(value: float) -> str:
    """A number in full: `0.001`, `−0.5`, `10,000`."""
    return f"{value:,.10f}".rstrip("0").rstrip(".").replace("-", "−")


class Plot:
    """Axes on a rectangle of a picture."""

    def __init__(self, picture: svg.Picture, place: tuple[float, float, float, float], x: Scale, y: Scale) -> None:
        """place: left, top, width and height of the rectangle between the axes."""
        self.picture, self.x_scale, self.y_scale = picture, x, y
        self.left, self.top, self.width, self.height = place
        self.right, self.bottom = self.left + self.width, self.top + self.height

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The point of the picture for two numbers."""
        return self.left + self.width * self.x_scale.share(x), self.bottom - self.height * self.y_scale.share(y)

    def axes(
        self,
        x_label: str = "",
        y_label: str = "",
        x_ticks: Sequence[float] | None = None,
        y_ticks: Sequence[float] | None = None,
        show=plain,
        size: float = svg.SMALL,
    ) -> None:
        """Draw grid lines with their numbers. The label of y is above its axis, that of x below."""
        for tick in self.x_scale.ticks() if x_ticks is None else x_ticks:
            x, _ = self.at(tick, self.y_scale.first)
            self.picture.grid([(x, self.top), (x, self.bottom)])
            self.picture.label([(x, self.bottom + 0.95 * size, "middle")], show(tick), "soft", size=size)
        for tick in self.y_scale.ticks(5) if y_ticks is None else y_ticks:
            _, y = self.at(self.x_scale.first, tick)
            self.picture.grid([(self.left, y), (self.right, y)])
            self.picture.text(self.left - 6, y, show(tick), "soft", anchor="end", size=size)
        if x_label:
            middle = (self.left + self.right) / 2
            self.picture.text(middle, self.bottom + 2.5 * size, x_label, "soft", size=size)
        if y_label:
            self.picture.text(4, self.top - 1.3 * size, y_label, "soft", anchor="start", size=size)

    def line(self, xs: Sequence[float], ys: Sequence[float], role: str, width: float = 2, style: str = "") -> None:
        """A line through the numbers, cut off at the edges of the plot."""
        inner = svg.Picture(self.width, self.height, "")
        points = [(x - self.left, y - self.top) for x, y in map(self.at, xs, ys)]
        inner.line(points, role, width, style)
        self.picture.inset(self.left, self.top, self.width, self.height, inner)

    def dots(self, xs: Sequence[float], ys: Sequence[float], role: str, radius: float = 4, style: str = "fill") -> None:
        """A dot for each pair of numbers; those outside are left out."""
        for x, y in zip(xs, ys):
            if 0 <= self.x_scale.share(x) <= 1 and 0 <= self.y_scale.share(y) <= 1:
                self.picture.dot(*self.at(x, y), role, radius, style)

    def bar(self, x: float, y: float, width: float, role: str, style: str = "fill") -> None:
        """A bar of this width in units, from the bottom up to y."""
        middle, top = self.at(x, y)
        self.picture.box(middle - width / 2, top, width, max(self.bottom - top, 0.0), role, style, rounded=1)

    def level(self, y: float, text: str, role: str = "other") -> None:
        """A dashed line at this height, with its name above or below it."""
        _, height = self.at(self.x_scale.first, y)
        self.picture.line([(self.left, height), (self.right, height)], role, 1.5, "dash")
        places = [
            (x, height + side * 0.75 * svg.SMALL, anchor)
            for side in (-1, 1)
            for x, anchor in ((self.right - 4, "end"), (self.left + 4, "start"))
        ]
        self.picture.label(places, text, role, size=svg.SMALL, halo=True)


def shaded_dot(picture: svg.Picture, place: svg.Point, role: str, strength: float, radius: float = 4) -> None:
    """A dot with an outline, filled more or less strongly: hollow at 0."""
    picture.dot(*place, role, radius, "paper")
    picture.dot(*place, role, radius, "fill", strength=strength)


def legend(picture: svg.Picture, top: float, entries: Sequence[tuple[str, str, str | float]], left: float = 4) -> float:
    """A row, or more, of names with the mark of each: (name, role, mark).

    A mark is "line", "dash", "dot", "ring", how strongly a dot is filled, or the style of a box.

    Returns the height below it.
    """
    x, y = left, top + 0.5 * svg.SMALL
    for name, role, mark in entries:
        width = 30 + svg.measure(name, svg.SMALL)
        if x > left and x + width > picture.width:
            x, y = left, y + 1.5 * svg.SMALL
        if mark in ("line", "dash"):
            picture.line([(x, y), (x + 22, y)], role, 2.5, "dash" if mark == "dash" else "")
        elif mark in ("dot", "ring") or not isinstance(mark, str):
            shaded_dot(picture, (x + 11, y), role, {"dot": 1.0, "ring": 0.0}.get(mark, mark))
        else:
            picture.box(x + 4, y - 6, 14, 12, role, mark, rounded=1)
        picture.text(x + 28, y, name, "ink", anchor="start", size=svg.SMALL)
        x += width + 14
    return y + 1.4 * svg.SMALL


def heat_map(
    picture: svg.Picture,
    place: tuple[float, float],
    side: float,
    rows: Sequence[Sequence[float | None]],
    names: tuple[Sequence[str], Sequence[str]],
    role: str,
    words: Sequence[Sequence[str]] | None = None,
) -> None:
    """Squares of this side: how strong each number is, from 0 to 1; None stays empty. names: of rows, of columns."""
    left, top = place
    size = min(svg.SMALL, 0.92 * side)
    for i, row in enumerate(rows):
        picture.text(left - 5, top + (i + 0.5) * side, names[0][i], "soft", anchor="end", size=size)
        for j, strength in enumerate(row):
            x, y = left + j * side, top + i * side
            if strength is None:
                continue
            picture.box(x + 0.5, y + 0.5, side - 1, side - 1, role, "fill", strength=0.05 + 0.95 * strength, rounded=0)
            if words and words[i][j]:
                picture.text(x + side / 2, y + side / 2, words[i][j], size=min(size, 12), on=strength > 0.7)
    for j, name in enumerate(names[1]):
        narrow = svg.measure(name, size) <= side
        where = (left + (j + 0.5) * side, "middle") if narrow else (left + j * side + 1, "start")
        picture.label([(where[0], top - 0.75 * size, where[1])], name, "soft", size=size)
