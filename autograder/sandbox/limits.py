"""How much a worker may use. The limits belong to the job, not to the machine."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one worker may use. Times are in seconds, sizes in bytes.

    A call is charged its processor time and the time in which it does nothing but wait; not the time in which other
    programs have the processors. `cpu_seconds` is processor time of one process. `call_seconds` is what one call may be
    charged since it began or last sent a progress note, `total_seconds` all calls together, restarts included; whoever
    holds the worker may raise the latter (`Worker.extend`).
    `idle_seconds` bounds waiting alone, and `wall_seconds`, of the clock, is the last resort, both from the same time
    on: a call that has not used up what it may by then is nobody's fault but the machine's (`MachineBusy`).
    `reply_bytes` bounds one answer, `output_bytes` what is kept of prints. A process that writes more than
    `printed_bytes` past Python's own streams is ended, since reading it costs the others' time.
    """

    cpu_seconds: int
    call_seconds: float
    total_seconds: float
    idle_seconds: float = 4.0
    wall_seconds: float = 600.0
    memory_bytes: int = 512 * 1024 * 1024
    reply_bytes: int = 1024 * 1024
    output_bytes: int = 64 * 1024
    printed_bytes: int = 1024 * 1024 * 1024


# All checks of a part together: the reference needs 0.3 s in its slowest part, the slowest right code that we know 0.8.
# Code with an endless loop in one task needs 5, code that only waits in one task 11: the other tasks are still checked.
# Elsewhere than on Linux only the clock is known, which runs on while other programs have the processors.
CHECK = Limits(cpu_seconds=120, call_seconds=10.0, total_seconds=12.0 if sys.platform == "linux" else 40.0)
CAPSTONE = Limits(
    cpu_seconds=1200,  # right code takes 84 on the machine of the published figures, microgpt's script 205
    call_seconds=600.0,
    total_seconds=1320.0,
    wall_seconds=7200.0,
    memory_bytes=1024 * 1024 * 1024,
    printed_bytes=2048 * 1024 * 1024,
)
BOARD = Limits(cpu_seconds=240, call_seconds=240.0, total_seconds=300.0, printed_bytes=2048 * 1024 * 1024)
