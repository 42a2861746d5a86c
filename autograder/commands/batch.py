"""The commands for many submissions at once: parse, call, print."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


def grade_folder(
    submitted: Path,
    wanted: Sequence,
    tier,
    out: Path | None,
    workers: int | None,
    scheduler: str | None,
    again: bool,
    seed: int | None,
    as_json: bool,
) -> None:
    """What `grade SUBMITTED` does. Exit status 0 when everything could be graded, right or wrong."""
    from autograder.batch.grade_batch import REPORTS, default_folder, grade_batch
    from autograder.batch.ledger import LEDGER_FILE
    from autograder.batch.regrade import regrade, regrade_lines
    from autograder.batch.summary import table_lines
    from autograder.console import print_lines
    from autograder.render.progress import grading_progress

    out = out or default_folder(submitted)
    failed = 0

    def count(graded) -> None:
        nonlocal failed
        failed += graded.report is None
        progress.step(failed)

    with _sentences(), grading_progress(quiet=as_json) as progress:
        how = {"workers": workers, "scheduler": scheduler, "on_start": progress.start, "on_graded": count}
        if again:
            seed = secrets.randbelow(1_000_000) if seed is None else seed
            outcome = regrade(submitted, wanted, tier, out, seed, **how)
        else:
            summary = grade_batch(submitted, wanted, tier, out, seed=seed, **how)
    if again:
        print_lines([_as_json(outcome.to_json())] if as_json else regrade_lines(outcome))
        raise typer.Exit(1 if outcome.changed or outcome.problems else 0)
    if as_json:
        print_lines([_as_json(summary.to_json())])
    else:
        print_lines([*table_lines(summary), "", f"Reports: {out / REPORTS}. Ledger: {out / LEDGER_FILE}."])
    if summary.problems:
        raise typer.Exit(1)


@app.command()
def repeat(
    which: Annotated[str, typer.Argument(metavar="NAME", help="ada/part05 for the latest, or a line's number.")],
    folder: Annotated[
        Path, typer.Option("--class", help="The class's folder.", show_default="the current folder")
    ] = Path(),
    out: Annotated[
        Path | None, typer.Option(help="The folder with the ledger (default: verdicts/ in the class's folder).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON and nothing else.")] = False,
) -> None:
    """Repeat a verdict from its line in the ledger. Exit status 0 means that it is the same.

    Example: python -m autograder repeat ada/part05 --class FOLDER
    """
    from autograder.batch.regrade import repeat as repeat_verdict
    from autograder.batch.regrade import repeat_lines
    from autograder.console import print_lines
    from autograder.render.terminal import part_lines, print_json

    with _sentences():
        repeated = repeat_verdict(out or folder / "verdicts", which)
    if as_json:
        print_json([repeated.report], several=False)
    else:
        print_lines(part_lines(repeated.report, repeated.entry.file, ""))
        print_lines(repeat_lines(repeated))
    if repeated.changed:
        raise typer.Exit(1)


@contextlib.contextmanager
def _sentences() -> Iterator[None]:
    """What went wrong, as a sentence and an exit status."""
    from autograder.batch.ledger import LedgerError
    from autograder.batch.local_processes import PoolLost
    from autograder.console import failure, misuse
    from autograder.sandbox import SandboxUnavailable

    go_on = "Every verdict until now is kept: the same command goes on from there."
    try:
        yield
    except (LedgerError, ValueError, SandboxUnavailable) as error:
        raise misuse(str(error)) from error
    except PoolLost as error:
        raise failure(f"{error} {go_on}") from error
    except OSError as error:
        raise failure(f"The results can't be written ({error}). {go_on}") from error
    except KeyboardInterrupt:
        typer.echo(f"\nStopped. {go_on}", err=True)
        raise typer.Exit(130) from None  # what shells report for a program that Ctrl-C ended


def _as_json(data: dict) -> str:
    return json.dumps(data, indent=2)
