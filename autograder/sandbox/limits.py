"""How much a worker may use. The limits belong to the job, not to the machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one worker may use. Times are in seconds, sizes in bytes.

    `cpu_seconds` is processor time of one process, `call_seconds` wall time of one call, `total_seconds` wall time
    of all calls together, restarts included. `reply_bytes` bounds one answer, `output_bytes` what is kept of prints.
    A process that prints more than `printed_bytes` is ended: right code prints no such flood, and to wait for one that
    does would cost the others' time.
    """

    cpu_seconds: int
    call_seconds: float
    total_seconds: float
    memory_bytes: int = 512 * 1024 * 1024
    reply_bytes: int = 1024 * 1024
    output_bytes: int = 64 * 1024
    printed_bytes: int = 1024 * 1024 * 1024


CHECK = Limits(cpu_seconds=20, call_seconds=10.0, total_seconds=40.0)
CAPSTONE = Limits(
    cpu_seconds=600,
    call_seconds=660.0,
    total_seconds=720.0,
    memory_bytes=1024 * 1024 * 1024,
    printed_bytes=2048 * 1024 * 1024,
)
BOARD = Limits(cpu_seconds=240, call_seconds=240.0, total_seconds=300.0, printed_bytes=2048 * 1024 * 1024)
