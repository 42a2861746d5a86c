"""A build that several processes of pytest share."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

FAILED = "It could not be built: see the error of another test."


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], str]) -> tuple[Path, str]:
    """The folder in which one of the processes called build(folder), and what that returned; FAILED if it raised."""
    shared = factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    done, folder, claim = shared / f"{name}-done.txt", shared / name, shared / f"{name}-claimed"
    try:
        claim.mkdir()
    except FileExistsError:  # another process builds it
        deadline = time.monotonic() + 1200
        while not done.exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        return folder, done.read_text(encoding="utf-8")
    returned = FAILED
    try:
        returned = build(folder)
    finally:  # whole at once: another process may be about to read it
        written = done.with_suffix(".new")
        written.write_text(returned, encoding="utf-8")
        written.replace(done)
    return folder, returned
