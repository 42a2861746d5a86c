"""The progress of a long job: on a terminal a bar with counts and the time left, elsewhere an occasional line."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from autograder.console import is_animated, print_lines
from autograder.render.loss_curve import WINDOW, last_mean

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

LATEST = 20  # steps for the estimate of the time left: already graded work is fast, and often comes first
STEPS_BETWEEN_LINES = 50  # of a training run
SECONDS_BETWEEN_LINES = 10.0  # of a grading


@contextlib.contextmanager
def training_progress(losses: list[float], num_steps: int, quiet: bool = False) -> Iterator[Callable[[], None]]:
    """Show the progress of a training run on standard output. Yields a function to call after each step, when its loss
    is in the list.
    """
    if quiet:
        yield lambda: None
    elif not is_animated(sys.stdout):
        yield _training_lines(losses, num_steps)
    else:
        from rich.progress import BarColumn, TextColumn

        texts = "loss {task.fields[loss]:.3f}", f"mean of {WINDOW} {{task.fields[mean]:.3f}}"
        step_text = (
            "step {task.completed}/{task.total}"  # the bar is drawn in ASCII if the terminal has no other characters
        )
        columns = [TextColumn(step_text), BarColumn(bar_width=16), *map(TextColumn, texts), *_time_left_columns()]
        with _bar(sys.stdout, columns) as bar:
            task = bar.add_task("", total=num_steps, loss=float("nan"), mean=float("nan"))
            yield lambda: bar.update(task, completed=len(losses), loss=losses[-1], mean=last_mean(losses))


@dataclass
class GradingProgress:
    """start: call it with the number of tasks. show: gets the number of failures after each task. say: prints a line of
    results. failed: the failures so far.
    """

    start: Callable[[int], None]
    show: Callable[[int], None]
    say: Callable[[str], None] = lambda line: print_lines([line])
    failed: int = 0

    def step(self, failed: bool) -> None:
        """Show that one more task is done, and whether it failed."""
        self.failed += failed
        self.show(self.failed)


@contextlib.contextmanager
def grading_progress(quiet: bool = False) -> Iterator[GradingProgress]:
    """Show the progress of a grading on standard error, so that standard output contains only results."""
    if quiet:
        yield GradingProgress(lambda count: None, lambda failed: None)
    elif not is_animated(sys.stderr):
        lines = _GradingLines()
        yield GradingProgress(lines.start, lines.step)
    else:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

        columns = [TextColumn("graded"), MofNCompleteColumn(), BarColumn(bar_width=24), TimeElapsedColumn()]
        with _bar(sys.stderr, [*columns, *_time_left_columns(), TextColumn("{task.fields[failed]}")]) as bar:
            task = bar.add_task("", total=None, failed="")

            def step(failed: int) -> None:
                bar.update(task, advance=1, failed=f"{failed} could not be graded" if failed else "")

            def say(line: str) -> None:
                if sys.stdout.isatty():  # the bar stays below
                    bar.console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)
                else:
                    print_lines([line])

            yield GradingProgress(lambda count: bar.update(task, total=count), step, say)


def _bar(stream: TextIO, columns: list[ProgressColumn]) -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    return Progress(*columns, console=Console(stderr=stream is sys.stderr))


def _time_left_columns() -> list[ProgressColumn]:
    from rich.progress import TextColumn, TimeRemainingColumn

    return [TimeRemainingColumn(), TextColumn("left")]


class _TimeLeft:
    """The estimated seconds left, from the latest steps."""

    def __init__(self, count: int, done: int = 0) -> None:
        self.count, self.done, self._steps = count, done, 0
        self._times = deque([time.monotonic()], LATEST + 1)

    def step(self) -> None:
        self.done, self._steps = self.done + 1, self._steps + 1
        self._times.append(time.monotonic())
        if self._steps == 2:  # the first step includes the start of processes
            self._times.popleft()

    @property
    def seconds(self) -> float:
        return (self._times[-1] - self._times[0]) / (len(self._times) - 1) * (self.count - self.done)


def _training_lines(losses: list[float], num_steps: int) -> Callable[[], None]:
    left = _TimeLeft(num_steps, len(losses))

    def line() -> None:
        left.step()
        step = len(losses)
        if step % STEPS_BETWEEN_LINES == 0 or step in (1, num_steps):
            print(
                f"step {step:5} of {num_steps}   loss {losses[-1]:.4f}   mean of the last {WINDOW} "
                f"{last_mean(losses):.4f}   {left.seconds:.0f} s left",
                flush=True,
            )

    return line


class _GradingLines:
    """A few plain lines, for a log."""

    def __init__(self) -> None:
        self.start(0)

    def start(self, count: int) -> None:
        self.left, self.last = _TimeLeft(count), time.monotonic()
        if count:
            print(f"graded 0 of {count}", file=sys.stderr, flush=True)

    def step(self, failed: int) -> None:
        left, now = self.left, time.monotonic()
        left.step()
        if now - self.last < SECONDS_BETWEEN_LINES and left.done < left.count:
            return
        self.last = now
        remark = f", {failed} could not be graded" if failed else ""
        print(f"graded {left.done} of {left.count}, {left.seconds:.0f} s left{remark}", file=sys.stderr, flush=True)
