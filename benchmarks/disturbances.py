"""Disturb a batch: kill one of its processes."""

from __future__ import annotations

import contextlib
import random

import psutil


def kill_one_of(pid: int, draw: random.Random) -> str:
    """kill -9 of a process or of one of those that it started, drawn. Returns which: "grader" or "worker"."""
    processes = []
    with contextlib.suppress(psutil.NoSuchProcess):
        top = psutil.Process(pid)
        processes = [("grader", top), *(("worker", process) for process in top.children(recursive=True))]
    if not processes:
        return "nothing: it had ended"
    what, victim = draw.choice(processes)
    with contextlib.suppress(psutil.NoSuchProcess):
        victim.kill()
    return what
