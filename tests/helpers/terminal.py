"""A command in a terminal of its own: what it prints, keys for it, and the terminal's settings afterwards."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import termios
import time
from pathlib import Path


class Terminal:
    """Runs a command on a pseudo-terminal of 80 columns; a context manager. `text` is all that it has printed."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.ours, self.theirs = pty.openpty()
        termios.tcsetwinsize(self.theirs, (24, 80)) if hasattr(termios, "tcsetwinsize") else None
        self.before = termios.tcgetattr(self.theirs)
        self.text = ""
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, "TERM": "xterm"},
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # makes it the controlling terminal
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *unused: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.theirs)
        os.close(self.ours)

    def send(self, keys: str) -> None:
        os.write(self.ours, keys.encode("utf-8"))

    def read(self, seconds: float) -> None:
        """Take in what is printed within this time."""
        if select.select([self.ours], [], [], seconds)[0]:
            self.text += os.read(self.ours, 65536).decode("utf-8", "replace")

    def wait_for(self, words: str, after: int = 0, seconds: float = 120.0) -> int:
        """Wait until something that matches is printed behind this place; return where it ends."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := re.compile(words).search(self.text, after):
                return found.end()
            self.read(0.05)
        raise AssertionError(f"{words!r} was not printed within {seconds} s:\n{self.text[after:]}")

    def exit_status(self, seconds: float = 60.0) -> int:
        """Wait for the end; the status, negative for a signal."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        return self.process.wait(1.0)

    def restored(self) -> bool:
        """Whether the terminal's settings are those of before."""
        return termios.tcgetattr(self.theirs) == self.before
