"""The commands for contributors: write the stubs, run the tests and the linter, and verify the reference quickly."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.console import failure, reports_errors
from autograder.course import EXERCISES, ROOT, SOLUTIONS
from autograder.files import shown_path
from autograder.invocation import CALLED_AS, command

# Import Linter has no `python -m` form. Like that form, this puts the course's folder on Python's path.
IMPORT_LINTER = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_logo=True, no_cache=True))"

app = typer.Typer()


@app.command()
@reports_errors()
def stubs(
    force: Annotated[
        bool, typer.Option("--force", help="Also replace files that you changed; keeps a backup.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit status 1 if a stub is out of date.")
    ] = False,
    to: Annotated[Path, typer.Option(help="The folder to write to.", show_default="exercises/")] = EXERCISES,
) -> None:
    """Write the stubs in exercises/ from solutions/. Files that you changed stay as they are.

    Example: python -m autograder stubs --check
    """
    from autograder import stubs as stub_files

    if check:
        stale = stub_files.stale(to)
        for name in stale:
            typer.echo(f"{to / name} is stale.", err=True)
        if stale:
            raise failure(f"Run: {command('stubs')}")
        typer.echo(f"All stubs in {to} are up to date.")
        return
    changes = stub_files.write_stubs(to, force)
    for backup in changes.backups:
        typer.echo(f"Your version is kept as {shown_path(backup)}.")
    typer.echo(f"Written to {shown_path(to)}: {', '.join(changes.written) or 'nothing'}.")
    if changes.kept:
        kept = ", ".join(changes.kept)
        replace = command("stubs", force=True)
        raise failure(f"Left alone, since you changed them: {kept}. To replace them (and keep a backup): {replace}")


@app.command()
@reports_errors()
def quick() -> None:
    """Verify in seconds that the reference works, one line per part.

    Example: python -m autograder quick
    """
    status = _run([str(SOLUTIONS / "test_microgpt.py")])
    if status == 0:
        from autograder.learner import local_state

        local_state.log_event("quick")
    raise typer.Exit(status)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run the project's own tests, except those of `gates`. Arguments go to pytest and choose the tests instead.

    Example: python -m autograder test tests/test_stubs.py -k backup
    """
    chosen = context.args or ["-m", "not slow and not gate"]
    # Each process begins with a third of the tests, so most tests of a file share its fixtures. A process that has
    # finished its own takes over tests from the others.
    raise typer.Exit(_run(["-m", "pytest", "-n", "3", "--dist", "worksteal", *chosen]))


@app.command()
def lint(
    fix: Annotated[bool, typer.Option("--fix", help="Fix what can be fixed.")] = False,
) -> None:
    """Check the format of the code, the rules for it, its imports, and that no code is unused.

    Example: python -m autograder lint --fix
    """
    statuses = [
        _run(["-m", "ruff", "format", *([] if fix else ["--check"])]),
        _run(["-m", "ruff", "check", *(["--fix"] if fix else [])]),
        _run(["-m", "vulture"]),
    ]
    if importlib.util.find_spec("importlinter"):
        statuses.append(_run(["-c", IMPORT_LINTER]))
    else:
        print("The imports are not checked: Import Linter requires Python 3.11 or newer.")
    raise typer.Exit(int(any(statuses)))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def versions(context: typer.Context) -> None:
    """Run the suites on every Python that this machine has, and report differences and missing versions.

    Example: python -m autograder versions --only oldest newest
    """
    raise typer.Exit(_run([str(ROOT / "tests" / "gates" / "every_python.py"), *context.args]))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def mutation(context: typer.Context) -> None:
    """Change the reference in many small ways, and test whether the checks notice. Takes a long time.

    Example: python -m autograder mutation --part 5
    """
    raise typer.Exit(_run([str(ROOT / "benchmarks" / "mutation.py"), *context.args]))


def _run(arguments: list[str]) -> int:
    # Tests start commands themselves. How this command was called must not change their output.
    of_this_call = (CALLED_AS, "MAKELEVEL", "MAKEFLAGS", "MFLAGS")
    environment = {key: value for key, value in os.environ.items() if key not in of_this_call}
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=False).returncode
