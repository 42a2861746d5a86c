"""Grade submissions: a class through nbgrader, any folder without it, the capstones of a class; repeat a verdict."""

from __future__ import annotations

import functools
import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from autograder.class_folder.settings import existing_class, load_settings
from autograder.commands.options import ClassOption, parts_of
from autograder.console import failure, print_lines, reports_errors
from autograder.course import ROOT, Part, capstone
from autograder.invocation import option
from autograder.render.progress_bars import grading_progress
from autograder.sandbox import Tier, strict_tier

app = typer.Typer()

GO_ON = "All verdicts so far are kept. Run the same command again to continue."
guards_verdicts = functools.partial(
    reports_errors, disk=f"The results can't be written ({{error}}). {GO_ON}", stopped=f"Stopped. {GO_ON}"
)


class FolderOptions(NamedTuple):
    """The options of `grade` that apply only to SUBMITTED, a folder of learners."""

    out: Path | None = None
    workers: int | None = None
    scheduler: str | None = None
    again: bool = False
    seed: int | None = None
    as_json: bool = False


@app.command()
@reports_errors()
def grade(
    submitted: Annotated[
        Path | None, typer.Argument(metavar="[SUBMITTED]", help="A folder or an archive of learners.")
    ] = None,
    part: Annotated[list[int] | None, typer.Option("--part", help="Only this part; may be repeated.")] = None,
    folder: ClassOption = ROOT,
    sandbox: Annotated[str, typer.Option(help="'local' runs learners' code without isolation.")] = "strict",
    run_notebooks: Annotated[
        bool, typer.Option("--run-notebooks", help="Run the notebooks' cells and show their output.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="With SUBMITTED: folder for results (default: verdicts/).")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="With SUBMITTED: processes (default: one per CPU).")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="With SUBMITTED: a Dask scheduler; see docs/cluster.md.")
    ] = None,
    again: Annotated[bool, typer.Option("--regrade", help="With SUBMITTED: grade again, report changes.")] = False,
    python: Annotated[str | None, typer.Option(help="With --part 11: train with it, for example pypy3.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="With SUBMITTED: the seed (default: random).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With SUBMITTED: print the summary as JSON.")] = False,
) -> None:
    """Grade a class's submissions: scores go to gradebook.db, reports to feedback/. Unchanged work is not graded again.

    With SUBMITTED, a folder or an archive of learners, it grades without nbgrader, in several processes, and writes
    verdicts, reports and a ledger to verdicts/ next to it. For a class's submitted/, a later `grade` reuses them.

    --part 11 is the capstone: it trains each learner's newest parts 1 to 8, a minute each, and only if you ask for it.
    With --regrade it trains everybody again, also those whose parts are unchanged.

    Example: python -m autograder grade --part 5

    Example: python -m autograder grade submitted --part 5 --part 6
    """
    if sandbox not in ("strict", "local"):
        raise ValueError(f"There is no sandbox {sandbox!a}: use strict or local.")
    if part == [capstone().number] and submitted is None:
        return _grade_capstones(folder, sandbox, python, again)
    if python:
        raise ValueError(f"Only the capstone can use another Python: add {option('part', 11)}.")
    selected = [each for number in sorted({*part}) for each in parts_of(number)] if part else parts_of(None)
    options = FolderOptions(out, workers, scheduler, again, seed, as_json)
    if submitted is not None:
        if run_notebooks or folder != ROOT:
            raise ValueError("--class and --run-notebooks work only with nbgrader: leave SUBMITTED out.")
        return _grade_folder(submitted, selected, sandbox, options)
    if options != FolderOptions():
        raise ValueError("These options need SUBMITTED, a folder that is graded without nbgrader, such as submitted.")
    _grade_class(folder, selected, sandbox, run_notebooks, f"part {', '.join(map(str, part))}" if part else "anything")


@reports_errors(stopped="Stopped. Those above have their grades; run the same command again for the others.")
def _grade_class(folder: Path, selected: Sequence[Part], sandbox: str, run_notebooks: bool, what: str) -> None:
    """Grade a class with nbgrader. what: words for the selected parts, for the message that nobody submitted any."""
    from autograder.classroom.autograde import SubmissionOutcome, grade_class, grading_summary, outcome_line
    from autograder.classroom.errata import require_shown_changes
    from autograder.classroom.exchange import time_differences
    from autograder.classroom.extensions import load_extensions

    class_folder = existing_class(folder)
    # Report a mistake in class.toml or extensions.csv once, not for each submission.
    load_extensions(class_folder, load_settings(class_folder))
    submissions = {part: learners for part in selected if (learners := class_folder.learners(part))}
    if not submissions:
        raise ValueError(
            f"Nobody has submitted {what}: there is no {class_folder.submitted}/LEARNER/{selected[0].name}."
        )
    tier = _tier(sandbox)
    require_shown_changes(class_folder, submissions, tier)
    outcomes = []
    with grading_progress() as progress:
        progress.start(sum(map(len, submissions.values())))

        def tell(outcome: SubmissionOutcome) -> None:
            progress.say(outcome_line(outcome))
            progress.step(bool(outcome.failure))

        for part, learners in submissions.items():
            outcomes += grade_class(class_folder, part, learners, tier, on_outcome=tell, run_notebooks=run_notebooks)
    print_lines([*grading_summary(class_folder, outcomes), *time_differences(class_folder, list(submissions))])
    if progress.failed:
        raise typer.Exit(1)


@guards_verdicts()
def _grade_folder(submitted: Path, selected: Sequence[Part], sandbox: str, options: FolderOptions) -> None:
    """Grade a folder of learners without nbgrader. Exit status 0 if everything could be graded, right or wrong."""
    from autograder.batch.grade_batch import REPORTS, default_folder, grade_batch
    from autograder.batch.ledger import LEDGER_FILE
    from autograder.batch.local_processes import PoolLost
    from autograder.batch.regrade import regrade, regrade_lines
    from autograder.batch.summary import table_lines

    tier, out, seed = _tier(sandbox), options.out or default_folder(submitted), options.seed
    try:
        with grading_progress(quiet=options.as_json) as progress:
            how = {"workers": options.workers, "scheduler": options.scheduler}
            how |= {"on_start": progress.start, "on_graded": lambda graded: progress.step(graded.report is None)}
            if options.again:
                seed = secrets.randbelow(1_000_000) if seed is None else seed
                result = regrade(submitted, selected, tier, out, seed, **how)
            else:
                result = grade_batch(submitted, selected, tier, out, seed=seed, **how)
    except PoolLost as error:
        raise failure(f"{error} {GO_ON}") from error
    if options.as_json:
        print_lines([json.dumps(result.to_json(), indent=2)])
    elif options.again:
        print_lines(regrade_lines(result))
    else:
        print_lines([*table_lines(result), "", f"Reports: {out / REPORTS}. Ledger: {out / LEDGER_FILE}."])
    if result.problems or (options.again and result.changed):
        raise typer.Exit(1)


@reports_errors(stopped="Stopped. Those above have their points; run the same command again for the others.")
def _grade_capstones(folder: Path, sandbox: str, python: str | None, again: bool) -> None:
    """Train and grade the capstone for everybody in a class."""
    from autograder.classroom.capstone_grades import CapstoneOutcome, Training, capstone_summary, grade_capstones
    from autograder.classroom.extensions import load_extensions

    class_folder = existing_class(folder)
    load_extensions(class_folder, load_settings(class_folder))
    training = Training(_tier(sandbox), python)
    with grading_progress() as progress:

        def tell(outcome: CapstoneOutcome) -> None:
            progress.say(outcome.line())
            progress.failed += bool(outcome.failure)
            if outcome.trained:
                progress.show(progress.failed)

        outcomes = grade_capstones(class_folder, training, progress.start, tell, again=again)
    if not outcomes:
        raise ValueError(f"Nobody has submitted any of parts 1 to 8: see {class_folder.submitted}.")
    print_lines(capstone_summary(class_folder, outcomes))
    if progress.failed:
        raise typer.Exit(1)


def _tier(sandbox: str) -> Tier:
    return Tier.LOCAL if sandbox == "local" else strict_tier()


@app.command()
@guards_verdicts()
def repeat(
    which: Annotated[
        str, typer.Argument(metavar="NAME", help="ada/part05 or ada/capstone for the latest verdict, or a line number.")
    ],
    folder: Annotated[
        Path, typer.Option("--class", help="The class's folder.", show_default="the current folder")
    ] = Path(),
    out: Annotated[
        Path | None, typer.Option(help="The folder with the ledger (default: verdicts/ in the class's folder).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON and nothing else.")] = False,
) -> None:
    """Repeat a verdict from its line in the ledger. Exit status 0 means that the result is the same.

    Example: python -m autograder repeat ada/part05 --class FOLDER
    """
    from autograder.batch.regrade import repeat_lines
    from autograder.classroom.capstone_grades import repeat_verdict
    from autograder.render.terminal import part_lines, print_json

    repeated = repeat_verdict(out or folder / "verdicts", which)
    if as_json:
        print_json([repeated.report], several=False)
    else:
        print_lines(part_lines(repeated.report, repeated.entry.file, ""))
        print_lines(repeat_lines(repeated))
    if repeated.changed:
        raise typer.Exit(1)
