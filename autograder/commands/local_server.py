"""Serve a folder with a page, only to browsers on this computer."""

from __future__ import annotations

import contextlib
import functools
import http.server
from pathlib import Path

from autograder.errors import Misuse

HEADERS = {
    "Cache-Control": "no-cache",  # each refresh shows the newest page
    "Content-Security-Policy": "frame-ancestors 'none'",  # a page's own policy can't contain this
    "X-Content-Type-Options": "nosniff",
}


class _Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
    }

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Log nothing, since a page may reload every few minutes."""


def open_server(folder: Path, port: int) -> http.server.ThreadingHTTPServer:
    """A server of this folder. Raises Misuse if the port is in use."""
    handler = functools.partial(_Handler, directory=str(folder))
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise Misuse(f"Port {port} can't be used ({error.strerror}). Choose another one with --port.") from error


def serve_until_ctrl_c(server: http.server.ThreadingHTTPServer) -> None:
    """Serve until Ctrl-C, and close the server."""
    with server, contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
