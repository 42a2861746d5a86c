"""The commands of a learner: parse, call, print. They stand among those of autograder/cli.py."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.wording import command

app = typer.Typer()

Target = Annotated[str | None, typer.Argument(metavar="[PART|TASK]", help="5 is a part, 5.2 a task.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command()
def watch(
    target: Annotated[str | None, typer.Argument(metavar="[PART]", help="The first unfinished if none.")] = None,
) -> None:
    """Check a part each time you save its file, and listen to keys: h hint, n next, l list, r reset, c compare, q quit.

    Example: python -m autograder watch 5
    """
    from autograder.learner.console import sentences
    from autograder.learner.results import one_part
    from autograder.learner.watch import watch as watch_part

    with sentences():
        typer.echo("Looking where you are ...")
        part, _ = one_part(target)
        raise typer.Exit(watch_part(part))


@app.command()
def hint(target: Target = None) -> None:
    """Show a hint for the check that fails first; each call shows one more. They cost nothing.

    Example: python -m autograder hint 5
    """
    from autograder.cli import print_lines
    from autograder.learner.console import sentences
    from autograder.learner.hints import next_hint
    from autograder.learner.results import one_part, result
    from autograder.learner.show import hint_lines

    with sentences():
        part, task = one_part(target)
        report = result(part, task)
        print_lines(hint_lines(next_hint(report, part), report, task))


@app.command()
def progress(
    tick: Annotated[str | None, typer.Option(metavar="ID", help="Tick an achievement; again: take it back.")] = None,
) -> None:
    """Show what is done and what is left: parts, tasks, points, minutes, and the achievements of four levels.

    Example: python -m autograder progress --tick read
    """
    from autograder.cli import print_lines
    from autograder.learner import achievements
    from autograder.learner.console import sentences
    from autograder.learner.progress import survey, table_lines

    with sentences():
        if tick is not None:
            typer.echo(f"{tick} is {'ticked' if achievements.tick(tick) else 'no longer ticked'}.\n")
        print_lines([*table_lines(survey()), "", *achievements.achievement_lines()])


@app.command()
def compare(
    target: Annotated[str, typer.Argument(metavar="PART|TASK", help="5 is a part, 5.2 a task.")],
    anyway: Annotated[bool, typer.Option("--anyway", help="Show the reference before you have passed.")] = False,
) -> None:
    """Show your functions beside the reference's, with lines, Values and milliseconds of each, once you have passed.

    Example: python -m autograder compare 5.1
    """
    from autograder.cli import failure, print_lines
    from autograder.learner import compare as comparison
    from autograder.learner.console import sentences
    from autograder.learner.results import one_part, result

    with sentences():
        part, task = one_part(target)
        report = result(part, task)
        if not report.passed and not anyway:
            again = command("compare", target, anyway=True)
            raise failure(
                f"{'Task' if task else 'Part'} {target} is not passed yet, and this shows the reference. Try "
                f"{command('hint', target)} first. To see it anyway: {again}"
            )
        print_lines(comparison.lines(part, task, report.seed))


@app.command()
def reset(
    target: Annotated[str, typer.Argument(metavar="PART|TASK", help="5 is a part, 5.2 a task.")],
    yes: Yes = False,
) -> None:
    """Write the stub of a part or task anew. Says what would be lost, asks, and keeps a copy: undo brings it back.

    Example: python -m autograder reset 5.2
    """
    from autograder.check import parse_target
    from autograder.learner.console import agreed, sentences
    from autograder.learner.reset import carry_out, plan
    from autograder.learner.show import kept_lines, reset_lines

    with sentences():
        change = plan(parse_target(target))
        for line in reset_lines(change):
            typer.echo(line)
        if change.nothing_to_do:
            return
        if not agreed("Go on?", yes or change.before is None):
            typer.echo("Nothing was changed.")
            raise typer.Exit(1)
        for line in kept_lines(carry_out(change)):
            typer.echo(line)


@app.command()
def undo() -> None:
    """Bring back the files that the last reset or update replaced. Once more, and you have those of now again.

    Example: python -m autograder undo
    """
    from autograder.cli import failure
    from autograder.learner.console import sentences
    from autograder.learner.results import shown
    from autograder.learner.undo import undo as bring_back

    with sentences():
        found = bring_back()
        if not found:
            raise failure("There is nothing to undo: nothing of yours was replaced yet.")
        for file, copy in found.items():
            typer.echo(f"{shown(file)} is again what it was in {shown(copy)}.")
        typer.echo(f"What was there until now is kept too: {command('undo')} brings it back.")
