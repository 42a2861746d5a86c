"""How far a grading is: a bar with counts and the time left on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autograder.console import print_lines

SECONDS_BETWEEN_LINES = 10.0
LATEST = 20  # steps that the time left is computed from: what was graded before goes fast, and often comes first


@dataclass(frozen=True)
class Progress:
    """start: with the number of tasks; step: after each, with the number that could not be graded so far; say: print a
    line of results.
    """

    start: Callable[[int], None]
    step: Callable[[int], None]
    say: Callable[[str], None] = lambda line: print_lines([line])


@contextlib.contextmanager
def batch_progress(quiet: bool = False) -> Iterator[Progress]:
    """Show progress on standard error, which leaves standard output to results."""
    if quiet:
        yield Progress(lambda count: None, lambda failed: None)
    elif not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        lines = _Lines()
        yield Progress(lines.start, lines.step)
    else:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = [TextColumn("graded"), MofNCompleteColumn(), BarColumn(bar_width=24), TimeElapsedColumn()]
        columns += [TimeRemainingColumn(), TextColumn("left"), TextColumn("{task.fields[failed]}")]
        with Bar(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=None, failed="")

            def step(failed: int) -> None:
                bar.update(task, advance=1, failed=f"{failed} could not be graded" if failed else "")

            def say(line: str) -> None:
                if sys.stdout.isatty():  # the bar stays below
                    bar.console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)
                else:
                    print_lines([line])

            yield Progress(lambda count: bar.update(task, total=count), step, say)


class _Lines:
    """For a log: plain lines, few."""

    def __init__(self) -> None:
        self.count = self.done = 0
        self.last = time.monotonic()
        self.times = deque([self.last], LATEST + 1)

    def start(self, count: int) -> None:
        self.count, self.last = count, time.monotonic()
        self.times = deque([self.last], LATEST + 1)
        if count:
            print(f"graded 0 of {count}", file=sys.stderr, flush=True)

    def step(self, failed: int) -> None:
        self.done += 1
        now = time.monotonic()
        self.times.append(now)
        if self.done == 2:  # the first one took the start of processes with it
            self.times.popleft()
        if now - self.last < SECONDS_BETWEEN_LINES and self.done < self.count:
            return
        self.last = now
        left = (now - self.times[0]) / (len(self.times) - 1) * (self.count - self.done)
        remark = f", {failed} could not be graded" if failed else ""
        print(f"graded {self.done} of {self.count}, {left:.0f} s left{remark}", file=sys.stderr, flush=True)
