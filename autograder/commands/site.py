"""`site`: build the guides of docs/ with Sphinx. See the comment at the top of docs/conf.py."""

from __future__ import annotations

import gc
import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from autograder.class_folder.settings import existing_class, load_settings
from autograder.commands.options import ClassOption
from autograder.console import reports_errors
from autograder.course import ROOT
from autograder.errors import Failure
from autograder.render.mistake_page import BUILT

app = typer.Typer()

DOCS = ROOT / "docs"
NO_CATALOGUE = "no_catalogue"  # the tag that docs/conf.py knows
PAGE_MARK = "page.json"  # of bundle/page.py, whose import takes seconds; `page` writes it into every page
MARK = ".buildinfo"  # Sphinx writes it into every site


@app.command()
@reports_errors()
def site(
    out: Annotated[Path | None, typer.Option(help="The folder to build in (default: dist/site).")] = None,
    links: Annotated[bool, typer.Option("--links", help="Only check every external link.")] = False,
    page: Annotated[
        str,
        typer.Option(help="Address of the course's page.", show_default="../page/ if it is there"),
    ] = "",
    folder: ClassOption = ROOT,
) -> None:
    """Build the site from the guides. A warning from Sphinx counts as a failure.

    Links called "Start in your browser" lead to the page that `page` builds. Without --page, they do so if that page
    is next to the site, as in dist/; otherwise they lead to the guide that explains it.

    With `catalogue = false` in class.toml, the site of that class has no catalogue of known mistakes.

    Example: python -m autograder site --out public
    """
    catalogue = load_settings(existing_class(folder)).catalogue
    raise typer.Exit(check_addresses() if links else build(out or BUILT, catalogue, page))


def build(out: Path, catalogue: bool = True, page: str = "") -> int:
    """Build all pages in a folder and print where. Return 1 after a warning or an error, which is also printed.
    catalogue: whether the known mistakes have pages. page: the address of the course's page, as seen from the site's
    top folder.

    The folder must be empty, or contain a site, which is replaced.
    """
    if out.is_dir() and any(out.iterdir()):
        if not (out / MARK).is_file():
            raise Failure(f"{out} is not empty and does not contain a site. Choose an empty or a new folder.")
        shutil.rmtree(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"The site can't be written to {out} ({error}).") from error
    if not page and (out.absolute().parent / "page" / PAGE_MARK).is_file():
        page = "../page/"
    more = [*([] if catalogue else ["-t", NO_CATALOGUE]), *(["-D", f"page_address={page}"] if page else [])]
    status = _sphinx("html", out, *more)
    if status == 0:
        print(f"The site is built: {out / 'index.html'}")
    return status


def check_addresses() -> int:
    """Check every link to another host. Print the broken ones, and return 1 if there are any."""
    with tempfile.TemporaryDirectory() as scratch:
        return _sphinx("linkcheck", Path(scratch) / "links")


def _sphinx(builder: str, out: Path, *more: str) -> int:
    if importlib.util.find_spec("sphinx") is None:
        raise Failure("Building the site requires Python 3.11 or newer.")
    from sphinx.cmd.build import main

    # Sphinx keeps nearly all objects until the end, so full garbage collections take long and free little.
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, 1000)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            return main(["-b", builder, "-W", "--keep-going", "-q", "-d", scratch, *more, str(DOCS), str(out)])
    finally:
        gc.set_threshold(young, middle, old)
