"""The board's rules in numbers."""

from __future__ import annotations

from dataclasses import replace

from autograder.sandbox import BOARD

NUM_STEPS = 1000
RUNS = 3
TRIES = 5  # of a learner in 24 hours
LARGEST_BATCH = 32  # names a step
LARGEST_STD = 10.0
LARGEST_COMPRESSED = 6 * 1024  # bytes of source after xz: 4,192 weights of the model, as floats, would take 30 KB

# The sandbox's limit is for a try, so each of its runs gets a share; the control has its own. Processor time and
# waiting count, and time in which other programs have the processors does not: MachineBusy is no entry and no used try.
SHARE = BOARD.cpu_seconds // RUNS
LIMITS = replace(BOARD, cpu_seconds=SHARE, call_seconds=10.0, total_seconds=2.0 * SHARE)
