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
WORKER_PROGRAM = Path(__file__).with_name("worker.py")


class Job:
    """A temporary folder with `worker.py` and the files; `remove()` deletes it."""

    def __init__(self, files: Mapping[str, bytes], owner: int | None = None, parent: str | None = None) -> None:
        """Write `files` (relative path -> content) for the user id `owner`, or for this user when None.

        Raises ValueError for a path that is not `name` or `folder/name`.
        """
        for path in files:
            if not FILE_PATH.fullmatch(path) or path == "worker.py":
                raise ValueError(f"{path!r} is not a file of a job: only 'name' and 'folder/name' are")
        self.folder = Path(tempfile.mkdtemp(prefix="worker-", dir=parent))
        for path, content in {**files, "worker.py": WORKER_PROGRAM.read_bytes()}.items():
            target = self.folder / path
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content)
        if owner is not None:
            self._hand_over(owner)

    def _hand_over(self, owner: int) -> None:
        """Let one other user read, not write: the files stay ours, the group becomes theirs."""
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, -1, owner)
            path.chmod(0o750 if path.is_dir() else 0o640)

    def remove(self) -> None:
        """Delete the folder; a file that another program still holds open is left to the system."""
        shutil.rmtree(self.folder, ignore_errors=True)
