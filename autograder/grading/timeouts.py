"""How much a call may cost before it counts as a loop that never ends.

It is the same wherever code is checked: on a learner's machine, in a class, on a busy machine and on an idle one. What
counts is the processor time of the call (the sandbox's limits bound what only waits). On a slow machine the reference
takes longer, too, and code that has used up its time there is asked again with more.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.grading.part_probes import Probes

# Seconds, or this multiple of the reference's time for the same call if that is more. It must be enough for any right
# code: tests/gates grades each of tests/right_but_different/. After a timeout, code gets less time, and least in the
# same task: it usually runs into the same loop.
FIRST = (1.0, 20)
AGAIN = (0.3, 5)
IN_THE_SAME_TASK = (0.1, 2.5)
ALL_TOGETHER = 20  # times what the reference needs for all calls, where that is more than the limits allow
WAITING_AGAIN = 0.5  # seconds more for code that only waits, once a call was not answered; before, the sandbox's limit
LOADING = 3.0  # for all code outside functions


class CallTimeouts:
    """The processor time that each call of one worker in turn may use."""

    def __init__(self, probes: Probes) -> None:
        self._probes = probes
        self._timed_out = False
        self._tasks_timed_out: set[str] = set()

    def cpu_seconds(self, task: str) -> float:
        """For the next call, of a task."""
        return self._for(task)[0]

    def seconds(self, cpu_seconds: float) -> float | None:
        """For the next call, its waiting included; None is what the limits allow."""
        return cpu_seconds + WAITING_AGAIN if self._timed_out else None

    def on_a_slow_machine(self, task: str, probe: str, arguments: tuple) -> float:
        """For the same call, which was not answered in time: more than before where the reference is slow."""
        least, times = self._for(task)
        return max(least, times * (self._probes.reference_seconds(probe, arguments) or 0.0))

    def all_together(self, calls: Iterable[tuple[str, tuple]]) -> float:
        """What these calls together may be charged on a slow machine: 0 where the reference can't be asked."""
        return ALL_TOGETHER * sum(self._probes.reference_seconds(*call) or 0.0 for call in calls)

    def _for(self, task: str) -> tuple[float, float]:
        return IN_THE_SAME_TASK if task in self._tasks_timed_out else AGAIN if self._timed_out else FIRST

    def expect_answers(self) -> None:
        """Allow each call as little time as after a time-out: these calls have been answered before."""
        self._timed_out = True

    def note_timeout(self, task: str) -> None:
        """Note that a call of a task was not answered in time."""
        self._timed_out = True
        self._tasks_timed_out.add(task)
