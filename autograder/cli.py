"""The command line: `check`, `sandbox`, `doctor`, and every command of the package `commands`."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

import autograder
from autograder.commands.lazy_group import LazyGroup
from autograder.console import misuse, print_lines, reports_errors
from autograder.course import EXERCISES, ROOT

app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(autograder.__version__)
        raise typer.Exit


@app.callback()
def course(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the course's version.")
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="For screen readers: short lines, no colour, nothing that moves.")
    ] = False,
) -> None:
    """Build a GPT in pure Python, part by part, and check each part."""


@app.command()
@reports_errors()
def check(
    target: Annotated[
        str | None, typer.Argument(metavar="[PART|TASK]", help="A part such as 5, or a task such as 5.2.")
    ] = None,
    folder: Annotated[Path, typer.Option("--from", help="A folder with modules, or a GPT in one file.")] = EXERCISES,
    sandbox: Annotated[
        Literal["local", "strict"] | None,
        typer.Option(metavar="<local|strict>", help="Default: strict for other people's folders."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Repeat a check with the same random inputs.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON and nothing else.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with status 0 whatever the result.")] = False,
) -> None:
    """Check a part, a task, or all parts. Exit status 0 if everything passes, 1 if something fails.

    To check a GPT that you wrote in one file, as parts 1 to 8 at once: --from my_gpt.py

    Example: python -m autograder check 5.2
    """
    from autograder.check import check as check_target
    from autograder.check import choose_tier, missing_names, path_of
    from autograder.course import parse_target
    from autograder.invocation import command
    from autograder.render.next_step import next_step
    from autograder.render.terminal import part_lines, print_json, table_lines
    from autograder.sandbox import SandboxUnavailable

    selected = parse_target(target)
    if not folder.exists():
        raise ValueError(f"There is no {folder}. Use a folder with modules, or one file that contains a GPT.")
    several = len(selected.parts) > 1
    elsewhere = None if folder.resolve() == EXERCISES else folder
    try:
        reports = check_target(folder, selected, choose_tier(folder, sandbox), seed)
    except SandboxUnavailable as error:
        own = command("check", target, from_=folder, sandbox="local")
        raise misuse(f"{error}\nIf you wrote this code yourself, you can run it without a sandbox: {own}") from error
    after_passing = None
    if elsewhere is None:
        from autograder.learner.last_results import after_passing, record
        from autograder.learner.lesson_pointer import lesson_lines
        from autograder.learner.planted import reminder_lines, veiled
        from autograder.learner.recall_cards import offer_lines

        reports = veiled(reports)
        record(reports, selected.task)
    elif several and folder.is_file() and all(report.passed for report in reports):
        from autograder.learner import local_state

        local_state.log_event("blank-page")
    if as_json:
        print_json(reports, several)
    else:
        step = next_step(reports, elsewhere, sandbox, after_passing)
        if folder.is_file() and (missing := missing_names(folder, selected.parts)):
            step = f"{folder.name} must define these names, spelled as in the stubs: {', '.join(missing)}.\n{step}"
        if several:
            print_lines([*table_lines(reports), "", step])
        else:
            again = command("check", target, from_=elsewhere, sandbox=sandbox, seed=reports[0].seed)
            path = path_of(folder, reports[0].file)
            print_lines(part_lines(reports[0], path, step, again if seed is None else ""))
            if elsewhere is None:
                print_lines(lesson_lines(reports[0]))
        if elsewhere is None:
            print_lines(reminder_lines(reports))
            if sys.stdout.isatty():
                print_lines(offer_lines(reports, date.today()))
    if not exit_zero and not all(report.passed for report in reports):
        raise typer.Exit(1)


@app.command()
@reports_errors()
def sandbox() -> None:
    """Attack the sandbox for other people's code, and report which tier is secure on this machine.

    Example: python -m autograder sandbox
    """
    from autograder.sandbox import SandboxUnavailable, strict_tier
    from autograder.sandbox.selftest import report_lines

    print_lines(report_lines())
    try:
        strict_tier()
    except SandboxUnavailable as error:
        raise typer.Exit(1) from error


@app.command()
@reports_errors()
def doctor(
    folder: Annotated[
        Path, typer.Option("--class", help="The class's folder.", show_default="the course's own")
    ] = ROOT,
    as_json: Annotated[bool, typer.Option("--json", help="Print data and nothing else.")] = False,
) -> None:
    """Check whether this machine can grade a class: one line per requirement, and how to fix what is missing.

    Example: python -m autograder doctor
    """
    from autograder.class_folder.folder import ClassFolder
    from autograder.classroom import doctor as doctors

    diagnoses = list(doctors.examine(ClassFolder(folder.absolute())))
    if as_json:
        typer.echo(json.dumps(doctors.as_json(diagnoses), indent=2))
    else:
        print_lines(doctors.lines(diagnoses))
    if not all(diagnosis.ok for diagnosis in diagnoses):
        raise typer.Exit(1)
