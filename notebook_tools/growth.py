"""How costs grow with the length of a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from notebook_tools import chart, picture, svg

LOOKS = [("value", "dash"), ("attention", "line"), ("ink", "line"), ("other", "dash")]
Costs = Mapping[str, Callable[[int], int]]  # by name, as functions of the length


def draw(costs: Costs, longest: Sequence[int], title: str) -> None:
    """Show the costs over the length, once for each of the longest lengths, from near to far."""
    picture.show(drawing(costs, longest, title))


def drawing(costs: Costs, longest: Sequence[int], title: str, width: float = svg.WIDE) -> svg.Picture:
    """The picture: a panel for each length."""
    columns = len(longest) if width >= 500 else 1
    across, down = width / columns, 280
    rows = -(-len(longest) // columns)
    drawn = svg.Picture(width, rows * down + 30, title, describe(costs, longest))
    chart.legend(drawn, 4, [(name, *look) for name, look in zip(costs, LOOKS)])
    for index, end in enumerate(longest):
        left, top = index % columns * across, index // columns * down + 30
        highest = max(cost(end) for cost in costs.values())
        place = (left + 66, top + 30, across - 86, down - 80)
        plot = chart.Plot(drawn, place, chart.Scale(0, end), chart.Scale(0, 1.05 * highest))
        plot.axes("length, tokens")
        drawn.text(left + 66 + (across - 86) / 2, top + 12, f"up to {end} tokens", bold=True)
        for cost, (role, mark) in zip(costs.values(), LOOKS):
            lengths = [end * step / 64 for step in range(65)] if end > 64 else range(1, end + 1)
            plot.line(
                lengths, [cost(round(at)) if at >= 1 else 0 for at in lengths], role, 2.5, "dash" * (mark == "dash")
            )
    return drawn


def describe(costs: Costs, longest: Sequence[int]) -> str:
    """For each cost what it is at each of these lengths, and how many times as much the last is as the first."""
    sentences = []
    for name, cost in costs.items():
        counts = [cost(end) for end in longest]
        points = ", ".join(f"{count:,} at {end} tokens" for count, end in zip(counts, longest))
        sentences.append(f"{name}: {points}, {counts[-1] / counts[0]:.1f} times as much.")
    return " ".join(sentences)
