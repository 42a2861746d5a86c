"""The commands: parse, call, print. What they do stands in the modules that they call."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from autograder.course import EXERCISES

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class SandboxChoice(str, Enum):
    """How to run the code that is checked."""

    local = "local"
    strict = "strict"


@app.callback()
def course() -> None:
    """Build a GPT in pure Python, part by part, and check each part."""


@app.command()
def stubs(
    force: Annotated[bool, typer.Option("--force", help="Replace files that you changed too; keeps a backup.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit status 1 when a stub is stale.")] = False,
    to: Annotated[Path, typer.Option(help="The folder to write to.", show_default="exercises/")] = EXERCISES,
) -> None:
    """Write the stubs of exercises/ from solutions/, and leave alone what you changed.

    Example: python -m autograder stubs --check
    """
    from autograder import stubs as stub_files
    from autograder.datasets import DatasetError

    try:
        if check:
            stale = stub_files.stale(to)
            for name in stale:
                typer.echo(f"{to / name} is stale.", err=True)
            if stale:
                typer.echo("Run: python -m autograder stubs", err=True)
                raise typer.Exit(1)
            typer.echo(f"All stubs in {to} are up to date.")
            return
        outcome = stub_files.write_stubs(to, force)
    except (stub_files.StubError, DatasetError) as error:
        raise failure(str(error)) from error
    for backup in outcome.backups:
        typer.echo(f"Your version is kept as {backup}.")
    typer.echo(f"Written to {to}: {', '.join(outcome.written) or 'nothing'}.")
    if outcome.kept:
        kept = ", ".join(outcome.kept)
        raise failure(f"Left alone, since you changed them: {kept}. --force replaces them and keeps a backup.")


@app.command()
def check(
    target: Annotated[str | None, typer.Argument(metavar="[PART|TASK]", help="5 is a part, 5.2 a task.")] = None,
    folder: Annotated[Path, typer.Option("--from", help="The folder with your modules.")] = EXERCISES,
    sandbox: Annotated[SandboxChoice | None, typer.Option(help="Strict for any folder but the course's own.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Repeat a check with its random inputs.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON and nothing else.")] = False,
) -> None:
    """Check a part, a task, or all parts: exit status 0 when everything passes, 1 when something fails.

    Example: python -m autograder check 5.2
    """
    from autograder.check import check as check_target
    from autograder.check import choose_tier, parse_target, path_of
    from autograder.render.json_report import print_json
    from autograder.render.terminal import next_step, part_lines, table_lines
    from autograder.sandbox import SandboxUnavailable

    try:
        wanted = parse_target(target)
        tier = choose_tier(folder, sandbox and sandbox.value)
        several = len(wanted.parts) > 1
        reports = check_target(folder, wanted, tier, seed)
    except (ValueError, SandboxUnavailable) as error:
        raise misuse(str(error)) from error
    if as_json:
        print_json(reports, several)
    elif several:
        print_lines([*table_lines(reports), "", next_step(reports)])
    else:
        print_lines(part_lines(reports[0], path_of(folder, reports[0].file), next_step(reports)))
    if not all(report.passed for report in reports):
        raise typer.Exit(1)


@app.command()
def sandbox() -> None:
    """Attack the sandbox for other people's code, and say which tier holds on this machine.

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
def quick() -> None:
    """Verify in seconds that the reference works, one line per part.

    Example: python -m autograder quick
    """
    from autograder import development

    raise typer.Exit(development.quick())


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run the project's own tests; what follows goes to pytest.

    Example: python -m autograder test tests/test_stubs.py -k backup
    """
    from autograder import development

    raise typer.Exit(development.run_tests(context.args))


@app.command()
def lint(
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended.")] = False,
) -> None:
    """Check the format of the code and the rules for it.

    Example: python -m autograder lint --fix
    """
    from autograder import development

    raise typer.Exit(development.lint(fix))


def print_lines(lines: Iterable[str]) -> None:
    """Print on any console: what its encoding lacks is shown as an escape."""
    sys.stdout.reconfigure(errors="backslashreplace")
    for line in lines:
        typer.echo(line)


def failure(sentence: str) -> typer.Exit:
    """Say on standard error what failed and what to do; raise what comes back: exit status 1."""
    typer.echo(sentence, err=True)
    return typer.Exit(1)


def misuse(sentence: str) -> typer.Exit:
    """Say what was wrong and what to do on standard error; raise what comes back: exit status 2."""
    typer.echo(sentence, err=True)
    return typer.Exit(2)
