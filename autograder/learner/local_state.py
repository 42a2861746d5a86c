"""What the course remembers of one learner: small JSON files in .learner/, on this machine only, and in no grade.

One of them is the log of events, such as "trained": each is noted where it happens, by `log_event("trained")`.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path

from autograder.course import ROOT
from autograder.files import write_atomically

NAME = ".learner"
EVENTS = "acts"  # the name of the log of events
# git ignores it. Tests of ours must not count as what the learner did, so they name another one.
FOLDER = Path(os.environ.get("AUTOGRADER_MEMORY") or ROOT / NAME)
reported: set[Path] = set()  # folders that can't be written to: each is reported once


def path_of(name: str, folder: Path | None = None) -> Path:
    """Where the data under this name is."""
    return (folder or FOLDER) / f"{name}.json"


def read(name: str, folder: Path | None = None) -> dict:
    """What was last written under this name; {} when there is nothing, or nothing that can be read."""
    try:
        with open(path_of(name, folder), encoding="utf-8") as file:
            data = json.load(file)
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def write(name: str, data: dict) -> None:
    """Keep data under this name. If that fails, one sentence on standard error says so, and the command goes on."""
    try:
        write_atomically(path_of(name), (json.dumps(data, indent=1) + "\n").encode("ascii"))
    except OSError as error:
        if FOLDER not in reported:
            reported.add(FOLDER)
            sentence = f"Can't remember this in {FOLDER} ({error.strerror}): it must be a folder that you can write to."
            print(sentence, file=sys.stderr)


def log_event(name: str) -> None:
    """Note that the learner did this today; the first time counts."""
    logged = read(EVENTS)
    if name not in logged:
        write(EVENTS, {**logged, name: date.today().isoformat()})


def events() -> dict[str, str]:
    """Everything that was logged: name -> date."""
    return {name: str(day) for name, day in read(EVENTS).items()}
