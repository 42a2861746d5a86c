"""Single keys from a terminal, on every system, and the terminal as it was when they are no longer read."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator

ESCAPE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O?.)?")  # what arrow keys and the like send
END = "\x04"  # Ctrl-D, and what stands for a terminal that is gone


@contextlib.contextmanager
def read_keys(on_key: Callable[[str], None]) -> Iterator[bool]:
    """Call `on_key` with each key that is pressed, from a thread. Yields whether there is a keyboard at all: without a
    terminal nothing is read and nothing changed. However the block is left, the terminal is then as before.
    """
    if not sys.stdin.isatty():
        yield False
    elif os.name == "nt":
        threading.Thread(target=_read_windows, args=(on_key,), daemon=True).start()
        yield True
    else:
        with _one_key_at_a_time(sys.stdin.fileno()):
            threading.Thread(target=_read_posix, args=(sys.stdin.fileno(), on_key), daemon=True).start()
            yield True


@contextlib.contextmanager
def _one_key_at_a_time(descriptor: int) -> Iterator[None]:
    """No waiting for Enter, no echo; Ctrl-C and Ctrl-Z work as ever."""
    import termios
    import tty

    before = termios.tcgetattr(descriptor)

    def continued(*unused: object) -> None:
        """After Ctrl-Z and fg: the shell has given the terminal its own settings meanwhile."""
        if os.tcgetpgrp(descriptor) == os.getpgrp():
            tty.setcbreak(descriptor)

    handler = signal.signal(signal.SIGCONT, continued)
    try:
        tty.setcbreak(descriptor)
        yield
    finally:
        signal.signal(signal.SIGCONT, handler)
        with contextlib.suppress(termios.error):  # the terminal itself is gone
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read_posix(descriptor: int, on_key: Callable[[str], None]) -> None:
    while True:
        try:
            data = os.read(descriptor, 32)
        except OSError:
            data = b""
        if not data:
            on_key(END)
            return
        for key in ESCAPE.sub(b"", data).decode("utf-8", "ignore"):
            on_key(key)


def _read_windows(on_key: Callable[[str], None]) -> None:
    import msvcrt

    while True:
        key = msvcrt.getwch()
        if ord(key[0]) in (0, 0xE0):
            msvcrt.getwch()  # the second half of an arrow key or the like
        else:
            on_key(END if key == "\x03" else key)
