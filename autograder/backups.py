"""Replace a learner's files after making a dated copy of each one.

Several files are replaced together. A journal keeps the new contents until all are written. After an interruption,
the same command finds the journal and writes the rest.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from autograder.files import write_atomically, write_new

FOLDER = "backups"  # next to the files
JOURNAL = ".interrupted.json"  # in FOLDER
NAME = re.compile(r"(?P<stem>\w+)\.(?P<date>\d{4}-\d\d-\d\d_\d{6})(?:_(?P<count>\d+))?(?P<suffix>\.\w+)")


def replace(command: str, contents: Mapping[Path, bytes], more: Mapping[Path, bytes] | None = None) -> list[Path]:
    """Write files in one folder, and `more` files elsewhere. Return the copies of the folder's replaced files.

    Raises OSError if the copies can't be made (nothing is changed then), or if a file can't be written (`finish` writes
    the rest then).
    """
    everything = {**contents, **(more or {})}
    if not contents:
        _write_all(everything)
        return []
    folder = next(iter(contents)).parent
    steps = [
        {"path": str(path), "before": _sha256(_content(path)), "after": base64.b64encode(content).decode("ascii")}
        for path, content in everything.items()
    ]
    journal = folder / FOLDER / JOURNAL
    write_atomically(journal, json.dumps({"command": command, "steps": steps}).encode("ascii"))
    try:
        copies = keep(path for path in contents if path.exists())
    except BaseException:
        journal.unlink()
        raise
    _write_all(everything)
    journal.unlink()
    return copies


def finish(command: str, folder: Path) -> list[Path]:
    """Finish an interrupted `replace` of this command in this folder, and return its files there.

    Writes nothing if a file was changed since, or if nothing was interrupted. Raises OSError.
    """
    journal = folder / FOLDER / JOURNAL
    try:
        data = json.loads(journal.read_text(encoding="ascii"))
        steps = [(Path(step["path"]), step["before"], base64.b64decode(step["after"])) for step in data["steps"]]
        if data["command"] != command:
            return []
    except (OSError, ValueError, KeyError, TypeError):
        return []
    own = [step for step in steps if step[0].parent == folder]
    contents, written = {path: content for path, _, content in steps}, False
    if all(_sha256(_content(path)) in (before, _sha256(content)) for path, before, content in own):
        if all(_sha256(_content(path)) == before for path, before, _ in own):
            keep(path for path, _, _ in own if path.exists())  # the interruption may have prevented the copies
        _write_all(contents)
        written = True
    journal.unlink()
    return [path for path, _, _ in own] if written else []


def _write_all(contents: Mapping[Path, bytes]) -> None:
    for path, content in contents.items():
        write_atomically(path.resolve() if path.is_symlink() else path, content)  # a learner's link stays a link


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _sha256(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


def keep(paths: Iterable[Path]) -> list[Path]:
    """Copy files of one folder into its backups/, all with the same date and time, and return the copies' paths.

    Raises OSError if one can't be copied. In that case, the caller must replace none of them.
    """
    paths = list(paths)
    if not paths:
        return []
    folder = paths[0].parent
    (folder / FOLDER).mkdir(exist_ok=True)
    # Later than every existing backup, even if the clock was set back.
    last = max((stamp for stamp, _, _ in _all(folder)), default=("", 0))
    date, count = max((f"{datetime.now():%Y-%m-%d_%H%M%S}", 1), (last[0], last[1] + 1))
    copies: list[Path] = []
    try:
        for path in paths:
            copy = folder / FOLDER / f"{path.stem}.{date}{f'_{count}' if count > 1 else ''}{path.suffix}"
            write_new(copy, path.read_bytes())
            copies.append(copy)
    except BaseException:
        for copy in copies:  # all or none, because `newest` returns all copies with the same time
            copy.unlink(missing_ok=True)
        raise
    return copies


def newest(folder: Path) -> dict[Path, Path]:
    """Map each file of the last `keep` in this folder to its copy; empty if there is no backup. Ignores empty copies,
    which a full disk may have left.
    """
    backups = [backup for backup in _all(folder) if backup[2].stat().st_size]
    last = max((stamp for stamp, _, _ in backups), default=None)
    return {file: copy for stamp, file, copy in backups if stamp == last}


def _all(folder: Path) -> list[tuple[tuple[str, int], Path, Path]]:
    """Every backup as ((date, count), original file, copy)."""
    copies = sorted((folder / FOLDER).iterdir()) if (folder / FOLDER).is_dir() else []
    matches = [(NAME.fullmatch(copy.name), copy) for copy in copies if copy.is_file()]
    return [
        ((match["date"], int(match["count"] or 1)), folder / (match["stem"] + match["suffix"]), copy)
        for match, copy in matches
        if match
    ]
