"""The loss, step by step, against lines to beat."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from notebook_tools import picture

LINE_STYLES = ["--", ":", "-."]


def draw(losses: Sequence[float], lines: dict[str, float], title: str, window: int = 10) -> None:
    """Show the loss of each step as a dot, the running mean of the last `window` steps as a line, and level lines.

    lines: names and losses of what the model is compared with, such as {"pairs of letters": 2.453}.
    """
    figure = Figure(figsize=(8.2, 4.2), layout="constrained")
    axes = figure.subplots()
    steps = range(1, len(losses) + 1)
    axes.plot(steps, losses, ".", color=picture.COLOURS[5], markersize=5 if len(losses) < 200 else 3, label="one step")
    axes.plot(steps, running_mean(losses, window), color=picture.COLOURS[0], label=f"mean of the last {window} steps")
    for (name, height), style, colour in zip(lines.items(), LINE_STYLES, picture.COLOURS[1:]):
        axes.axhline(height, linestyle=style, color=colour, label=f"{name}: {height:.3f}")
    axes.set(xlabel="step", ylabel="loss, nats per token", title=title, xlim=(0, len(losses) + 1))
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    picture.show(figure, f"{title}. {describe(losses, lines, window)}")


def running_mean(numbers: Sequence[float], window: int) -> list[float]:
    """The mean of each number and of those before it, at most `window` together."""
    means = []
    for end in range(1, len(numbers) + 1):
        last = numbers[max(0, end - window) : end]
        means.append(sum(last) / len(last))
    return means


def describe(losses: Sequence[float], lines: dict[str, float], window: int) -> str:
    """How the curve begins and ends, how far single steps lie apart, and where the lines are."""
    means = running_mean(losses, window)
    levels = ", ".join(f"{name} at {height:.3f}" for name, height in lines.items())
    return (
        f"The running mean of {window} steps falls from {means[min(window, len(means)) - 1]:.2f} to {means[-1]:.2f} "
        f"over {len(losses)} steps; single steps lie between {min(losses):.2f} and {max(losses):.2f}. "
        f"Level lines: {levels}."
    )
