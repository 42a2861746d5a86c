"""The commands of an instructor: parse, call, print. They stand among those of autograder/cli.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.batch import grade_folder
from autograder.course import ROOT

app = typer.Typer()

ClassOption = Annotated[Path, typer.Option("--class", help="The class's folder.", show_default="the course's own")]
ReleaseArgument = Annotated[
    str, typer.Argument(metavar="URL", help="Where dist's zip can be fetched: a release's file.")
]
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
    from autograder.class_folder.folder import ClassFolder
    from autograder.classroom.autograde import enter_in_gradebook
    from autograder.classroom.nbgrader_configuration import write_configuration
    from autograder.console import failure, misuse, print_lines
    from autograder.notebooks import lesson_notebooks
    from autograder.notebooks import release as releases

    try:
        wanted, its_class = parts_of(part), ClassFolder(folder)
        if check:
            stale = releases.stale(wanted, its_class.release)
            print_lines(f"{path} is stale." for path in stale)
            if stale:
                raise failure(f"Run: {its_class.command('release')}")
            return print_lines(["The release is up to date."])
        if mend:
            print_lines(f"{path} is mended." for path in lesson_notebooks.mend())
        releases.release(wanted, its_class.release)
        for each in wanted:
            enter_in_gradebook(its_class, each)
        if write_configuration(its_class.root):
            print_lines([f"Written: {its_class.root / 'nbgrader_config.py'}, for nbgrader's commands and formgrader."])
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
    submitted: Annotated[Path | None, typer.Argument(metavar="[SUBMITTED]", help="A folder of learners, any.")] = None,
    part: Annotated[list[int] | None, typer.Option("--part", help="This part only; may be repeated.")] = None,
    folder: ClassOption = ROOT,
    sandbox: Annotated[str, typer.Option(help="local runs what learners wrote unprotected.")] = "strict",
    run_notebooks: Annotated[bool, typer.Option("--run-notebooks", help="Show what their cells give, too.")] = False,
    out: Annotated[Path | None, typer.Option(help="Results of SUBMITTED; verdicts/ beside it if none.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Of SUBMITTED: processes; as processors if none.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Of SUBMITTED: a Dask scheduler, see docs/cluster.md.")] = None,
    again: Annotated[bool, typer.Option("--regrade", help="Of SUBMITTED: which verdicts change by chance?")] = False,
    python: Annotated[str | None, typer.Option(help="Of --part 11, the capstone: train in it, such as pypy3.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of SUBMITTED: verdicts with it; drawn if none.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Of SUBMITTED: the summary as JSON.")] = False,
) -> None:
    """Grade what a class handed in: scores in gradebook.db, reports in feedback/. Unchanged work is not run again.

    With SUBMITTED, a folder or an archive of learners, it grades that without nbgrader, in several processes: verdicts,
    reports and a ledger in verdicts/ beside it. Of a class's submitted/, `grade` then finds these verdicts.

    The capstone, --part 11, trains everybody's newest parts 1 to 8: a minute each, and only when it is asked for. With
    --regrade it trains everybody again, also those whose parts are unchanged.

    Example: python -m autograder grade --part 5

    Example: python -m autograder grade submitted --part 5 --part 6
    """
    from autograder.class_folder.settings import existing_class, load_settings
    from autograder.classroom.autograde import SubmissionOutcome, grade_class, grading_summary, outcome_line
    from autograder.classroom.errata import require_shown_changes
    from autograder.classroom.exchange import time_differences
    from autograder.classroom.extensions import load_extensions
    from autograder.console import failure, misuse, print_lines
    from autograder.course import capstone
    from autograder.invocation import option
    from autograder.notebooks.release import ReleaseError
    from autograder.render.progress import grading_progress
    from autograder.sandbox import SandboxUnavailable, Tier, strict_tier

    outcomes, failed = [], 0
    if part == [capstone().number] and submitted is None:
        return _grade_capstones(folder, sandbox, python, again)
    try:
        if python:
            raise ValueError(f"Only the capstone can be trained in another Python: add {option('part', 11)}.")
        wanted = [each for number in sorted({*part}) for each in parts_of(number)] if part else parts_of(None)
        if sandbox not in ("strict", "local"):
            raise ValueError(f"There is no sandbox {sandbox!a}: say strict or local.")
        if submitted is not None and (run_notebooks or folder != ROOT):
            raise ValueError("--class and --run-notebooks are of a class that nbgrader grades: leave SUBMITTED out.")
        if submitted is not None:
            tier = Tier.LOCAL if sandbox == "local" else strict_tier()
            return grade_folder(submitted, wanted, tier, out, workers, scheduler, again, seed, as_json)
        if out or workers or scheduler or again or seed is not None or as_json:
            raise ValueError("These options are of a folder that is graded without nbgrader: name it, as in submitted.")
        its_class = existing_class(folder)
        # A mistake in class.toml or extensions.csv is said once, not for each submission.
        load_extensions(its_class, load_settings(its_class))
        handed_in = {each: learners for each in wanted if (learners := its_class.learners(each))}
        if not handed_in:
            what = f"part {', '.join(map(str, part))}" if part else "anything"
            raise ValueError(
                f"Nobody has handed in {what}: there is no {its_class.submitted}/LEARNER/{wanted[0].name}."
            )
        tier = Tier.LOCAL if sandbox == "local" else strict_tier()
        require_shown_changes(its_class, handed_in, tier)
        with grading_progress() as progress:
            progress.start(sum(map(len, handed_in.values())))

            def tell(outcome: SubmissionOutcome) -> None:
                nonlocal failed
                failed += bool(outcome.failure)
                progress.say(outcome_line(outcome))
                progress.step(failed)

            for each, learners in handed_in.items():
                outcomes += grade_class(its_class, each, learners, tier, on_outcome=tell, run_notebooks=run_notebooks)
    except (ValueError, SandboxUnavailable) as error:
        raise misuse(str(error)) from error
    except ReleaseError as error:
        raise failure(str(error)) from error
    except KeyboardInterrupt:
        typer.echo("\nStopped. Those above have their grades; run the same command again for the others.", err=True)
        raise typer.Exit(130) from None  # what shells report for a program that Ctrl-C ended
    print_lines([*grading_summary(its_class, outcomes), *time_differences(its_class, list(handed_in))])
    if failed:
        raise typer.Exit(1)


def _grade_capstones(folder: Path, sandbox: str, python: str | None, again: bool) -> None:
    from autograder.class_folder.settings import existing_class, load_settings
    from autograder.classroom.capstone_grades import CapstoneOutcome, capstone_summary, grade_capstones
    from autograder.classroom.extensions import load_extensions
    from autograder.console import misuse, print_lines
    from autograder.render.progress import grading_progress
    from autograder.sandbox import SandboxUnavailable, Tier, strict_tier

    failed = 0
    try:
        if sandbox not in ("strict", "local"):
            raise ValueError(f"There is no sandbox {sandbox!a}: say strict or local.")
        its_class = existing_class(folder)
        load_extensions(its_class, load_settings(its_class))
        tier = Tier.LOCAL if sandbox == "local" else strict_tier()
        with grading_progress() as progress:

            def tell(outcome: CapstoneOutcome) -> None:
                nonlocal failed
                failed += bool(outcome.failure)
                progress.say(outcome.line())
                if outcome.trained:
                    progress.step(failed)

            outcomes = grade_capstones(its_class, tier, python, progress.start, tell, again=again)
        if not outcomes:
            raise ValueError(f"Nobody has submitted anything of parts 1 to 8: see {its_class.submitted}.")
    except (ValueError, SandboxUnavailable) as error:
        raise misuse(str(error)) from error
    except KeyboardInterrupt:
        typer.echo("\nStopped. Those above have their points; run the same command again for the others.", err=True)
        raise typer.Exit(130) from None
    print_lines(capstone_summary(its_class, outcomes))
    if failed:
        raise typer.Exit(1)


@app.command()
def bundle() -> None:
    """Write a zip for students to dist/: exercises, notebooks, data, public checks, and no answers. Minutes.

    Example: python -m autograder bundle
    """
    import hashlib

    import autograder
    from autograder.bundle.students_zip import BundleError, make_bundle
    from autograder.console import failure, print_lines

    try:
        path = make_bundle(on_progress=lambda words: print_lines([words]))
    except BundleError as error:
        raise failure(str(error)) from error
    typer.echo(f"Written: {path} ({path.stat().st_size / 1e6:.1f} MB), version {autograder.__version__}.")
    typer.echo(f"sha256: {hashlib.sha256(path.read_bytes()).hexdigest()}")


@app.command()
def template(release: ReleaseArgument) -> None:
    """Write a template repository for GitHub to dist/template: the bundle, a workflow for pushes, a devcontainer.

    Example: python -m autograder template https://github.com/OWNER/REPOSITORY/releases/download/v1/COURSE.zip
    """
    from autograder.bundle.github import make_template

    folder = _with_the_pinned_grader(make_template, release, "The template")
    typer.echo(f"Written: {folder}. Its workflow fetches the grader from {release}.")


@app.command()
def classroom50(release: ReleaseArgument) -> None:
    """Write autograders for Classroom 50 to dist/classroom50, one for each part, after the bundle is made.

    Example: python -m autograder classroom50 https://github.com/OWNER/REPOSITORY/releases/download/v1/COURSE.zip
    """
    from autograder.bundle.github import make_classroom50

    folder = _with_the_pinned_grader(make_classroom50, release, "The autograders")
    typer.echo(f"Written: {folder / 'autograders'}. They fetch the grader from {release}.")


def _with_the_pinned_grader(make: Callable[[str], Path], release: str, what: str) -> Path:
    from autograder.bundle.github import PinError
    from autograder.console import failure, misuse

    try:
        return make(release)
    except PinError as error:
        raise misuse(str(error)) from error
    except OSError as error:
        raise failure(f"{what} can't be written ({error}).") from error


@app.command()
def gradescope(part: Annotated[int, typer.Argument(help="The part that students hand in.")]) -> None:
    """Write an autograder for Gradescope to dist/, which grades one part of what students upload there.

    Example: python -m autograder gradescope 5
    """
    from autograder.bundle.gradescope import make_package
    from autograder.console import failure, misuse

    try:
        path = make_package(*parts_of(part))
    except ValueError as error:
        raise misuse(str(error)) from error
    except OSError as error:
        raise failure(f"The autograder can't be written ({error}).") from error
    typer.echo(f"Written: {path} ({path.stat().st_size / 1e6:.1f} MB).")


@app.command()
def demo(
    folder: Annotated[Path | None, typer.Argument(help="A new folder; a temporary one if none.")] = None,
) -> None:
    """Show an instructor's whole job on a class that never was: release, collect, grade, export. About a minute.

    Example: python -m autograder demo
    """
    from autograder.classroom.sample_class import DemoFailed
    from autograder.classroom.sample_class import demo as run_demo
    from autograder.console import failure, misuse, print_lines

    try:
        run_demo(folder, say=lambda line: print_lines(line.split("\n")))
    except ValueError as error:
        raise misuse(str(error)) from error
    except (DemoFailed, OSError) as error:
        raise failure(str(error)) from error


@app.command()
def tutorial(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit status 1 when it is stale.")] = False,
) -> None:
    """Build solutions/microgpt_tutorial.ipynb: all parts as one executed notebook with the reference's code. Minutes.

    Example: python -m autograder tutorial --check
    """
    from autograder.console import failure
    from autograder.invocation import command
    from autograder.notebooks.tutorial import TutorialError, stale, write_tutorial

    try:
        if check:
            if finding := stale():
                raise failure(f"{finding} Run: {command('tutorial')}")
            return typer.echo("The tutorial is up to date.")
        path = write_tutorial()
    except (TutorialError, ValueError) as error:
        raise failure(str(error)) from error
    except OSError as error:
        raise failure(f"The tutorial can't be written ({error}).") from error
    typer.echo(f"Written: {path} ({path.stat().st_size / 1e6:.1f} MB).")


def parts_of(number: int | None):
    """The part with this number, or all. Raises ValueError with a sentence."""
    from autograder.course import part, parts

    try:
        return parts() if number is None else (part(number),)
    except KeyError as error:
        raise ValueError(error.args[0]) from error
