"""A loss curve: the running mean of the losses, drawn in the terminal and as a PNG."""

from __future__ import annotations

from pathlib import Path

WINDOW = 100  # one name's loss is noise: only means over many steps show that the model learns


def running_means(losses: list[float], window: int = WINDOW) -> list[float]:
    """The mean of the last losses, up to window of them, at each step."""
    means = []
    for end in range(1, len(losses) + 1):
        last = losses[max(0, end - window) : end]
        means.append(sum(last) / len(last))
    return means


def curve_lines(means: list[float], ascii_only: bool, width: int = 64, height: int = 10) -> list[str]:
    """Draw one point per column: the last mean of its share of the steps. The axis shows the losses."""
    width = min(width, len(means))
    points = [means[(column + 1) * len(means) // width - 1] for column in range(width)]
    low, high = min(points), max(points)
    mark, side, corner, floor = "*|+-" if ascii_only else "•│└─"
    rows = [round((high - point) / (high - low) * (height - 1)) if high > low else 0 for point in points]
    lines = []
    for row in range(height):
        label = f"{high - (high - low) * row / (height - 1):.2f}" if row % 3 == 0 else ""
        lines.append(f"{label:>6} {side}" + "".join(mark if point == row else " " for point in rows).rstrip())
    last = f"step {len(means):,}"
    lines.append(" " * 7 + corner + floor * width)
    lines.append(" " * 8 + "1" + last.rjust(width - 1))
    return lines


def save_curve(losses: list[float], means: list[float], path: Path) -> Path | None:
    """Draw the losses and their running mean as a PNG; None if matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure  # not pyplot, which would look for a display
    except ImportError:
        return None
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    steps = range(1, len(losses) + 1)
    axes.plot(steps, losses, linewidth=0.4, alpha=0.5, label="loss of one name")
    axes.plot(steps, means, label=f"mean of the last {WINDOW} steps")
    axes.set(xlabel="step", ylabel="loss, nats per token")
    axes.legend()
    figure.savefig(path, dpi=120)
    return path


def last_mean(losses: list[float]) -> float:
    """The mean of the last losses, up to WINDOW of them."""
    return sum(losses[-WINDOW:]) / len(losses[-WINDOW:])
