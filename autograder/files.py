"""Write a file completely or not at all, in the form of the old one; lock it; show a path as a user would type it.

Standard library only.
"""

from __future__ import annotations

import codecs
import errno
import os
import re
import time
from collections import Counter
from pathlib import Path

LINE_END = re.compile(rb"\r\n|\r|\n")
LOCKED = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)  # another process holds the lock
SECONDS_BETWEEN_TRIES = 0.2  # to lock a file


def write_atomically(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Replace a file atomically: even after a power cut, it is the old or the complete new one (fsync, then rename).

    mode: the permissions, reduced by the user's umask. With 0o600, only the owner can read it, from the first byte on.
    Raises OSError if the folder or the file can't be written, and leaves no temporary file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # In the same folder, since os.replace is atomic only within one file system. Without tempfile, since only the owner
    # may read its files.
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    try:
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == str(temporary):
            error.filename = str(path)  # the user knows this name, not the temporary one
        raise


def write_new(path: Path, content: bytes) -> None:
    """Write a new file completely or not at all, and never replace another one. Raises FileExistsError if there is one,
    and OSError if it can't be written.
    """
    whole = path.with_name(f".{path.name}.new")
    try:
        write_atomically(whole, content)
        try:
            os.link(whole, path)
        except (AttributeError, NotImplementedError, OSError) as error:
            if isinstance(error, FileExistsError) or path.exists():
                raise
            os.rename(whole, path)  # a file system without links, or a browser's Python
    finally:
        whole.unlink(missing_ok=True)


def lock(descriptor: int, wait: bool = False) -> None:
    """Lock an open file until this process ends, even if it is killed. If another one holds the lock, raises OSError
    with a number in LOCKED or, with `wait`, waits. A file system without locks raises another OSError.
    """
    while wait:
        try:
            return lock(descriptor)
        except OSError as error:
            if error.errno not in LOCKED:
                raise
            time.sleep(SECONDS_BETWEEN_TRIES)
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def text_of(content: bytes, errors: str = "strict") -> str:
    """The text of a file, with \\n for every line ending and without a byte order mark. Raises UnicodeDecodeError."""
    return LINE_END.sub(b"\n", content.removeprefix(mark_of(content))).decode("utf-8", errors)


def mark_of(content: bytes) -> bytes:
    """The byte order mark at the start of a file, or b""."""
    return codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""


def written_like(text: str, old: bytes | None) -> bytes:
    """A text in the form of a file's old content: its byte order mark and its most common line ending. If its last line
    had no line ending, neither has the new one.
    """
    mark = mark_of(old or b"")
    body = (old or b"").removeprefix(mark)
    if LINE_END.search(body) and not body.endswith((b"\n", b"\r")):
        text = text.removesuffix("\n")
    return mark + text.encode("utf-8").replace(b"\n", newline_of(body))


def newline_of(content: bytes) -> bytes:
    """The most common line ending of a file."""
    endings = Counter(LINE_END.findall(content))
    return max(endings, key=endings.__getitem__, default=b"\n")


def without_dots(path: str) -> str:
    """A path as it was typed. If it contains `..`, it becomes relative to the current folder if it is below, and
    absolute otherwise. A link at its end is not followed.
    """
    typed = Path(path)
    if ".." not in typed.parts:
        return path
    absolute = typed.resolve() if typed.name == ".." else typed.parent.resolve() / typed.name
    here = Path.cwd().resolve()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)


def shown_path(path: Path) -> str:
    """A path as the user would type it: relative if it is below the current folder, otherwise unchanged."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
