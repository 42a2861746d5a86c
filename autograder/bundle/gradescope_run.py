"""What run_autograder starts, as root, in Gradescope's container: grade /autograder/submission, write results.json.

The learner's code runs in a worker, as a spare user, in the best sandbox that holds in this container: bubblewrap,
else Landlock. Both are attacked first. Where neither holds nothing is run, and results.json says so. This process
alone writes results.json, after every worker has ended; nothing that a worker sends is anything but data.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from autograder.bundle.gradescope_results import refusal, results
from autograder.course import Part, part
from autograder.files import write_atomically
from autograder.grading.grade import grade
from autograder.grading.sources import LARGEST_FILE
from autograder.sandbox import SandboxUnavailable, strict_tier

MOST_FILES = 2000  # that are looked at for the module


def main(number: int, root: Path) -> dict:
    """Grade what was handed in below `root`, Gradescope's /autograder; write the results there and return them."""
    began = time.monotonic()
    wanted = part(number)
    path = find_module(root / "submission", wanted.file_name)
    try:
        report = grade(_files(path, wanted), wanted, tier=strict_tier())
        found = results(report, time.monotonic() - began)
    except SandboxUnavailable as error:
        found = refusal(str(error))
    write_atomically(root / "results" / "results.json", (json.dumps(found, indent=1) + "\n").encode("ascii"))
    return found


def find_module(folder: Path, name: str) -> Path | None:
    """The file of that name nearest the top, as archives and repositories hold it in folders; no link counts."""
    seen = 0
    level = [folder]
    while level and seen < MOST_FILES:
        below = []
        for each in level:
            try:
                entries = sorted(os.scandir(each), key=lambda entry: entry.name)
            except OSError:
                continue
            seen += len(entries)
            for entry in entries:
                if entry.is_file(follow_symlinks=False) and entry.name == name:
                    return Path(entry.path)
                if entry.is_dir(follow_symlinks=False) and entry.name not in ("__MACOSX", ".git"):
                    below.append(Path(entry.path))
        level = below
    return None


def _files(path: Path | None, of: Part) -> dict[str, bytes]:
    if path is None:
        return {}
    with open(path, "rb") as file:
        return {of.file_name: file.read(LARGEST_FILE + 1)}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), Path(sys.argv[2]))["score"]))  # for the instructor's log
