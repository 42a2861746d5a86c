"""What a call has cost so far: processor time, and time in which the code did nothing but wait.

Time in which other programs had the processors is neither: a busy machine makes nothing slower here. Linux tells the
trusted side all of that about a process; elsewhere there is only the clock, and a worker's own timer.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
NOTHING = (0.0, 0.0, True)
LONGEST_START = 0.1  # of a call that are counted by the clock, at most, before it is measured
RUNNING = "RD"  # it computes, waits for a processor, or waits for a disk


def innermost(process: int) -> int:
    """The last of a line of processes that start each other, as bubblewrap starts a worker."""
    try:
        while child := Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split():
            process = int(child[-1])
        return process
    except OSError:  # this kernel does not tell; or it has ended
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
    """Those of /proc/…/stat from the state on; the name before it may hold anything."""
    return _file(process, "stat").rpartition(b")")[2].decode("ascii").split()


def _file(process: int, name: str) -> bytes:
    """A short file of a process, read in one piece: it is read at each call, and a file object takes twice as long."""
    descriptor = os.open(f"/proc/{process}/{name}", os.O_RDONLY)
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)


def processor_seconds(process: int) -> float | None:
    """The processor time of a process since it began, all its threads together; None where nobody tells."""
    try:
        fields = _fields(process)
    except (OSError, IndexError):
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS


class Meter:
    """Measures one call. note() is called again and again while it is awaited; in seconds, what counts so far:
    processor, of processor time; idle, of waiting since the last sign of life; all_idle, of waiting since the call
    began; unknown, where only the clock is known.
    """

    def __init__(self, process: int | None) -> None:
        """process: the worker's, or None where the system tells nothing."""
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
        """Add what has happened since the last time; of what was before the first time only the clock tells."""
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
        """Note a sign of life: the waiting so far still counts, but no longer as waiting."""
        self._idle_before, self.idle = self.all_idle, 0.0

    def end(self) -> float:
        """The seconds of the whole call. Since its last note it may have waited for nobody but us."""
        if self._before is None:
            return time.monotonic() - self._wall
        idle = self.idle
        self.note()
        self.idle = idle
        return self.seconds

    def _read(self) -> tuple[float, float, bool] | None:
        """Processor time, time of waiting for a processor, and whether it runs or would like to."""
        if self._process is None:
            return None
        try:
            fields = _fields(self._process)
            waited = int(_file(self._process, "schedstat").split()[1]) / 1e9
        except (OSError, ValueError, IndexError):  # it has ended, or this kernel keeps no such record
            return None
        return (int(fields[11]) + int(fields[12])) / TICKS, waited, fields[0] in RUNNING
