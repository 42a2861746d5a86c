"""The commands of an instructor: parse, call, print. They stand among those of autograder/cli.py."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course import ROOT

app = typer.Typer()

ClassOption = Annotated[Path, typer.Option("--class", help="The class's folder.", show_default="the course's own")]
PartOption = Annotated[int | None, typer.Option("--part", help="This part only.")]


@app.command()
def release(
    part: Annotated[int | None, typer.Argument(help="This part only.")] = None,
    folder: ClassOption = ROOT,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit status 1 when it is stale.")] = False,
    mend: Annotated[bool, typer.Option("--mend", help="First clear outputs in source/, set points, ids.")] = False,
) -> None:
    """Make the release of a part, or of all, and look whether it gives anything away; then it is in release/.

    Example: python -m autograder release 5
    """
    from autograder.classroom.autograde import enter_in_gradebook
    from autograder.classroom.folder import ClassFolder
    from autograder.cli import failure, misuse, print_lines
    from autograder.notebooks import release as releases
    from autograder.notebooks import source
    from autograder.wording import command

    try:
        wanted, its_class = parts_of(part), ClassFolder(folder)
        if check:
            stale = releases.stale(wanted, its_class.release)
            print_lines(f"{path} is stale." for path in stale)
            if stale:
                raise failure(f"Run: {command('release')}")
            return print_lines(["The release is up to date."])
        if mend:
            print_lines(f"{path} is mended." for path in source.mend())
        releases.release(wanted, its_class.release)
        for each in wanted:
            enter_in_gradebook(its_class, each)
    except ValueError as error:
        raise misuse(str(error)) from error
    except releases.ReleaseError as error:
        print_lines(error.findings)
        raise failure(
            "Nothing was released: mend what is named above. The release that there was is untouched."
        ) from error
    print_lines([f"Released: {', '.join(str(its_class.release / each.name) for each in wanted)}"])


@app.command()
def grade(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="The class's folder, with submitted/.")] = ROOT,
    part: PartOption = None,
    sandbox: Annotated[str, typer.Option(help="local runs what learners wrote unprotected.")] = "strict",
) -> None:
    """Grade what a class handed in: scores in gradebook.db, reports in feedback/. Unchanged work is not run again.

    Example: python -m autograder grade --part 5
    """
    from autograder.classroom.autograde import grade_class
    from autograder.classroom.extensions import load_extensions
    from autograder.classroom.folder import ClassFolder
    from autograder.classroom.settings import load_settings
    from autograder.classroom.show import outcome_line, summary_lines
    from autograder.cli import failure, misuse, print_lines
    from autograder.notebooks.release import ReleaseError
    from autograder.sandbox import SandboxUnavailable, Tier, strict_tier

    outcomes = []
    try:
        wanted, its_class = parts_of(part), ClassFolder(folder.absolute())
        if sandbox not in ("strict", "local"):
            raise ValueError(f"There is no sandbox {sandbox!a}: say strict or local.")
        # A mistake in class.toml or extensions.csv is said once, not for each submission.
        load_extensions(its_class, load_settings(its_class))
        handed_in = {each: learners for each in wanted if (learners := its_class.learners(each))}
        if not handed_in:
            what = "anything" if part is None else f"part {part}"
            raise ValueError(
                f"Nobody has handed in {what}: there is no {its_class.submitted}/LEARNER/{wanted[0].name}."
            )
        tier = Tier.LOCAL if sandbox == "local" else strict_tier()
        for each, learners in handed_in.items():
            outcomes += grade_class(
                its_class, each, learners, tier, on_outcome=lambda outcome: print_lines([outcome_line(outcome)])
            )
    except (ValueError, SandboxUnavailable) as error:
        raise misuse(str(error)) from error
    except ReleaseError as error:
        raise failure(str(error)) from error
    print_lines(summary_lines(its_class, outcomes))
    if any(outcome.failure for outcome in outcomes):
        raise typer.Exit(1)


@app.command()
def bundle() -> None:
    """Write a zip for students to dist/: exercises, notebooks, data, public checks, and no answers. Minutes.

    Example: python -m autograder bundle
    """
    from autograder.bundle.make import BundleError, make_bundle
    from autograder.cli import failure, print_lines

    try:
        path = make_bundle(on_progress=lambda words: print_lines([words]))
    except BundleError as error:
        raise failure(str(error)) from error
    typer.echo(f"Written: {path} ({path.stat().st_size / 1e6:.1f} MB).")


@app.command()
def gradescope(part: Annotated[int, typer.Argument(help="The part that students hand in.")]) -> None:
    """Write an autograder for Gradescope to dist/, which grades one part of what students upload there.

    Example: python -m autograder gradescope 5
    """
    from autograder.cli import failure, misuse
    from autograder.bundle.gradescope import make_package

    try:
        path = make_package(*parts_of(part))
    except ValueError as error:
        raise misuse(str(error)) from error
    except OSError as error:
        raise failure(f"The autograder can't be written ({error}).") from error
    typer.echo(f"Written: {path} ({path.stat().st_size / 1e6:.1f} MB).")


def parts_of(number: int | None):
    """The part with this number, or all. Raises ValueError with a sentence."""
    from autograder.course import part, parts

    try:
        return parts() if number is None else (part(number),)
    except KeyError as error:
        raise ValueError(error.args[0]) from error
