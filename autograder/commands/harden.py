"""The command `harden`: find a mistake that was planted in your own code."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated

import typer

from autograder.console import failure, print_lines, reports_errors
from autograder.invocation import command

app = typer.Typer()


@app.command()
@reports_errors()
def harden(
    target: Annotated[
        str | None,
        typer.Argument(metavar="[PART]", help="A part that you have passed (default: that of the planted mistake)."),
    ] = None,
    answer: Annotated[int | None, typer.Option(metavar="N", help="The cause, 1 to 4, once you have fixed it.")] = None,
    give_up: Annotated[bool, typer.Option("--give-up", help="Show the mistake and restore your file.")] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="Plant the same mistake again.")] = None,
) -> None:
    """Plant a known mistake in your own passing code: find it, fix it, and name its cause. `undo` takes it out.

    Example: python -m autograder harden 5
    """
    from autograder import backups
    from autograder.course import EXERCISES, parse_target
    from autograder.learner import harden as hardening
    from autograder.learner import planted

    wanted = None if target is None else parse_target(target).parts[0]
    now = planted.current()
    if now is not None:
        backups.finish(f"harden {now.of.target}", EXERCISES)
    if now is None and (answer is not None or give_up):
        raise failure(f"No mistake is planted now. To plant one: {command('harden', wanted.target if wanted else 5)}")
    if now is None and wanted is None:
        raise ValueError(f"Add the number of a part that you have passed: {command('harden', 5)}")
    if now is None:
        typer.echo("Looking for a place in your code ...\n")
        seed = secrets.randbelow(1_000_000) if seed is None else seed
        print_lines(hardening.planted_lines(hardening.plant(wanted, seed), fresh=True))
        return
    if wanted is not None and wanted != now.of:
        print_lines([f"Only one mistake can be planted at a time. Finish the one in {now.of.label} first.", ""])
    if give_up:
        print_lines(hardening.give_up(now))
    elif not hardening.is_fixed(now):
        if answer is not None:
            print_lines(["Fix it first, then name its cause.", ""])
        print_lines(hardening.planted_lines(now, fresh=False))
    elif answer is not None:
        print_lines(hardening.answer_lines(now, answer))
    else:
        print_lines(hardening.question_lines(now))
        while sys.stdin.isatty() and (now := planted.current()):
            answer = typer.prompt(f"Number of the cause (1-{len(now.causes)})", type=int)
            try:
                print_lines(hardening.answer_lines(now, answer))
            except ValueError as error:  # not in the list: ask again, as typer does after letters
                typer.echo(error)
        if now is not None:
            print_lines([f"Answer with its number: {command('harden', now.of.target, answer=1)}"])
