"""What every command does at a console: lines that any encoding can show, failures and misuse as a sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import typer


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
