"""The commands: parse, call, print. What they do stands in the modules that they call."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from autograder.classroom.commands import app as classroom
from autograder.classroom.gradebook_commands import app as gradebook
from autograder.console import failure, misuse, print_lines
from autograder.course import EXERCISES, ROOT
from autograder.leaderboard.instructor_commands import app as leaderboard
from autograder.learner.commands import app as learner
from autograder.viva.commands import app as viva
from autograder.wording import command

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(leaderboard, name="leaderboard")
app.add_typer(learner)
app.add_typer(classroom)
app.add_typer(gradebook)
app.add_typer(viva)


class SandboxChoice(str, Enum):
    """How to run the code that is checked."""

    local = "local"
    strict = "strict"


@app.callback()
def course() -> None:
    """Build a GPT in pure Python, part by part, and check each part."""


@app.command()
def train(
    fast: Annotated[bool, typer.Option("--fast", help="The version with a backward pass by hand: seconds.")] = False,
    steps: Annotated[int, typer.Option(help="Training steps, one name each.")] = 1000,
    seed: Annotated[int, typer.Option(help="Of the order of the names and the first weights.")] = 42,
    data: Annotated[Path | None, typer.Option(help="A file with one name a line; the course's names if none.")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder to save in; runs/ if none.")] = None,
    any_characters: Annotated[bool, typer.Option("--any-characters", help="Accept more than a to z.")] = False,
    layers: Annotated[int | None, typer.Option(help="Layers of the model; 1 if none.")] = None,
    width: Annotated[int | None, typer.Option(help="Numbers that stand for a token; 16 if none.")] = None,
) -> None:
    """Train the reference and watch it learn to invent names. Ctrl-C keeps what there is.

    Example: python -m autograder train --fast --seed 7
    """
    from autograder import training

    sizes = {name: size for name, size in (("n_layer", layers), ("n_embd", width)) if size is not None}
    out = out or training.RUNS
    try:
        finished = training.train(data or training.DATA, steps, seed, fast, out, any_characters, **sizes)
    except training.InputError as error:
        raise misuse(str(error)) from error
    except OSError as error:
        raise failure(f"Can't save what was trained ({error}).") from error
    if not finished:
        raise typer.Exit(130)  # what shells report for a program that Ctrl-C ended


@app.command()
def dataset() -> None:
    """Download the names file of makemore, which other write-ups train on, and check its checksum.

    Example: python -m autograder dataset
    """
    from autograder.datasets import DatasetError, download_canonical

    try:
        typer.echo(f"{download_canonical()} is there, and its checksum is right.")
    except DatasetError as error:
        raise failure(str(error)) from error


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
                raise failure(f"Run: {command('stubs')}")
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
        replace = command("stubs", force=True)
        raise failure(f"Left alone, since you changed them: {kept}. To replace them and keep a backup: {replace}")


@app.command()
def check(
    target: Annotated[str | None, typer.Argument(metavar="[PART|TASK]", help="5 is a part, 5.2 a task.")] = None,
    folder: Annotated[Path, typer.Option("--from", help="A folder with modules, or one file with a GPT.")] = EXERCISES,
    sandbox: Annotated[SandboxChoice | None, typer.Option(help="Strict for any folder but the course's own.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Repeat a check with its random inputs.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON and nothing else.")] = False,
) -> None:
    """Check a part, a task, or all parts: exit status 0 when everything passes, 1 when something fails.

    A GPT in one file, on a blank page, is checked as parts 1 to 8 at once: --from my_gpt.py

    Example: python -m autograder check 5.2
    """
    from autograder.check import check as check_target
    from autograder.check import choose_tier, parse_target, path_of
    from autograder.render.json_report import print_json
    from autograder.render.next_step import next_step
    from autograder.render.terminal import part_lines, table_lines
    from autograder.sandbox import SandboxUnavailable

    try:
        wanted = parse_target(target)
        tier = choose_tier(folder, sandbox and sandbox.value)
        several = len(wanted.parts) > 1
        elsewhere = None if folder.resolve() == EXERCISES else folder
        reports = check_target(folder, wanted, tier, seed)
    except (ValueError, SandboxUnavailable) as error:
        raise misuse(str(error)) from error
    if as_json:
        print_json(reports, several)
    elif several:
        print_lines([*table_lines(reports), "", next_step(reports, elsewhere)])
    else:
        print_lines(part_lines(reports[0], path_of(folder, reports[0].file), next_step(reports, elsewhere)))
    if not all(report.passed for report in reports):
        raise typer.Exit(1)


@app.command()
def capstone(
    folder: Annotated[Path, typer.Option("--from", help="The folder with your modules.")] = EXERCISES,
    python: Annotated[str | None, typer.Option(help="Another interpreter, such as pypy3.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON and nothing else.")] = False,
) -> None:
    """Train the full model with your own parts 1 to 8, and measure what it learnt: one to four minutes.

    Example: python -m autograder capstone --python pypy3
    """
    from autograder.capstone import grade_capstone
    from autograder.capstone.result import RESULT, save_result
    from autograder.capstone.run import NUM_STEPS
    from autograder.capstone.show import capstone_lines
    from autograder.check import choose_tier
    from autograder.grading.submission import read_submission
    from autograder.render.json_report import print_json
    from autograder.render.progress import progress_of
    from autograder.sandbox import SandboxUnavailable

    losses: list[float] = []
    try:
        files, tier = read_submission(folder), choose_tier(folder, None)
        with progress_of(losses, NUM_STEPS, quiet=as_json) as show:
            graded = grade_capstone(
                files, tier=tier, python=python, on_step=lambda _, loss: (losses.append(loss), show())
            )
    except (ValueError, SandboxUnavailable) as error:
        raise misuse(str(error)) from error
    except KeyboardInterrupt:
        typer.echo(f"\nStopped: nothing of this run is kept. To start it anew: {command('capstone')}", err=True)
        raise typer.Exit(130) from None  # what shells report for a program that Ctrl-C ended
    if as_json:
        print_json([graded.report], several=False)
    else:
        print_lines(capstone_lines(graded))
    try:
        kept = save_result(graded, folder, RESULT)
    except OSError as error:
        raise failure(f"The trained model can't be kept ({error}).") from error
    if kept and not as_json:
        typer.echo(f"The trained model is kept in {kept}. For a card to share: {command('card')}")
    if not graded.report.passed:
        raise typer.Exit(1)
    if folder.resolve() == EXERCISES:
        from autograder.learner import acts

        acts.record("capstone")


@app.command()
def card() -> None:
    """Draw what your last capstone reached as a card to share, runs/card.svg and runs/card.png.

    Example: python -m autograder card
    """
    from autograder.capstone.card import write_card
    from autograder.capstone.result import RESULT, NoResult, load_result

    try:
        last = load_result(RESULT)
        written = write_card(RESULT)
        print_lines([f"From the capstone of {last.date} on {last.folder}.", *(f"Written: {path}" for path in written)])
    except NoResult as error:
        raise failure(str(error)) from error
    except OSError as error:
        raise failure(f"The card can't be written ({error}).") from error


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
def doctor(
    folder: Annotated[
        Path, typer.Option("--class", help="The class's folder.", show_default="the course's own")
    ] = ROOT,
    as_json: Annotated[bool, typer.Option("--json", help="Print data and nothing else.")] = False,
) -> None:
    """Say whether a class can be graded on this machine, a line for each thing that it takes, and what to do.

    Example: python -m autograder doctor
    """
    from autograder import doctor as doctors
    from autograder.classroom.folder import ClassFolder

    findings = list(doctors.examine(ClassFolder(folder.absolute())))
    if as_json:
        typer.echo(json.dumps(doctors.as_json(findings), indent=2))
    else:
        print_lines(doctors.lines(findings))
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


@app.command()
def experiment(
    name: Annotated[str | None, typer.Argument(help="Which; lists them if none.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Runs, with seeds 1 to this; as its page has if none.")] = None,
    steps: Annotated[int, typer.Option(help="Training steps of a run.")] = 1000,
    out: Annotated[Path | None, typer.Option(help="The folder for its page; runs/experiments/ if none.")] = None,
) -> None:
    """Run an experiment on the model, at most two minutes: a table and a picture.

    Example: python -m autograder experiment names_per_step --seeds 2
    """
    from autograder.learner import acts
    from autograder.training import RUNS
    from experiments import NAMES, run

    if name is None:
        print_lines(f"{each:24}{run.script(each).TITLE}" for each in NAMES)
        return
    try:
        record = run.run(name, seeds, steps)
    except ValueError as error:
        raise misuse(str(error)) from error
    print_lines([*run.script(name).table(record["figures"]), "", run.script(name).findings(record["figures"]), ""])
    try:
        written = run.write(record, out or RUNS / "experiments")
    except OSError as error:
        raise failure(f"Its page can't be written ({error}).") from error
    acts.record("experiment")
    print_lines([f"Written: {', '.join(map(str, written))}", f"To compare: {run.PAGES / name}.md"])


@app.command()
def quick() -> None:
    """Verify in seconds that the reference works, one line per part.

    Example: python -m autograder quick
    """
    from autograder import development

    status = development.quick()
    if status == 0:
        from autograder.learner import acts

        acts.record("quick")
    raise typer.Exit(status)


@app.command()
def site(
    out: Annotated[Path | None, typer.Option(help="The folder to build in; dist/site if none.")] = None,
    links: Annotated[bool, typer.Option("--links", help="Ask each address in the pages whether it is there.")] = False,
) -> None:
    """Build the site of the guides; a warning of its generator is a failure.

    Example: python -m autograder site --out public
    """
    from autograder import site as pages

    try:
        status = pages.check_addresses() if links else pages.build(out or pages.SITE)
    except pages.NoSite as error:
        raise failure(str(error)) from error
    raise typer.Exit(status)


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


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def mutation(context: typer.Context) -> None:
    """Change the reference in many small ways and see that the checks notice; takes long.

    Example: python -m autograder mutation --part 5
    """
    from autograder import development

    raise typer.Exit(development.mutation(context.args))
