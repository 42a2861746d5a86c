"""`page`: build the course as a web page, and serve it on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.console import print_lines, reports_errors
from autograder.course import ROOT

app = typer.Typer()

PAGE = ROOT / "dist" / "page"
OWN_PAGE = ROOT / "dist" / "page-with-solutions"  # apart from what the site links to and a class gets


@app.command()
@reports_errors()
def page(
    out: Annotated[Path | None, typer.Option(help="Folder to build in (default: in dist/).")] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Serve the page at http://127.0.0.1:8000/ as well.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to serve at.")] = 8000,
    class_folder: Annotated[Path | None, typer.Option("--class", help="The folder of a class.")] = None,
    with_solutions: Annotated[
        bool, typer.Option("--with-solutions", help="With the solutions, for your own use. Don't publish this page.")
    ] = False,
) -> None:
    """Build the course as a web page that runs in the browser, also without a network.

    Any web server can host the folder. Opening index.html as a file does not work: browsers start no workers there.

    With --class, it has the parts that count in that class, their due dates and the links of its class.toml. With
    --with-solutions, it also runs the hidden checks, asks questions about your code (recall), plants mistakes in it
    (harden) and shows your achievements.

    Example: python -m autograder page --serve
    """
    from autograder.bundle.class_page import class_page
    from autograder.bundle.page import MOST_TO_LOAD, bytes_to_load, make_page
    from autograder.class_folder.settings import existing_class, load_settings
    from autograder.commands.local_server import open_server, serve_until_ctrl_c

    if with_solutions and class_folder:
        raise ValueError("A class's page can't have the solutions: leave out --with-solutions or --class.")
    of_class = class_page(load_settings(existing_class(class_folder))) if class_folder else None
    folder = out or (OWN_PAGE if with_solutions else PAGE)
    server = open_server(folder, port) if serve else None  # before the build, which may take minutes
    make_page(folder, of_class and of_class.parts, lambda words: print_lines([words]), of_class, with_solutions)
    size = bytes_to_load(folder)
    print_lines(
        [f"The page is built: {folder}", f"A first visit loads {size / 1e6:.2f} MB, if the server compresses files."]
    )
    if size > MOST_TO_LOAD:
        print_lines([f"That is more than the limit of {MOST_TO_LOAD / 1e6:.0f} MB."])
    if with_solutions:
        print_lines(["It contains the solutions and the known mistakes, so don't publish it."])
    if server is not None:
        print_lines([f"Open http://127.0.0.1:{port}/ in a browser. Ctrl-C ends it."])
        serve_until_ctrl_c(server)
