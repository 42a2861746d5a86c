"""The resource limits of a worker. They belong to the job, not to the machine."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The limits for one worker. Times are in seconds, sizes in bytes.

    A call is charged its processor time and the time in which it only waits, but not the time in which other programs
    use the processors. `cpu_seconds` limits the processor time of one process. `call_seconds` limits the charge of one
    call since its start or its last progress note. `total_seconds` limits all calls together, including restarts; the
    caller can raise it (`Worker.extend`).
    `idle_seconds` limits waiting alone, and `wall_seconds` is the last resort in wall time, both from the same start:
    if a call has not used up its time by then, the machine is too busy (`MachineBusy`). `reply_bytes` limits one
    answer, `output_bytes` the stored output. A process that writes more than `printed_bytes` outside Python's own
    streams is ended, since reading it would delay everyone else.
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


# For all checks of a part: the reference needs 0.3 s in its slowest part, the slowest known correct code 0.8. Code with
# an endless loop in one task needs 5, code that only waits in one task 11, so the other tasks are still checked. On
# other systems than Linux, only wall time is known, which includes the time of other programs.
CHECK = Limits(cpu_seconds=120, call_seconds=10.0, total_seconds=12.0 if sys.platform == "linux" else 40.0)
CAPSTONE = Limits(
    cpu_seconds=1200,  # correct code takes 84 on the machine of the published figures, microgpt's script 205
    call_seconds=600.0,
    total_seconds=1320.0,
    wall_seconds=7200.0,
    memory_bytes=1024 * 1024 * 1024,
    printed_bytes=2048 * 1024 * 1024,
)
BOARD = Limits(cpu_seconds=240, call_seconds=240.0, total_seconds=300.0, printed_bytes=2048 * 1024 * 1024)
