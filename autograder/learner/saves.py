"""Notices that files of a folder were saved, whichever way an editor does it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from watchfiles import watch

TOGETHER = 200  # milliseconds: changes that come so close belong to one save
QUIET = 25  # milliseconds without a change that end a save


@contextlib.contextmanager
def saves_to(put: Callable[[set[str]], None], folder: Path) -> Iterator[None]:
    """Call `put` with the names of files after each save, from a thread. The folder is watched, not the files: many
    editors write a new file and move it to the old one's place.
    """
    stop = threading.Event()

    def follow() -> None:
        options = {"debounce": TOGETHER, "step": QUIET, "recursive": False, "raise_interrupt": False}
        for changes in watch(folder, stop_event=stop, watch_filter=None, **options):
            put({Path(path).name for _, path in changes})

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(2.0)
