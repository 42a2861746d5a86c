"""The commands: parse, call, print. What they do stands in the modules that they call."""

from __future__ import annotations

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def course() -> None:
    """Build a GPT in pure Python, part by part, and check each part."""


def misuse(sentence: str) -> typer.Exit:
    """Say what was wrong and what to do on standard error; raise what comes back: exit status 2."""
    typer.echo(sentence, err=True)
    return typer.Exit(2)
