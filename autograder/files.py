"""Write a file completely or not at all, with or without replacing an old one; show a path as a user would type it.

Standard library only.
"""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file so that it is the old one or the whole new one, also after a power cut: fsync before the rename.

    mode: who may read it, less what the user's umask takes away; 0o600 is the owner alone, from the first byte on.
    Raises OSError when the folder or the file can't be written; then nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # In the same folder, since os.replace is atomic only within one file system. Not by tempfile, whose files nobody
    # else may read.
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
            error.filename = str(path)  # whoever reads of it knows this name
        raise


def write_new(path: Path, content: bytes) -> None:
    """Write a new file completely or not at all, and never over another one. Raises OSError: FileExistsError when there
    is one.
    """
    whole = path.with_name(f".{path.name}.new")
    try:
        write_atomically(whole, content)
        try:
            os.link(whole, path)
        except (NotImplementedError, OSError) as error:
            if isinstance(error, FileExistsError) or path.exists():
                raise
            os.rename(whole, path)  # a file system without links
    finally:
        whole.unlink(missing_ok=True)


def without_dots(path: str) -> str:
    """A path as it was typed. If it contains `..`, the same path relative to the current folder if it is below, else
    absolute. A link at its end is not followed.
    """
    typed = Path(path)
    if ".." not in typed.parts:
        return path
    absolute = typed.resolve() if typed.name == ".." else typed.parent.resolve() / typed.name
    here = Path.cwd().resolve()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)


def shown_path(path: Path) -> str:
    """A path as the user would type it: relative to the current folder if it is below, else as it is."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
