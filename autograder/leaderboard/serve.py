"""Serves the folder with the public page, to browsers of this computer only."""

from __future__ import annotations

import contextlib
import functools
import http.server
from pathlib import Path

from autograder.leaderboard.store import StoreError


def serve_folder(folder: Path, port: int) -> None:
    """Serve until Ctrl-C. Raises StoreError when the port is taken."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise StoreError(f"Port {port} can't be used ({error.strerror}): name another one with --port.") from error
    print(f"The board is at http://127.0.0.1:{port}/ - Ctrl-C ends it.", flush=True)
    with server, contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
