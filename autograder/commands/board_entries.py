"""Record submitted recipes on the board, with a progress line, and report the result of each one."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from autograder.console import is_animated, print_lines
from autograder.invocation import command


def record_entries(submissions: list[tuple[Path, str]], name: str | None, public: bool | None, board) -> list:
    """Record each submission and print its result. Exit with status 1 if one has no score or is not recorded."""
    from autograder.leaderboard.board import DEFAULT_FOLDER
    from autograder.leaderboard.database_tables import StoreError
    from autograder.leaderboard.listing import entry_lines
    from autograder.leaderboard.recipe_source import RUNS, RecipeError
    from autograder.sandbox import MachineBusy

    failed, entries = False, []
    for path, learner in submissions:
        try:
            there = {entry.number for entry in board.store.entries()}
            with training_progress(RUNS + 1) as on_step:
                entry = board.submit(path, learner, display=name, public=public, on_step=on_step)
            print_lines(entry_lines(entry, again=entry.number in there))
            if len(submissions) == 1:
                where = None if board.folder == DEFAULT_FOLDER else board.folder
                shown = command("leaderboard show", board=where, me=ascii(learner)[1:-1])
                typer.echo(f"Place, neighbours and all entries: {shown}")
            entries.append(entry)
            failed |= entry.loss is None
        except (RecipeError, StoreError) as error:
            typer.echo(f"{ascii(learner)[1:-1]}: {error}", err=True)
            failed = True
        except MachineBusy as error:
            words = "Nothing was recorded and no try was used. Submit it again."
            typer.echo(f"{ascii(learner)[1:-1]}: {error} {words}", err=True)
            failed = True
    if failed:
        raise typer.Exit(1)
    return entries


def record_achievements(entry, board) -> None:
    """Record the achievements of the learner at this machine, for an entry with a score."""
    from autograder.leaderboard.data import MICROGPT
    from autograder.leaderboard.noise import standings
    from autograder.learner import local_state

    local_state.log_event("board")
    (standing,) = standings([entry.run_losses])
    if not entry.held and entry.loss + standing.half_width < board.baselines(entry.split_seed)[MICROGPT]:
        local_state.log_event("beat-microgpt")


@contextlib.contextmanager
def training_progress(runs: int) -> Iterator[Callable[[int, int, float], None] | None]:
    """Yield a function to call after each step. It updates a progress line on standard error, which disappears at the
    end. Yield None if standard error is not a terminal.
    """
    if not is_animated(sys.stderr):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from autograder.leaderboard.recipe_source import NUM_STEPS

    text = TextColumn(f"run {{task.fields[run]}} of {runs}, step {{task.fields[step]:4}}")
    columns = text, BarColumn(bar_width=16), TextColumn("loss {task.fields[loss]:.3f}"), TimeRemainingColumn()
    with Progress(*columns, TextColumn("left"), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=runs * NUM_STEPS, run=1, step=0, loss=float("nan"))
        yield lambda run, step, loss: bar.update(
            task, completed=run * NUM_STEPS + step + 1, run=run + 1, step=step + 1, loss=loss
        )
