"""The commands for learners at work, such as watch, hint, lesson, reset and update."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder import backups
from autograder.console import failure, misuse, print_lines, reports_errors
from autograder.course import EXERCISES, parse_target, parts
from autograder.files import shown_path
from autograder.invocation import CALLED_AS, command
from autograder.learner import lab_experiment, local_state
from autograder.learner.last_results import one_part, result

app = typer.Typer()

Target = Annotated[str | None, typer.Argument(metavar="[PART|TASK]", help="A part such as 5, or a task such as 5.2.")]
PartOrTask = Annotated[str, typer.Argument(metavar="PART|TASK", help="A part such as 5, or a task such as 5.2.")]
FirstUnfinished = Annotated[
    str | None, typer.Argument(metavar="[PART]", help="A part (default: the first unfinished).")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask for confirmation.")]


@app.command()
@reports_errors()
def watch(
    target: FirstUnfinished = None,
) -> None:
    """Check a part each time you save its file. Keys: h hint, n next, l list, r reset, c compare, q quit.

    Example: python -m autograder watch 5
    """
    from autograder.learner.watch import watch as watch_part

    typer.echo("Looking for the part to check ...")
    part, _ = one_part(target)
    raise typer.Exit(watch_part(part))


@app.command()
@reports_errors()
def hint(
    target: Target = None,
    insert: Annotated[
        bool, typer.Option("--insert", help="Put the code with blanks that was shown last into your file.")
    ] = False,
) -> None:
    """Show a hint for the first failing check; each call shows one more, finally code with blanks. Hints are free.

    Example: python -m autograder hint 5
    """
    from autograder.learner.hint_steps import insert_code, next_hint
    from autograder.learner.screens import hint_lines

    part, task = one_part(target)
    if insert and backups.finish(f"hint {part.target}", EXERCISES):
        print_lines(["The code is in your file now: an earlier call was interrupted."])
        return
    report = result(part, task)
    print_lines(insert_code(report, part) if insert else hint_lines(next_hint(report, part), report, task))


@app.command()
@reports_errors()
def context(target: Target = None) -> None:
    """Print what a tutor or an AI assistant needs to know to help you: task, failing check, hints seen, and your code.

    Example: python -m autograder context 3
    """
    from autograder.learner.hint_steps import seen_hints
    from autograder.render.tutor import tutor_lines

    part, task = one_part(target)
    report, path = result(part, task), EXERCISES / part.file_name
    content = path.read_bytes() if path.is_file() else b""
    print_lines(tutor_lines(report, part, shown_path(path), content, seen_hints(report, part)))


@app.command()
@reports_errors()
def progress(
    tick: Annotated[str | None, typer.Option(metavar="ID", help="Tick an achievement, or untick it.")] = None,
) -> None:
    """Show what is done and what is left: parts, tasks, points, minutes, and achievements in four levels.

    Example: python -m autograder progress --tick read
    """
    from autograder.learner import achievements
    from autograder.learner.overview import lab_line, next_line, open_lines, survey, table_lines

    if tick is not None:
        typer.echo(f"{tick} is {'ticked' if achievements.tick(tick) else 'no longer ticked'}.\n")
    rows = survey()
    print_lines(
        [*table_lines(rows), lab_line(), "", *achievements.achievement_lines(), "", *open_lines(rows), next_line(rows)]
    )


@app.command()
@reports_errors()
def compare(
    target: PartOrTask,
    anyway: Annotated[bool, typer.Option("--anyway", help="Show the reference before you have passed.")] = False,
) -> None:
    """Once you have passed, show your functions next to the reference's, with lines, nodes and milliseconds of each.

    Example: python -m autograder compare 5.1
    """
    from autograder.learner import comparison

    part, task = one_part(target)
    report = result(part, task)
    if not report.passed and not anyway:
        again = command("compare", target, anyway=True)
        what = f"Task {task}" if task else part.label.capitalize()
        raise failure(
            f"{what} is not passed yet, and this shows the reference. Try {command('hint', target)} first. "
            f"To see it anyway: {again}"
        )
    print_lines(comparison.comparison_lines(part, task, report.seed))
    if report.passed:
        local_state.log_event("compared")


@app.command()
@reports_errors()
def debug(
    target: Annotated[str, typer.Argument(metavar="PART", help="A part such as 5.")],
    check: Annotated[str | None, typer.Option(metavar="NAME", help="A check (default: the first that fails).")] = None,
) -> None:
    """Call your code with a check's inputs in a separate process: breakpoint() works, an error opens the debugger.

    Example: python -m autograder debug 1 --check a_value_used_twice_gets_both_gradients
    """
    from autograder.learner import debug as debugger

    part, _ = one_part(target)
    report = result(part)
    found = debugger.find_check(report, part, check)
    if found is None:
        names = debugger.names_to_choose(part, report.checks)
        print_lines([f"Every check passes. Name one to run it again: {names}"])
        return
    print_lines(debugger.message_lines(found, part))
    raise typer.Exit(debugger.run(part, found, report.seed))


@app.command()
@reports_errors()
def trace(
    name: Annotated[str, typer.Option(help="1 to 15 letters from a to z.")] = "emma",
    full: Annotated[bool, typer.Option("--full", help="Show all numbers of every vector, and all positions.")] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit with status 0 even if something differs.")
    ] = False,
) -> None:
    """Show how your model reads a name, every vector next to the reference's. Exit status 1 if one differs.

    Example: python -m autograder trace --name olivia
    """
    from autograder.learner import trace as tracing
    from autograder.learner.trace_view import trace_lines

    traced = tracing.trace(name)
    print_lines(trace_lines(traced, full))
    if 5 in traced.own and not traced.problem:
        local_state.log_event("attention")
    if not exit_zero and (traced.problem or traced.first_difference()):
        raise typer.Exit(1)


@app.command()
@reports_errors()
def reset(
    target: PartOrTask,
    yes: Yes = False,
) -> None:
    """Restore the stub of a part or task. Tells you what will be lost, asks, and keeps a copy; `undo` restores it.

    Example: python -m autograder reset 5.2
    """
    from autograder.learner.reset import carry_out, plan
    from autograder.learner.screens import kept_lines, reset_lines

    if backups.finish(f"reset {target}", EXERCISES):
        print_lines(["Finished the reset that was interrupted."])
    change = plan(parse_target(target))
    print_lines(reset_lines(change))
    if change.nothing_to_do:
        return
    if not _agreed(yes or change.before is None):
        typer.echo("Nothing was changed.")
        raise typer.Exit(1)
    print_lines(kept_lines(carry_out(change, target)))


@app.command()
@reports_errors()
def undo() -> None:
    """Restore the files that the last reset, update, harden or hint replaced. To reverse an undo, run it again.

    Example: python -m autograder undo
    """
    from autograder.learner.reset import undo as bring_back

    found = bring_back()
    if not found:
        raise failure("There is nothing to undo: no reset, update, harden or hint has replaced your files.")
    for file, copy in found.items():
        print_lines([f"Restored {shown_path(file)} {f'from {shown_path(copy)}' if copy else 'as it was before'}."])
    print_lines([f"The replaced versions are kept. To restore those: {command('undo')}"])


@app.command()
@reports_errors()
def update(
    old: Annotated[
        Path | None, typer.Option("--from", help="The folder of an older copy of the course, with your work.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Update your exercises to a new version of the course. Shows the changes, asks, and keeps copies.

    Example: python -m autograder update --from ../course-of-last-year
    """
    from autograder.learner import update as updating

    if backups.finish(f"update {old}", EXERCISES):
        print_lines(["Finished the update that was interrupted."])
    steps = updating.plan(old)
    print_lines(updating.plan_lines(steps))
    if all(step.content is None for step in steps):
        return
    if not _agreed(yes):
        typer.echo("Nothing was changed.")
        raise typer.Exit(1)
    print_lines(updating.done_lines(steps, updating.carry_out(steps, old)))
    if any(step.conflicts for step in steps):
        raise typer.Exit(1)


@app.command()
@reports_errors()
def lesson(
    target: Target = None,
    only_print: Annotated[bool, typer.Option("--print", help="Only print the address.")] = False,
) -> None:
    """Open the lesson of a part in your browser, at a task if you name one. It needs no JupyterLab.

    Without a part: the first one that you have not passed.

    Example: python -m autograder lesson 5.2
    """
    from autograder.notebooks.lesson_page import open_lesson

    part, task = one_part(target)
    if part.is_lab:
        print_lines([lab_experiment.lab_lesson(part)])
        return
    print_lines(open_lesson(part, task, show=not only_print))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@reports_errors()
def notebooks(
    context: typer.Context,
    target: FirstUnfinished = None,
) -> None:
    """Open your copy of a lesson, in notebooks/, in JupyterLab, with the part's file in exercises/ next to it.

    Further arguments go to JupyterLab. To read a lesson without JupyterLab: python -m autograder lesson 5

    Example: python -m autograder notebooks 5 --no-browser
    """
    from autograder.notebooks.side_by_side import open_jupyterlab, opening_lines, own_copy

    options = list(context.args)
    if target is not None and target.startswith("-"):  # no part was given, so this is an option of JupyterLab
        target, options = None, [target, *options]
    part, _ = one_part(target)
    if part.is_lab:
        raise ValueError(f"{part.label.capitalize()} has no notebook. {lab_experiment.lab_lesson(part)}")
    for each in parts():
        own_copy(each)
    print_lines(opening_lines(part, options))
    sys.stdout.flush()  # before JupyterLab's own lines, also in a pipe
    raise typer.Exit(open_jupyterlab(part, options))


@app.command()
@reports_errors()
def lab(
    target: Annotated[
        str | None, typer.Argument(metavar="[LAB]", help="A lab such as lab1 (default: list all).")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Training steps (default: as the lab chooses).")] = None,
) -> None:
    """List the optional labs, or run the experiment of one that you have passed, with your own code.

    Example: python -m autograder lab lab2
    """
    if target is None:
        print_lines(lab_experiment.list_lines())
        return
    (chosen,) = parse_target(target if not target.isdigit() else f"lab{target}").parts
    if not chosen.is_lab:
        raise misuse(f"{target!a} is not a lab. To list them: {command('lab')}")
    raise typer.Exit(lab_experiment.run(chosen, steps))


def _agreed(yes: bool) -> bool:
    """Ask for confirmation, unless `yes`. Raises typer.Exit if standard input is not a terminal."""
    if yes:
        return True
    if not sys.stdin.isatty():
        added = "args=--yes" if os.environ.get(CALLED_AS) == "make" else "--yes"
        raise misuse(
            "Nothing was changed: this command asks first, but its input is not a terminal. "
            f"To skip the question, add {added}."
        )
    answer = typer.prompt("Go on? [y/N]", default="n", show_default=False, prompt_suffix=" ")
    return answer.strip().lower() in ("y", "yes")
