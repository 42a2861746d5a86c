"""The loss, step by step, against lines to beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notebook_tools import chart, picture, svg


def draw(losses: Sequence[float], lines: dict[str, float], title: str, window: int = 10) -> None:
    """Show the loss of each step as a dot, the running mean of the last `window` steps as a line, and level lines.

    lines: names and losses of what the model is compared with, such as {"pairs of letters": 2.453}.
    """
    picture.show(drawing(losses, lines, title, window))


def drawing(
    losses: Sequence[float], lines: Mapping[str, float], title: str, window: int = 10, width: float = svg.WIDE
) -> svg.Picture:
    """The picture. Each level line has its name on it."""
    drawn = svg.Picture(width, 350, title, describe(losses, lines, window))
    entries = [("one step", "other", "dot"), (f"mean of the last {window} steps", "value", "line")]
    top = chart.legend(drawn, 4, entries)
    low, high = min(*losses, *lines.values()), max(*losses, *lines.values())
    room = 0.06 * (high - low)
    y_scale = chart.Scale(low - room, high + room)
    plot = chart.Plot(drawn, (46, top + 28, width - 66, 350 - top - 76), chart.Scale(0, len(losses)), y_scale)
    plot.axes("step", "loss, nats per token")
    steps = range(1, len(losses) + 1)
    plot.dots(steps, losses, "other", 3 if len(losses) < 200 else 1.2)
    plot.line(steps, running_mean(losses, window), "value", 3)
    for name, height in lines.items():
        plot.level(height, f"{name}: {height:.3f}", "ink")
    return drawn


def running_mean(numbers: Sequence[float], window: int) -> list[float]:
    """The mean of each number and of those before it, at most `window` together."""
    means = []
    for end in range(1, len(numbers) + 1):
        last = numbers[max(0, end - window) : end]
        means.append(sum(last) / len(last))
    return means


def describe(losses: Sequence[float], lines: Mapping[str, float], window: int) -> str:
    """How the curve begins and ends, how far single steps lie apart, and where the lines are."""
    means = running_mean(losses, window)
    levels = ", ".join(f"{name} at {height:.3f}" for name, height in lines.items())
    return (
        f"The running mean of {window} steps falls from {means[min(window, len(means)) - 1]:.2f} to {means[-1]:.2f} "
        f"over {len(losses)} steps; single steps lie between {min(losses):.2f} and {max(losses):.2f}. "
        f"Level lines: {levels}."
    )
