"""Dated copies of a learner's files: one is made before anything replaces a file, and none is ever overwritten."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from autograder.files import write_atomically

FOLDER = "backups"  # beside the files
NAME = re.compile(r"(?P<stem>\w+)\.(?P<date>\d{4}-\d\d-\d\d_\d{6})(?:_(?P<count>\d+))?(?P<suffix>\.\w+)")


def keep(paths: Iterable[Path]) -> list[Path]:
    """Copy files of one folder into its backups/, all under one date and time, and return where they are.

    Raises OSError when one can't be copied: then replace none of them.
    """
    paths = list(paths)
    if not paths:
        return []
    folder = paths[0].parent
    (folder / FOLDER).mkdir(exist_ok=True)
    # Later than every backup that is there, also when the clock was set back.
    last = max((stamp for stamp, _, _ in _all(folder)), default=("", 0))
    date, count = max((f"{datetime.now():%Y-%m-%d_%H%M%S}", 1), (last[0], last[1] + 1))
    copies: list[Path] = []
    try:
        for path in paths:
            copy = folder / FOLDER / f"{path.stem}.{date}{f'_{count}' if count > 1 else ''}{path.suffix}"
            _write_new(copy, path.read_bytes())
            copies.append(copy)
    except BaseException:
        for copy in copies:  # all of them or none: `newest` takes those of one time together
            copy.unlink(missing_ok=True)
        raise
    return copies


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that is whole or not there. Whatever happens, a backup is never overwritten: raises OSError."""
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


def newest(folder: Path) -> dict[Path, Path]:
    """What the last `keep` in this folder copied: file -> its copy; empty when there is no backup. A copy without a
    byte, which a full disk once left, is none.
    """
    found = [each for each in _all(folder) if each[2].stat().st_size]
    last = max((stamp for stamp, _, _ in found), default=None)
    return {file: copy for stamp, file, copy in found if stamp == last}


def _all(folder: Path) -> list[tuple[tuple[str, int], Path, Path]]:
    """Every backup: (date, count), the file that was copied, its copy."""
    copies = sorted((folder / FOLDER).iterdir()) if (folder / FOLDER).is_dir() else []
    found = [(NAME.fullmatch(copy.name), copy) for copy in copies if copy.is_file()]
    return [
        ((match["date"], int(match["count"] or 1)), folder / (match["stem"] + match["suffix"]), copy)
        for match, copy in found
        if match
    ]
