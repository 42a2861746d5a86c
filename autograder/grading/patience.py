"""How long to wait for an answer before it counts as a loop that never ends.

The limits of a job allow ten seconds a call, so that right code is not cut off on a machine that is slow, or busy with
a class of others. A learner who waits at their own machine is spared most of that: what right code takes there is
known, from the first answer (which loads the modules) and from the same call on the reference.
"""

from __future__ import annotations

import time

from autograder.grading.probes import Probes
from autograder.sandbox import LOAD, Tier, Worker

FIRST, AGAIN = 3.0, 0.5  # seconds beyond what right code takes, before and after a call that was not answered
TIMES = 20  # how much longer than the first answer, and than the reference, a call may take
LOADING = 0.05  # seconds of the first answer while there is none
# Other people's code runs where many are graded at once: it gets so many times the processor time that the reference
# needs for such a call on this machine, however long that takes when it is busy, and at least so many seconds. (The
# reference's slowest call, a chain of 50,000 nodes, needs 0.1 s, every other one 0.05 at most.) Code that once did not
# answer is asked less patiently, and in the same task least: it mostly meets the same loop.
STRICT_CPU = (30, 1.0)
STRICT_CPU_AGAIN = (20, 0.5)
STRICT_CPU_IN_THE_SAME_TASK = (10, 0.25)
STRICT_CPU_LOADING = 3.0  # for all that stands outside of functions
UNKNOWN = 0.05  # seconds that the reference is taken to need where it can't be asked
STRICT_AGAIN = 4.0  # for code that waits instead, and where other programs keep the processors busy


class Patience:
    """The seconds to wait for each call of one worker in turn."""

    def __init__(self, worker: Worker, probes: Probes) -> None:
        self._most, self._local, self._probes = worker.limits.call_seconds, worker.tier is Tier.LOCAL, probes
        self._first_answer: float | None = None
        self._disappointed = False  # by some call, at least once
        self._in_tasks: set[str] = set()  # by a call of these

    def seconds(self) -> float:
        """How long to wait for the next call, at first."""
        if not self._local:
            return min(STRICT_AGAIN, self._most) if self._disappointed else self._most
        spare = AGAIN if self._disappointed else FIRST
        return min(self._most, spare + TIMES * (self._first_answer or LOADING))

    def more_for(self, probe: str, arguments: tuple) -> float:
        """How much longer to wait when that time is up: where the reference takes long as well, so may others."""
        if not self._local:
            return 0.0
        begin = time.monotonic()
        try:
            self._probes.on_reference(probe, arguments)
        except Exception:  # a copy of the course without the reference, or a probe that reads files beside it
            return 0.0 if self._disappointed else self._most
        return TIMES * (time.monotonic() - begin)

    def cpu_seconds(self, task: str, probe: str, arguments: tuple) -> float:
        """The processor time that a call for a task may use; 0 is any."""
        if self._local:
            return 0.0
        if probe == LOAD:
            return STRICT_CPU_LOADING
        needed = self._probes.reference_seconds(probe, arguments)
        needed = UNKNOWN if needed is None else needed
        if task in self._in_tasks:
            times, least = STRICT_CPU_IN_THE_SAME_TASK
        else:
            times, least = STRICT_CPU_AGAIN if self._disappointed else STRICT_CPU
        return round(max(least, times * needed), 2)

    def expect_answers(self) -> None:
        """Be as brief with every call as after one that was not answered: these have been answered before."""
        self._disappointed = True

    def learn(self, seconds: float, timed_out: bool, task: str = "") -> None:
        """Note how long the call took that has just ended."""
        self._disappointed = self._disappointed or timed_out
        if timed_out:
            self._in_tasks.add(task)
        if self._first_answer is None and not timed_out:
            self._first_answer = seconds
