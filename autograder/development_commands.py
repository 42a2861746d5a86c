"""The commands of a contributor: parse, call, print. They stand among those of autograder/cli.py."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.console import failure
from autograder.course import EXERCISES
from autograder.wording import command

app = typer.Typer()


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
