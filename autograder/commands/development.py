"""What contributors run: the project's own tests, the linter, the quick verification of the reference."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from autograder.console import failure
from autograder.course import EXERCISES, ROOT, SOLUTIONS
from autograder.invocation import CALLED_AS, command

# Import Linter has no `python -m` form. Like that form, this puts the course's folder on Python's path.
IMPORT_LINTER = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_logo=True, no_cache=True))"


def run_tests(arguments: list[str]) -> int:
    """Run pytest in two processes, with these arguments for it; return its exit status."""
    # Each process begins with half of the tests, so the tests of a file share its fixtures. Whichever process ends
    # first takes over tests from the other one.
    return _run(["-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments])


def run_lint(fix: bool = False) -> int:
    """Check the format, the rules, which module imports which, and that nothing is unused. Return 1 if any check fails.

    With `fix`, first fix what ruff can fix.
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
    return int(any(statuses))


def run_quick() -> int:
    """Run the verification of the reference, which says one line per part; return its exit status."""
    return _run([str(SOLUTIONS / "test_microgpt.py")])


def run_mutation(arguments: list[str]) -> int:
    """Change the solutions in many small ways and count which changes cost no points; return the exit status."""
    return _run([str(ROOT / "benchmarks" / "mutation.py"), *arguments])


def _run(arguments: list[str]) -> int:
    # Tests start commands of ours themselves: how this one was called must not change what those say.
    of_this_call = (CALLED_AS, "MAKELEVEL", "MAKEFLAGS", "MFLAGS", "args")
    environment = {key: value for key, value in os.environ.items() if key not in of_this_call}
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=False).returncode


# The site of the guides, built from docs/ by Sphinx: see the comment at the top of docs/conf.py.

DOCS = ROOT / "docs"
SITE = ROOT / "dist" / "site"
MARK = ".buildinfo"  # Sphinx writes it into every site


class NoSite(Exception):
    """The site can't be built here."""


def build(out: Path) -> int:
    """Build the pages in a folder anew and say where; return 1 when there was a warning or an error, which is printed.

    The folder must be empty, or hold a site: then that is replaced.
    """
    if out.is_dir() and any(out.iterdir()):
        if not (out / MARK).is_file():
            raise NoSite(f"{out} holds something else than a site: name an empty folder, or one that is not there yet.")
        shutil.rmtree(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoSite(f"The site can't be written to {out} ({error}).") from error
    status = _sphinx("html", out)
    if status == 0:
        print(f"The site is built: {out / 'index.html'}")
    return status


def check_addresses() -> int:
    """Ask each address of another host whether it is there; return 1 and name those that are not."""
    with tempfile.TemporaryDirectory() as scratch:
        return _sphinx("linkcheck", Path(scratch) / "links")


def _sphinx(builder: str, out: Path) -> int:
    if importlib.util.find_spec("sphinx") is None:
        raise NoSite("The site's generator needs Python 3.11 or newer.")
    with tempfile.TemporaryDirectory() as scratch:
        options = ["-b", builder, "-W", "--keep-going", "-q", "-d", scratch]
        done = subprocess.run([sys.executable, "-m", "sphinx", *options, str(DOCS), str(out)], check=False)
    return done.returncode


# The commands of a contributor: parse, call, print. They stand among those of autograder/cli.py.

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

    status = run_quick()
    if status == 0:
        from autograder.learner import local_state

        local_state.record("quick")
    raise typer.Exit(status)


@app.command()
def site(
    out: Annotated[Path | None, typer.Option(help="The folder to build in; dist/site if none.")] = None,
    links: Annotated[bool, typer.Option("--links", help="Ask each address in the pages whether it is there.")] = False,
) -> None:
    """Build the site of the guides; a warning of its generator is a failure.

    Example: python -m autograder site --out public
    """

    try:
        status = check_addresses() if links else build(out or SITE)
    except NoSite as error:
        raise failure(str(error)) from error
    raise typer.Exit(status)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run the project's own tests; what follows goes to pytest.

    Example: python -m autograder test tests/test_stubs.py -k backup
    """

    raise typer.Exit(run_tests(context.args))


@app.command()
def lint(
    fix: Annotated[bool, typer.Option("--fix", help="Fix what can be fixed.")] = False,
) -> None:
    """Check the format of the code, the rules for it, its imports, and that no code is unused.

    Example: python -m autograder lint --fix
    """

    raise typer.Exit(run_lint(fix))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def mutation(context: typer.Context) -> None:
    """Change the reference in many small ways and see that the checks notice; takes long.

    Example: python -m autograder mutation --part 5
    """

    raise typer.Exit(run_mutation(context.args))
