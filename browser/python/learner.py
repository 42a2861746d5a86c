"""The learner's side of the page: serves probes beside a learner's code, in an interpreter of its own.

It is `autograder/sandbox/worker.py` with messages in place of pipes. What it sends is believed by nobody.
"""

from __future__ import annotations

import builtins
import io
import json
import os
import shutil
import sys
from collections.abc import Callable

import worker  # autograder/sandbox/worker.py, which the page puts next to this file

ROOT = "/job"
REPLY_BYTES = 1024 * 1024
OUTPUT_BYTES = 64 * 1024


class Line(worker.Replies):
    """Keeps the last line that was written, instead of writing it to a descriptor."""

    def __init__(self) -> None:
        super().__init__(-1, REPLY_BYTES)
        self.line = ""

    def write(self, data: str) -> None:
        self.line = data


class Printed(io.TextIOBase):
    """Standard output and error of the code: what is beyond the limit is counted and dropped."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.size <= OUTPUT_BYTES:
            self.kept.append(text[: OUTPUT_BYTES + 1 - self.size])
        self.size += len(text)
        return len(text)


class Served:
    """One set of files, as a worker process has them."""

    def __init__(self, files: dict[str, str]) -> None:
        shutil.rmtree(ROOT, ignore_errors=True)
        for path, content in files.items():
            full = os.path.join(ROOT, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8", newline="") as file:
                file.write(content)
        folders = [entry for entry in os.listdir(ROOT) if os.path.isdir(os.path.join(ROOT, entry))]
        self.names = {name for folder in folders for name in worker.module_names(os.path.join(ROOT, folder))}
        for name in self.names:
            sys.modules.pop(name, None)
        self.answer = Line()
        self.printed = sys.stdout = sys.stderr = Printed()
        self.space = worker.ModuleSpace(ROOT, "submission", self.answer)
        self.space.activate(self.names)

    def call(self, probe: str, arguments: str) -> str:
        """The reply to one call, as a line of the wire's protocol. arguments: JSON."""
        self.answer.id = "page"
        self.space.call(probe, json.loads(arguments))
        return self.answer.line

    def output(self) -> str:
        """What the code has printed so far, a little more than the limit where it printed more."""
        return "".join(self.printed.kept)


def prepare() -> Callable[[str], Served]:
    """Take from the learner's code what a page has not; returns the function that serves files, given as JSON."""
    builtins.input = worker.refuse_input
    sys.breakpointhook = lambda *unused, **more: None
    builtins.exit = builtins.quit = sys.exit
    return lambda files: Served(json.loads(files))
