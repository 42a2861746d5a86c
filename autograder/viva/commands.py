"""The command of the viva: parse, call, print. It stands among those of autograder/cli.py."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course import EXERCISES
from autograder.wording import command

app = typer.Typer()


@app.command()
def viva(
    target: Annotated[str, typer.Argument(metavar="PART", help="5, or another part that can be checked.")],
    folder: Annotated[Path, typer.Option("--from", help="A folder with the learner's modules.")] = EXERCISES,
    seed: Annotated[int | None, typer.Option(min=0, help="Repeat the questions of an earlier call.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print questions and answers as JSON and nothing else.")
    ] = False,
) -> None:
    """Three predict-this questions drawn from a learner's own code, with the answers for whoever asks.

    Code from elsewhere than exercises/ runs in the strict sandbox, as in check.

    Example: python -m autograder viva 5 --from submitted/ada/part05
    """
    import json

    from autograder.check import choose_tier, parse_target, path_of
    from autograder.console import misuse, print_lines
    from autograder.grading.submission import read_submission
    from autograder.sandbox import SandboxUnavailable
    from autograder.viva.ask import ask_apart
    from autograder.viva.show import viva_lines

    try:
        wanted = parse_target(target)
        if wanted.task:
            raise ValueError(f"Questions are about a whole part: write {wanted.parts[0].number}.")
        (part,) = wanted.parts
        found = ask_apart(read_submission(folder, [part]), part, choose_tier(folder, None), seed)
    except (ValueError, SandboxUnavailable) as error:
        raise misuse(str(error)) from error
    if as_json:
        typer.echo(json.dumps(found.as_data(), indent=1))
        return
    elsewhere = None if folder.resolve() == EXERCISES else folder
    again = command("viva", part.number, seed=found.seed, from_=elsewhere)
    print_lines(viva_lines(found, path_of(folder, part.file_name), again))
