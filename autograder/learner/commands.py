"""The commands of a learner: parse, call, print. They stand among those of autograder/cli.py."""

from __future__ import annotations

import typer

app = typer.Typer()
