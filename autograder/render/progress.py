"""The progress of a training run: a bar on a terminal, a line every 50 steps elsewhere."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator

from autograder.curve import WINDOW

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
