"""Print lines and report misuse in the same way in every command."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Iterable
from typing import TextIO

import typer


def print_lines(lines: Iterable[str]) -> None:
    """Print on any console: what its encoding lacks is shown as an escape, what is too long for it goes on below."""
    sys.stdout.reconfigure(errors="backslashreplace")
    for line in lines:
        typer.echo(fitted(line, sys.stdout))


def fitted(line: str, stream: TextIO) -> str:
    """The line as it is, or in several where it is too long for the terminal that it goes to."""
    width = shutil.get_terminal_size().columns - 1 if stream.isatty() else None
    return line if width is None or len(line) <= width else hanging(line, width)


def hanging(line: str, width: int) -> str:
    """A long line in several, broken at spaces, the others below the text behind its label."""
    label = re.match(r" *(?:\| *|[A-Z][a-z ]+: +)?", line)[0]
    indent = " " * len(label) if len(label) < width // 2 else ""
    return textwrap.fill(line, width, subsequent_indent=indent, break_on_hyphens=False)


def failure(sentence: str) -> typer.Exit:
    """Say on standard error what failed and what to do; raise what comes back: exit status 1."""
    typer.echo("\n".join(fitted(line, sys.stderr) for line in sentence.split("\n")), err=True)
    return typer.Exit(1)


def misuse(sentence: str) -> typer.Exit:
    """Say what was wrong and what to do on standard error; raise what comes back: exit status 2."""
    typer.echo("\n".join(fitted(line, sys.stderr) for line in sentence.split("\n")), err=True)
    return typer.Exit(2)
