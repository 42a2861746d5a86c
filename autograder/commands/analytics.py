"""The commands about a class: its figures, and submissions with similar code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import parts_of
from autograder.console import print_lines, reports_errors
from autograder.course import part_or_capstone

app = typer.Typer()


@app.command()
@reports_errors(disk="The verdicts can't be read, or the page can't be written ({error}).")
def analytics(
    verdicts: Annotated[Path, typer.Argument(help="The folder with the verdicts and the ledger.")] = Path("verdicts"),
    part: Annotated[
        int | None, typer.Option("--part", help="Only this part, with every check; 11 is the capstone.")
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="Show real ids instead of pseudonyms.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and write no page.")] = False,
) -> None:
    """Show statistics of a class: passed parts, common mistakes, times, and where learners are stuck. Writes a page.

    Example: python -m autograder analytics verdicts --part 5
    """
    from autograder.analytics.class_figures import class_figures, figure_lines, write_figures
    from autograder.analytics.class_verdicts import pseudonyms, read_verdicts

    selected = None if part is None else part_or_capstone(part)
    figures = class_figures(read_verdicts(verdicts, selected), None if names else pseudonyms(verdicts))
    if as_json:
        return print_lines([json.dumps(figures.to_json(), indent=1)])
    page = verdicts / ("analytics_with_names.html" if names else "analytics.html")
    write_figures(page, figures)
    print_lines([*figure_lines(figures, every_check=selected is not None), "", f"Page: {page}."])


@app.command()
@reports_errors(disk="The page can't be written ({error}).")
def similarity(
    submitted: Annotated[Path, typer.Argument(help="A folder or an archive of learners, as for `grade`.")],
    part: Annotated[int, typer.Option("--part", help="The part whose modules are compared.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the page (default: similarity/ next to SUBMITTED).")
    ] = None,
) -> None:
    """List groups and pairs of learners with similar code, and write a page that shows it side by side. You decide.

    Example: python -m autograder similarity submitted --part 5
    """
    from autograder.analytics.similarity import compare_class, similarity_lines, write_similarity

    (its_part,) = parts_of(part)
    comparison = compare_class(submitted, its_part)
    page = (out or submitted.absolute().parent / "similarity") / f"{its_part.name}.html"
    write_similarity(page, comparison)
    print_lines([*similarity_lines(comparison), "", f"Side by side: {page}."])
    if comparison.problems:
        raise typer.Exit(1)
