"""The commands of the course without its answers: in the students' zip this file is autograder/cli.py."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from autograder.command_table.table import NEEDS_THE_COURSE
from autograder.commands.appeal import appeal
from autograder.console import misuse, print_lines, reports_errors
from autograder.course import EXERCISES
from autograder.invocation import command

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


app.command()(appeal)


@app.callback()
def course() -> None:
    """Build a GPT in pure Python, part by part, and check each part."""


@app.command()
@reports_errors()
def check(
    target: Annotated[
        str | None, typer.Argument(metavar="[PART|TASK]", help="A part such as 5, or a task such as 5.2.")
    ] = None,
    folder: Annotated[Path, typer.Option("--from", help="The folder with your modules.")] = EXERCISES,
    sandbox: Annotated[Literal["local"], typer.Option(hidden=True)] = "local",
    seed: Annotated[int | None, typer.Option(help="Check with only one of the recorded inputs.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON and nothing else.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with status 0 whatever the result.")] = False,
) -> None:
    """Check a part, a task, or all parts. Exit status 0 if everything passes, 1 if something fails.

    Example: python -m autograder check 5.2
    """
    from autograder.bundle.replay import check_parts, differences, needed_for
    from autograder.check import path_of
    from autograder.course import SUITES, parse_target
    from autograder.grading.submission import read_submission
    from autograder.render.next_step import next_step
    from autograder.render.terminal import part_lines, print_json, table_lines

    selected = parse_target(target)
    if missing := next((each for each in selected.parts if each.is_lab and not (SUITES / each.name).is_dir()), None):
        raise misuse(f"{missing.label.capitalize()} is in the complete course only, not in this folder.")
    reports = check_parts(read_submission(folder, needed_for(selected.parts)), selected.parts, seed, selected.task)
    several = len(selected.parts) > 1
    elsewhere = None if folder.resolve() == EXERCISES else folder
    if as_json:
        print_json(reports, several)
    elif several:
        print_lines([*table_lines(reports), "", *differences(selected.parts, seed), next_step(reports, elsewhere)])
    else:
        step = reports[0].breaks or next_step(reports, elsewhere)
        *lines, step = part_lines(replace(reports[0], breaks=""), path_of(folder, reports[0].file), step)
        print_lines([*lines, *differences(selected.parts, seed, selected.task), step])
    if not exit_zero and not all(report.passed for report in reports):
        raise typer.Exit(1)


@app.command()
@reports_errors()
def context(
    target: Annotated[str, typer.Argument(metavar="PART|TASK", help="A part such as 5, or a task such as 5.2.")],
) -> None:
    """Print what a tutor or an AI assistant needs to know to help you: task, failing check and your code.

    Example: python -m autograder context 3
    """
    from autograder.bundle.replay import check_parts, needed_for
    from autograder.check import path_of
    from autograder.course import parse_target
    from autograder.grading.submission import read_submission
    from autograder.render.tutor import tutor_lines

    selected = parse_target(target)
    (part,) = selected.parts
    files = read_submission(EXERCISES, needed_for([part]))
    (report,) = check_parts(files, [part], None, selected.task)
    print_lines(tutor_lines(report, part, path_of(EXERCISES, report.file), files.get(part.file_name, b""), None))


@app.command()
@reports_errors()
def verdict(
    folder: Annotated[Path, typer.Argument(help="The folder with a student's modules.")],
    part: Annotated[int | None, typer.Option(help="Only this part.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON and nothing else.")] = False,
) -> None:
    """Check code that somebody else pushed, in the strict sandbox. For workflows, not for students.

    Exit status 0 if all written tasks pass (unwritten tasks are not failures), 1 if something fails, 2 if there is no
    verdict because no strict sandbox is secure here or the folder can't be read.

    Example: python -m autograder verdict ../work/exercises
    """
    from autograder.bundle.replay import check_parts, differences
    from autograder.course import SUITES, parts
    from autograder.grading.progress import current_check
    from autograder.grading.submission import read_submission
    from autograder.render.terminal import part_lines, print_json, table_lines
    from autograder.sandbox import strict_tier

    here = [each for each in parts() if (SUITES / each.name).is_dir()]
    selected = [each for each in here if part in (None, each.number)]
    if not selected:
        raise misuse(f"There is no part {part} here: the parts are {', '.join(str(each.number) for each in here)}.")
    tier, files = strict_tier(), read_submission(folder)
    reports = check_parts(files, selected, tier=tier)
    wrong = []
    for report, each in zip(reports, selected):
        untouched = (EXERCISES / each.file_name).read_bytes().split() == files.get(each.file_name, b"").split()
        first = current_check(report, each)
        if not untouched and first is not None and first.status != "todo":
            wrong.append((report, each))
    if as_json:
        print_json(reports, several=len(selected) > 1)
    else:
        print_lines([*table_lines(reports), "", f"Sandbox: {tier.value}.", *differences(selected, None)])
        for report, each in wrong:
            print_lines(["", *part_lines(report, f"exercises/{each.file_name}", "")])
    if wrong:
        raise typer.Exit(1)


@app.command()
@reports_errors()
def lesson(
    target: Annotated[str, typer.Argument(metavar="PART|TASK", help="A part such as 5, or a task such as 5.2.")] = "0",
    only_print: Annotated[bool, typer.Option("--print", help="Only print the address.")] = False,
) -> None:
    """Open the lesson of a part in your browser, at a task if you name one. It needs no JupyterLab.

    Example: python -m autograder lesson 5.2
    """
    from autograder.course import parse_target
    from autograder.notebooks.lesson_page import open_lesson

    selected = parse_target(target)
    print_lines(open_lesson(selected.parts[0], selected.task, show=not only_print))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@reports_errors()
def notebooks(
    context: typer.Context,
    target: Annotated[str, typer.Argument(metavar="[PART]", help="A part such as 5.")] = "0",
) -> None:
    """Open a lesson in JupyterLab, in your browser, with your file next to it. Further arguments go to JupyterLab.

    To read a lesson without JupyterLab: python -m autograder lesson 5

    Example: python -m autograder notebooks 5
    """
    from autograder.course import parse_target
    from autograder.notebooks.side_by_side import open_jupyterlab, opening_lines

    options = list(context.args)
    if target.startswith("-"):  # no part was given, so this is an option of JupyterLab
        target, options = "0", [target, *options]
    (part,) = parse_target(target).parts
    print_lines(opening_lines(part, options))
    sys.stdout.flush()  # before JupyterLab's own lines, also in a pipe
    raise typer.Exit(open_jupyterlab(part, options))


def say_what_is_missing(context: typer.Context) -> None:
    """Explain that a command is only in the complete course."""
    missing = NEEDS_THE_COURSE[context.info_name]
    raise misuse(
        f"`{context.info_name}` needs {missing}, which is not in this zip. Your instructor has the complete "
        f"course. Here you can use: {command('check')}"
    )


for _name in NEEDS_THE_COURSE:
    app.command(_name, hidden=True, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(
        say_what_is_missing
    )
