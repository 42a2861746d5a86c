"""The progress of a training run: a bar on a terminal, a line every 50 steps elsewhere."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

# A loss curve: the running mean of the losses, drawn in the terminal and as a PNG.

WINDOW = 100  # one name's loss is noise: only means over many steps show that the model learns


def running_means(losses: list[float], window: int = WINDOW) -> list[float]:
    """The mean of the last losses, up to window of them, at each step."""
    means = []
    for end in range(1, len(losses) + 1):
        last = losses[max(0, end - window) : end]
        means.append(sum(last) / len(last))
    return means


def curve_lines(means: list[float], ascii_only: bool, width: int = 64, height: int = 10) -> list[str]:
    """Draw one point per column, each the last mean of its share of the steps; the axis says which loss is where."""
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
    """Draw the losses and their running mean as a PNG where matplotlib is installed; None where it is not."""
    try:
        from matplotlib.figure import Figure  # not pyplot: it would look for a screen
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


PLAIN_EVERY = 50


def last_mean(losses: list[float]) -> float:
    """The mean of the last 100 losses, of all where there are fewer."""
    return sum(losses[-WINDOW:]) / len(losses[-WINDOW:])


@contextlib.contextmanager
def progress_of(losses: list[float], num_steps: int, quiet: bool = False) -> Iterator[Callable[[], None]]:
    """Yield what to call after each step, when its loss stands in the list."""
    if quiet:
        yield lambda: None
    elif not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        yield _lines(losses, num_steps)
    else:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        texts = "loss {task.fields[loss]:.3f}", f"mean of {WINDOW} {{task.fields[mean]:.3f}}"
        step_text = "step {task.completed}/{task.total}"  # its bar is drawn in ASCII where the terminal knows no more
        columns = [TextColumn(step_text), BarColumn(bar_width=16), *map(TextColumn, texts), TimeRemainingColumn()]
        with Progress(*columns, TextColumn("left")) as bar:
            task = bar.add_task("", total=num_steps, loss=float("nan"), mean=float("nan"))
            yield lambda: bar.update(task, completed=len(losses), loss=losses[-1], mean=last_mean(losses))


def _lines(losses: list[float], num_steps: int) -> Callable[[], None]:
    began = time.monotonic()

    def line() -> None:
        step = len(losses)
        if step % PLAIN_EVERY == 0 or step in (1, num_steps):
            left = (time.monotonic() - began) / step * (num_steps - step)
            print(
                f"step {step:5} of {num_steps}   loss {losses[-1]:.4f}   mean of the last {WINDOW} "
                f"{last_mean(losses):.4f}   {left:.0f} s left",
                flush=True,
            )

    return line
