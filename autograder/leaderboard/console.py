"""What the commands of the board share: sentences for failures, a line of progress, the recording of submissions."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import typer


def enter(submissions: list[tuple[Path, str]], name: str | None, public: bool | None, board) -> list:
    """Record each submission, say what became of it, and return the entries. Exit status 1 when one has no score or is
    not recorded.
    """
    from autograder.console import misuse, print_lines
    from autograder.leaderboard.show import entry_lines
    from autograder.leaderboard.source import RecipeError
    from autograder.leaderboard.store import StoreError
    from autograder.sandbox import SandboxUnavailable

    failed, entries = False, []
    for path, learner in submissions:
        try:
            entry = board.submit(path, learner, display=name, public=public, on_step=progress())
            print_lines(entry_lines(entry))
            entries.append(entry)
            failed |= entry.loss is None
        except (RecipeError, StoreError) as error:
            typer.echo(f"{ascii(learner)[1:-1]}: {error}", err=True)
            failed = True
        except SandboxUnavailable as error:
            raise misuse(str(error)) from error
    if failed:
        raise typer.Exit(1)
    return entries


def record_acts(entry, board) -> None:
    """Note what the learner at this machine has achieved with an entry that has a score."""
    from autograder.leaderboard.data import MICROGPT
    from autograder.leaderboard.rank import standings
    from autograder.learner import acts

    acts.record("board")
    (standing,) = standings([entry.run_losses])
    if not entry.held and entry.loss + standing.half_width < board.baselines(entry.split_seed)[MICROGPT]:
        acts.record("beat-microgpt")


class sentences:  # noqa: N801 - a context manager, written like a function
    """What a board can't do is said in a sentence, with exit status 1."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: object) -> None:
        from autograder.console import failure
        from autograder.leaderboard.store import StoreError

        if isinstance(error, StoreError):
            raise failure(str(error)) from error


def progress():
    """A line on standard error that says how far a try is; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        return None
    last = 0.0

    def show_step(run: int, step: int, loss: float) -> None:
        nonlocal last
        if time.monotonic() - last > 0.2:
            last = time.monotonic()
            sys.stderr.write(f"\rrun {run + 1}, step {step + 1:4}, loss {loss:.3f} ")
            sys.stderr.flush()

    return show_step
