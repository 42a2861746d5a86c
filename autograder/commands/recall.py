"""The command `recall`: a question about your own code, which comes again days later."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

import typer

from autograder.console import print_lines, reports_errors

app = typer.Typer()
STOPPED = "Nothing is lost: the question waits for you."


@app.command()
@reports_errors(stopped=STOPPED)
def recall(
    target: Annotated[
        str | None,
        typer.Argument(metavar="[PART|TASK]", help="Ask about this part or task, even if nothing is due."),
    ] = None,
    answer: Annotated[
        int | None, typer.Option(metavar="N", help="The number of your answer; 0: you don't know.")
    ] = None,
) -> None:
    """Answer a question about your own code. It comes again after 1, 3, 7 and 21 days.

    Example: python -m autograder recall
    """
    from autograder.recall import recall_session

    today = date.today()
    if answer is not None:
        print_lines(recall_session.answered(answer, today))
        return
    typer.echo("Looking for a question in your code ...\n")
    if sys.stdin.isatty() and sys.stdout.isatty():
        recall_session.talk(target, today, input, print_lines)
    else:
        print_lines(recall_session.asked(target, today))
