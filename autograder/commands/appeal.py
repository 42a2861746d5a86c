"""`appeal`: a learner asks for a regrade. The complete course and the students' zip share this command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.appeal_file import AppealError, add_appeal, find_check, submitted_with
from autograder.console import print_lines, reports_errors
from autograder.course import EXERCISES, capstone
from autograder.invocation import command

app = typer.Typer()


@app.command()
@reports_errors()
def appeal(
    part: Annotated[
        int | None, typer.Argument(metavar="[PART]", help="The part, 11 for the capstone; required for hidden checks.")
    ] = None,
    check: Annotated[str | None, typer.Option(metavar="NAME", help="The check's name on your feedback page.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why the check is wrong, in your own words.")] = None,
    folder: Annotated[Path, typer.Option("--from", help="The folder with your modules.")] = EXERCISES,
) -> None:
    """Ask your instructor for a regrade of a check. Writes appeal_partNN.toml next to your modules, for you to submit.

    Example: python -m autograder appeal --check square_gives_x_times_x --reason "It is right for 0, too."
    """
    if check is None:
        form = command("appeal", part, check="NAME", reason="why it is wrong")
        raise AppealError(f"Which check? Copy its name from your feedback page, then type: {form}")
    if not folder.is_dir():
        raise AppealError(f"There is no folder {folder}.")
    its_part, name = find_check(check, part)
    path, new = add_appeal(folder, its_part, name, _ask_reason() if reason is None else reason)
    place = "that part" if its_part is capstone() else f"part {its_part.number}"
    print_lines(
        [
            f"{'Written:' if new else 'This request is already in'} {path}.",
            f"Next: submit this file together with {submitted_with(its_part)}, where you submitted {place}.",
        ]
    )


def _ask_reason() -> str:
    """Ask for the reason, in lines up to an empty one. Raises AppealError if standard input is not a terminal."""
    if not sys.stdin.isatty():
        raise AppealError('Say in your own words why the check is wrong: reason="..."')
    typer.echo("Why is the check wrong? Write one or more lines; an empty line ends.")
    lines = []
    while line := typer.prompt("", default="", show_default=False, prompt_suffix="> ").strip():
        lines.append(line)
    return "\n".join(lines)
