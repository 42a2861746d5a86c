"""The folder that a worker sees: its own program and the files of the job, fresh for each worker."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

# One level of folders, no hidden files, nothing that climbs out.
FILE_PATH = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/)?[A-Za-z0-9_][A-Za-z0-9_.-]*")
OWN_FILES = ("worker.py", "confine.py")


class Job:
    """A temporary folder with the worker's program and the job's files; `remove()` deletes it.

    `folder` is what a worker sees, `empty` an empty folder beside it.
    """

    def __init__(self, files: Mapping[str, bytes], owner: int | None = None, parent: str | None = None) -> None:
        """Write `files` (relative path -> content) for the user id `owner`, or for this user when None.

        Raises ValueError for a path that is not `name` or `folder/name`.
        """
        for path in files:
            if not FILE_PATH.fullmatch(path) or path in OWN_FILES:
                raise ValueError(f"{path!r} is not a file of a job: only 'name' and 'folder/name' are")
        self.base = Path(tempfile.mkdtemp(prefix="worker-", dir=parent))
        self.folder, self.empty = self.base / "job", self.base / "empty"
        self.folder.mkdir()
        self.empty.mkdir()
        own = {name: Path(__file__).with_name(name).read_bytes() for name in OWN_FILES}
        for path, content in {**files, **own}.items():
            target = self.folder / path
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content)
        if owner is not None:
            self._hand_over(owner)

    def _hand_over(self, owner: int) -> None:
        """Let one other user read, not write: the files stay ours, the group becomes theirs."""
        for path in (self.base, *self.base.rglob("*")):
            os.chown(path, -1, owner)
            path.chmod(0o750 if path.is_dir() else 0o640)

    def remove(self) -> None:
        """Delete the folder; a file that another program still holds open is left to the system."""
        shutil.rmtree(self.base, ignore_errors=True)
