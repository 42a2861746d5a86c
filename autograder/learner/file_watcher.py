"""Notice when files of a folder are saved, whichever way an editor does it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from watchfiles import watch

TOGETHER = 200  # milliseconds: changes that come so close belong to one save
QUIET = 25  # milliseconds without a change that end a save
LOOK_FOR_FOLDER = 500  # milliseconds: how often to look whether the folder is still the same one


@contextlib.contextmanager
def watch_files(on_change: Callable[[set[str]], None], folder: Path) -> Iterator[None]:
    """Call `on_change` with the names of files after each save, from a thread. The folder is watched, not the files:
    many editors write a new file and move it to the old one's place. If another folder takes its place, that one is
    watched.
    """
    stop = threading.Event()
    options = {"debounce": TOGETHER, "step": QUIET, "recursive": False, "raise_interrupt": False}
    options |= {"rust_timeout": LOOK_FOR_FOLDER, "yield_on_timeout": True}

    def follow() -> None:
        watched = None
        while not stop.is_set():
            if (now := _identity(folder)) is None:
                stop.wait(QUIET / 1000)
                continue
            if watched is not None:  # the folder is another one: any of its files may be, too
                on_change({path.name for path in folder.iterdir()})
            watched = now
            with contextlib.suppress(OSError):  # it went away just now
                for changes in watch(folder, stop_event=stop, watch_filter=None, **options):
                    if changes:
                        on_change({Path(path).name for _, path in changes})
                    # A new folder may have the number of the one that was deleted.
                    if _identity(folder) != watched or any(Path(path) == folder for _, path in changes):
                        break

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(2.0)


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from one that was put in its place; None when there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
