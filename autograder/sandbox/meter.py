"""Measure what a call has used so far: processor time, and time in which the code only waited.

Time in which other programs used the processors does not count, so a busy machine does not matter. On Linux, the
trusted side can read all of this about a process. Elsewhere there is only wall time, and the worker's own timer.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
NOTHING = (0.0, 0.0, True)
LONGEST_START = 0.1  # seconds at the start of a call that are counted in wall time, before the first measurement
RUNNING = "RD"  # it computes, waits for a processor, or waits for a disk


def innermost(process: int) -> int:
    """The last process in a chain of children, as when bubblewrap starts a worker."""
    try:
        while child := Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split():
            process = int(child[-1])
        return process
    except OSError:  # this kernel has no such file, or the process has ended
        pass
    children: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                children[int(_fields(int(entry))[1])] = int(entry)
            except OSError:  # it has ended
                pass
    while process in children:
        process = children[process]
    return process


def _fields(process: int) -> list[str]:
    """The fields of /proc/…/stat from the state on. The program name before it can contain anything."""
    return _file(process, "stat").rpartition(b")")[2].decode("ascii").split()


def _file(process: int, name: str) -> bytes:
    """Read a short file in /proc in one piece. This runs in each call, and a file object would take twice as long."""
    descriptor = os.open(f"/proc/{process}/{name}", os.O_RDONLY)
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)


def processor_seconds(process: int) -> float | None:
    """The processor time of a process since its start, for all its threads; None if unknown."""
    try:
        fields = _fields(process)
    except (OSError, IndexError):
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS


class Meter:
    """Measures one call; call note() repeatedly while waiting for it. In seconds so far: processor, processor time;
    idle, waiting since the last sign of life; all_idle, waiting since the call began; unknown, if only wall time is
    known.
    """

    def __init__(self, process: int | None) -> None:
        """process: the worker's, or None if the system provides no data."""
        self._process = process
        self.processor = self.idle = self.unknown = self._earlier = self._idle_before = 0.0
        self._wall, self._before = time.monotonic(), None

    @property
    def all_idle(self) -> float:
        return self._idle_before + self.idle

    @property
    def seconds(self) -> float:
        return self.processor + self.all_idle + self._earlier + self.unknown

    def note(self) -> None:
        """Add the time since the last call of note(). Before the first one, only wall time is known."""
        wall, now = time.monotonic(), self._read()
        passed, self._wall = wall - self._wall, wall
        if self._before is None:
            self._earlier = min(passed, LONGEST_START)
        elif now is None:
            self.unknown += passed
        else:
            used, waited = (after - before for after, before in zip(now[:2], self._before[:2]))
            self.processor += max(0.0, used)
            if not now[2]:
                self.idle += max(0.0, passed - used - waited)
        self._before = now or NOTHING

    def alive(self) -> None:
        """Record a sign of life: waiting so far still counts in the total, but no longer as idle time."""
        self._idle_before, self.idle = self.all_idle, 0.0

    def end(self) -> float:
        """The seconds of the entire call. Since its last note, it may have waited only for us."""
        if self._before is None:
            return time.monotonic() - self._wall
        idle = self.idle
        self.note()
        self.idle = idle
        return self.seconds

    def _read(self) -> tuple[float, float, bool] | None:
        """Processor time, time of waiting for a processor, and whether it is running or runnable."""
        if self._process is None:
            return None
        try:
            fields = _fields(self._process)
            waited = int(_file(self._process, "schedstat").split()[1]) / 1e9
        except (OSError, ValueError, IndexError):  # it has ended, or this kernel does not record this
            return None
        return (int(fields[11]) + int(fields[12])) / TICKS, waited, fields[0] in RUNNING
