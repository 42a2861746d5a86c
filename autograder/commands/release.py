"""The commands that write files for students and platforms: releases, the students' zip, packages, the demo."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

import autograder
from autograder.commands.options import ClassOption, parts_of
from autograder.console import failure, print_lines, reports_errors
from autograder.course import ROOT
from autograder.invocation import command

app = typer.Typer()

UrlArgument = Annotated[str, typer.Argument(metavar="URL", help="The URL of the students' zip in a release.")]
CheckOption = Annotated[bool, typer.Option("--check", help="Write nothing; exit status 1 if it is out of date.")]


@app.command()
@reports_errors()
def release(
    part: Annotated[int | None, typer.Argument(help="Only this part.")] = None,
    folder: ClassOption = ROOT,
    check: CheckOption = False,
    mend: Annotated[bool, typer.Option("--mend", help="First fix outputs, points and ids in source/.")] = False,
) -> None:
    """Write the students' files for one part or all parts to release/. Stops if they contain an answer.

    Example: python -m autograder release 5
    """
    from autograder.class_folder.folder import ClassFolder
    from autograder.classroom.autograde import enter_in_gradebook
    from autograder.classroom.nbgrader_configuration import write_configuration
    from autograder.notebooks import lesson_notebooks
    from autograder.notebooks import release as releases

    selected, class_folder = parts_of(part), ClassFolder(folder)
    if check:
        stale = releases.stale(selected, class_folder.release)
        print_lines(f"{path} is stale." for path in stale)
        if stale:
            raise failure(f"Run: {class_folder.command('release')}")
        return print_lines(["The release is up to date."])
    if mend:
        print_lines(f"{path} is fixed." for path in lesson_notebooks.mend())
    try:
        releases.release(selected, class_folder.release)
    except releases.ReleaseError as error:
        print_lines(error.findings)
        raise failure("Nothing was released: fix what is listed above. The previous release is unchanged.") from error
    for each in selected:
        enter_in_gradebook(class_folder, each)
    if write_configuration(class_folder.root):
        print_lines([f"Written: {class_folder.root / 'nbgrader_config.py'}, for nbgrader's commands and formgrader."])
    print_lines([f"Released: {', '.join(str(class_folder.release / each.name) for each in selected)}"])


@app.command()
@reports_errors()
def bundle() -> None:
    """Write a zip for students to dist/: exercises, notebooks, data, public checks, and no answers. Takes minutes.

    Example: python -m autograder bundle
    """
    from autograder.bundle.students_zip import make_bundle

    path = make_bundle(on_progress=lambda words: print_lines([words]))
    typer.echo(f"Written: {path} ({path.stat().st_size / 1e6:.1f} MB), version {autograder.__version__}.")
    typer.echo(f"sha256: {hashlib.sha256(path.read_bytes()).hexdigest()}")


@app.command()
@reports_errors(disk="The template can't be written ({error}).")
def template(release: UrlArgument) -> None:
    """Write a template repository for GitHub to dist/template: the bundle, a workflow for pushes, a devcontainer.

    Example: python -m autograder template https://github.com/OWNER/REPOSITORY/releases/download/v1/COURSE.zip
    """
    from autograder.bundle.github import make_template

    folder = make_template(release)
    typer.echo(f"Written: {folder}. Its workflow fetches the grader from {release}.")


@app.command()
@reports_errors(disk="The autograders can't be written ({error}).")
def classroom50(release: UrlArgument) -> None:
    """Write autograders for Classroom 50 to dist/classroom50, one per part. Run `bundle` first.

    Example: python -m autograder classroom50 https://github.com/OWNER/REPOSITORY/releases/download/v1/COURSE.zip
    """
    from autograder.bundle.github import make_classroom50

    folder = make_classroom50(release)
    typer.echo(f"Written: {folder / 'autograders'}. They fetch the grader from {release}.")


@app.command()
@reports_errors(disk="The autograder can't be written ({error}).")
def gradescope(part: Annotated[int, typer.Argument(help="The part that students submit.")]) -> None:
    """Write an autograder for Gradescope to dist/, which grades one part.

    Example: python -m autograder gradescope 5
    """
    from autograder.bundle.gradescope import make_package

    path = make_package(*parts_of(part))
    typer.echo(f"Written: {path} ({path.stat().st_size / 1e6:.1f} MB).")


@app.command()
@reports_errors(disk="{error}")
def demo(
    folder: Annotated[Path | None, typer.Argument(help="A new folder (default: a temporary one).")] = None,
) -> None:
    """Run the whole grading cycle on a sample class: release, collect, grade, export. Takes about a minute.

    Example: python -m autograder demo
    """
    from autograder.classroom.sample_class import demo as run_demo

    run_demo(folder, say=lambda line: print_lines(line.split("\n")))


@app.command()
@reports_errors(disk="The tutorial can't be written ({error}).")
def tutorial(check: CheckOption = False) -> None:
    """Build solutions/microgpt_tutorial.ipynb: all parts in one notebook, with the reference's code. Takes minutes.

    Example: python -m autograder tutorial --check
    """
    from autograder.notebooks.tutorial import stale, write_tutorial

    try:
        if check:
            if finding := stale():
                raise failure(f"{finding} Run: {command('tutorial')}")
            return typer.echo("The tutorial is up to date.")
        path = write_tutorial()
    except ValueError as error:  # an error in the solutions, not in the arguments
        raise failure(str(error)) from error
    typer.echo(f"Written: {path} ({path.stat().st_size / 1e6:.1f} MB).")
