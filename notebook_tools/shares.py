"""Draw several ways to share out the same whole as bars, side by side: what softmax makes of scaled logits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notebook_tools import chart, picture, svg


def show(labels: list[str], shares: dict[str, list[float]]) -> None:
    """One panel for each title in shares, one bar for each label, its number above it.

    Raises ValueError when a panel has not one number for each label.
    """
    picture.show(drawing(labels, shares))


def drawing(labels: Sequence[str], shares: Mapping[str, Sequence[float]], width: float = svg.WIDE) -> svg.Picture:
    """The picture. A bar is a probability."""
    columns = min(len(shares), max(1, int(width // 160)))
    across, down = width / columns, 190
    rows = -(-len(shares) // columns)
    drawn = svg.Picture(width, rows * down, "Bars of probabilities")
    for index, (title, row) in enumerate(shares.items()):
        if len(row) != len(labels):
            raise ValueError(f"softmax gave {len(row)} numbers for {len(labels)} logits: it must give one for each.")
        left, top = index % columns * across, index // columns * down
        place = (left + 8, top + 30, across - 16, down - 66)
        plot = chart.Plot(drawn, place, chart.Scale(-0.6, len(labels) - 0.4), chart.Scale(0, 1.12))
        plot.axes(x_ticks=[], y_ticks=[])
        drawn.text(left + across / 2, top + 12, title, bold=True)
        drawn.line([(plot.left, plot.bottom), (plot.right, plot.bottom)], "soft", 1)
        for place_of, (label, share) in enumerate(zip(labels, row)):
            plot.bar(place_of, share, 0.66 * plot.width / len(labels), "value")
            x, y = plot.at(place_of, share)
            drawn.text(x, y - 10, f"{share:.2f}", "value", size=svg.SMALL)
            drawn.text(x, plot.bottom + 13, label, size=svg.SMALL)
        drawn.describe(f"{title}: " + ", ".join(f"{label} {share:.3f}" for label, share in zip(labels, row)) + ".")
    return drawn
