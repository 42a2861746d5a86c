"""`page`: build the course as a web page, and serve it on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.console import print_lines, reports_errors
from autograder.course import ROOT

app = typer.Typer()

PAGE = ROOT / "dist" / "page"


@app.command()
@reports_errors()
def page(
    out: Annotated[Path | None, typer.Option(help="The folder to build in; dist/page if none.")] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Serve the page at http://127.0.0.1:8000/ as well.")] = False,
    port: Annotated[int, typer.Option(help="The port to serve at.")] = 8000,
) -> None:
    """Build the course as a web page that runs in the browser, also without a network.

    Any web server can host the folder. Opening index.html as a file does not work: browsers start no workers there.

    Example: python -m autograder page --serve
    """
    from autograder.bundle.page import make_page

    folder = make_page(out or PAGE, on_progress=lambda words: print_lines([words]))
    print_lines([f"The page is built: {folder}"])
    if serve:
        serve_folder(folder, port)


def serve_folder(folder: Path, port: int) -> None:
    """Serve a folder to this machine until Ctrl-C."""
    import functools
    import http.server

    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = {
            **http.server.SimpleHTTPRequestHandler.extensions_map,
            ".mjs": "text/javascript",
            ".js": "text/javascript",
            ".wasm": "application/wasm",
        }

        def log_message(self, *unused: object) -> None:
            pass

    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Handler, directory=folder))
    except OSError as error:
        raise ValueError(f"Port {port} can't be used ({error.strerror}): give another one with --port.") from error
    with server:
        print_lines([f"Open http://127.0.0.1:{server.server_port}/ in a browser. Ctrl-C ends it."])
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print_lines(["Ended."])
