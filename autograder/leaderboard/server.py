"""Serve the folder with the public page, only to browsers on this computer."""

from __future__ import annotations

import contextlib
import functools
import http.server
from pathlib import Path

from autograder.leaderboard.database_tables import StoreError

HEADERS = {
    "Cache-Control": "no-cache",  # each refresh shows the newest page
    "Content-Security-Policy": "frame-ancestors 'none'",  # the page's own policy can't contain this
    "X-Content-Type-Options": "nosniff",
}


class _Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Log nothing, since the page reloads every few minutes."""


def serve_folder(folder: Path, port: int) -> None:
    """Serve until Ctrl-C. Raises StoreError if the port is in use."""
    handler = functools.partial(_Handler, directory=str(folder))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise StoreError(f"Port {port} can't be used ({error.strerror}). Choose another one with --port.") from error
    print(f"The board is at http://127.0.0.1:{port}/ - press Ctrl-C to stop.", flush=True)
    with server, contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
