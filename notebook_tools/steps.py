"""Draw how far a numerical slope is off, for steps from large to tiny."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notebook_tools import chart, picture, svg

LOOKS = [("value", "line"), ("other", "dash"), ("ink", "line")]


def show(steps: list[float], errors: dict[str, list[float]]) -> None:
    """One line for each name in errors: the error at each step, both axes in powers of ten."""
    picture.show(drawing(steps, errors))


def drawing(steps: Sequence[float], errors: Mapping[str, Sequence[float]], width: float = svg.WIDE) -> svg.Picture:
    """The picture; an error of exactly 0 leaves a gap."""
    drawn = svg.Picture(width, 330, "Error of a numerical derivative, for steps from large to tiny")
    top = chart.legend(drawn, 4, [(name, *look) for name, look in zip(errors, LOOKS)])
    found = [error for row in errors.values() for error in row if error > 0] or [1.0]
    low, high = min(found) / 3, max(found) * 3
    place = (62, top + 30, width - 90, drawn.height - top - 84)
    plot = chart.Plot(drawn, place, chart.Scale(steps[0], steps[-1], log=True), chart.Scale(low, high, log=True))
    most = 6 if width < 500 else 12
    plot.axes("step h, smaller to the right", "error of the derivative", plot.x_scale.ticks(most), show=chart.power)
    for (name, row), (role, mark) in zip(errors.items(), LOOKS):
        there = [(step, error) for step, error in zip(steps, row) if error > 0]
        if there:
            plot.line(*zip(*there), role, 2.5, "dash" if mark == "dash" else "")
            plot.dots(*zip(*there), role, 3.5, "paper" if mark == "dash" else "fill")
        best = min(range(len(steps)), key=row.__getitem__)
        drawn.describe(
            f"{name}: from {row[0]:.0e} at h = {steps[0]:.0e} down to {row[best]:.0e} at h = {steps[best]:.0e}, "
            f"then {row[-1]:.0e} at h = {steps[-1]:.0e}."
        )
    return drawn
