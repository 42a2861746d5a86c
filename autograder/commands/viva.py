"""`viva`: print questions about a learner's own code, first without the answers, then with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from autograder.console import print_lines, reports_errors
from autograder.course import EXERCISES, parse_target
from autograder.invocation import command
from autograder.render.terminal import without_commands
from autograder.viva.draw_questions import COUNT, Viva

app = typer.Typer()


@app.command()
@reports_errors()
def viva(
    target: Annotated[str, typer.Argument(metavar="PART", help="The part, such as 5.")],
    folder: Annotated[
        Path, typer.Option("--from", help="A folder with the learner's modules.", show_default="exercises/")
    ] = EXERCISES,
    seed: Annotated[int | None, typer.Option(min=0, help="Repeat the questions of an earlier call.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print questions and answers as JSON and nothing else.")
    ] = False,
) -> None:
    """Print three questions about a learner's own code, of the kind "what does this call return?", with the answers.

    Code in another folder than exercises/ runs in the strict sandbox, as in `check`.

    Example: python -m autograder viva 5 --from submitted/ada/part05
    """
    from autograder.check import choose_tier, path_of
    from autograder.grading.submission import read_submission
    from autograder.viva.draw_questions import ask_apart

    selected = parse_target(target)
    if selected.task:
        raise ValueError(f"Questions are about an entire part: write {selected.parts[0].number}.")
    (part,) = selected.parts
    asked = ask_apart(read_submission(folder, [part]), part, choose_tier(folder, None), seed)
    if as_json:
        typer.echo(json.dumps(asked.as_data(), indent=1))
        return
    elsewhere = None if folder.resolve() == EXERCISES else folder
    again = command("viva", part.number, seed=asked.seed, from_=elsewhere)
    print_lines(viva_lines(asked, path_of(folder, part.file_name), again))


def viva_lines(viva: Viva, path: str, again: str) -> Iterator[str]:
    """All output lines. path: the file as the user would type it; again: the command that repeats the questions."""
    yield f"Part {viva.part.number}, {viva.part.title}: {path}"
    yield f"sha256 {viva.sha256[:16]}..., seed {viva.seed}, sandbox {viva.tier.value}"
    for number, question in enumerate(viva.questions, 1):
        yield ""
        yield f"{number}. {without_commands(question.words)}"
        yield from (f"     {line:>4} | {without_commands(text)}" for line, text in question.lines)
    if len(viva.questions) < COUNT:
        yield ""
        yield f"There are only {len(viva.questions)} of {COUNT} questions, because too little of the code works yet."
    yield ""
    yield "-- For the examiner, not for the learner --"
    for number, question in enumerate(viva.questions, 1):
        yield ""
        yield f"{number}. Answer: {without_commands(question.answer)}"
        yield "   A good explanation mentions:"
        yield from (f"     - {without_commands(mention)}" for mention in question.mentions)
    yield ""
    yield f"The answers come from running this file. To repeat the same questions: {again}"
