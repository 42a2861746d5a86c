"""Processes on this machine that do jobs: each job is a line of input and a line of output.

It uses the standard library only, and no other module of the package: this file also runs on the machines of a cluster,
where no grader is installed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import NamedTuple

# Of the clock, for one job: for a process that hangs. All calls have 12 seconds together, more on a slow machine, and
# naming the mistake takes some more; on a machine with thirty programs for its two processors this took 230.
SECONDS = 900.0
# A process is replaced after this many jobs: what pytest and the parts' modules leave behind does not add up.
JOBS_OF_A_PROCESS = 250
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from {module} import main; main()"
GRADER = "autograder.batch.grading_process"


class PoolLost(Exception):
    """Nobody is left who grades: a sentence. What was graded until then is kept."""


class Pool(NamedTuple):  # no dataclass: workers of a cluster load this file under a name of their own
    """Who grades. submit: give a job's line, get a future of the verdict's line. workers: how many jobs are worked
    on at once now. check: raises PoolLost when it is gone.
    """

    submit: Callable[[bytes], Future[bytes]]
    workers: Callable[[], int]
    check: Callable[[], None] = lambda: None


class ProcessEnded(RuntimeError):
    """The process that graded ended, or took too long and was ended: a sentence."""


class GradingProcess:
    """One process, started from the package in `folder`. module: whose `main` does the jobs."""

    def __init__(self, folder: str, module: str = GRADER) -> None:
        # Ctrl-C is ours to answer.
        alone = {"start_new_session": True} if os.name == "posix" else {"creationflags": 0x200}  # a new group
        self.jobs = 0
        command = [sys.executable, "-c", PROGRAM.format(module=module), folder]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **alone)

    def ask(self, line: bytes, seconds: float = SECONDS) -> bytes:
        """The answer to one job. Raises ProcessEnded."""
        self.jobs += 1
        watchdog = threading.Timer(seconds, self._process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except OSError:
            answer = b""
        finally:
            watchdog.cancel()
        if not answer.endswith(b"\n"):
            self.end()
            raise ProcessEnded(f"The process that graded it ended (status {self._process.returncode}).")
        return answer

    def end(self) -> None:
        """End it, whatever it does; the sandbox of a learner's code ends with it."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                stream.close()


class Processes:
    """As many processes as are asked at once; one that ends costs the job that it had, and no other. seconds: of the
    clock, for one job.
    """

    def __init__(self, folder: str, module: str = GRADER, seconds: float = SECONDS) -> None:
        self.folder, self.module, self.seconds = folder, module, seconds
        self._lock = threading.Lock()
        self._ended = False
        self._idle: list[GradingProcess] = []
        self._all: set[GradingProcess] = set()

    def ask(self, line: bytes) -> bytes:
        """Have one job done; the caller waits. Raises ProcessEnded."""
        with self._lock:
            process = self._idle.pop() if self._idle else None
        if process is None:
            process = GradingProcess(self.folder, self.module)
            with self._lock:
                self._all.add(process)
                ended = self._ended
            if ended:  # while this one was started
                process.end()
                raise ProcessEnded("The pool has ended.")
        try:
            answer = process.ask(line, self.seconds)
        except ProcessEnded:
            self._forget(process)
            raise
        if process.jobs >= JOBS_OF_A_PROCESS:
            process.end()
            self._forget(process)
        else:
            with self._lock:
                self._idle.append(process)
        return answer

    def end(self) -> None:
        """End them all, also in the middle of a job."""
        with self._lock:
            processes, self._all, self._idle, self._ended = self._all, set(), [], True
        for process in processes:
            process.end()

    def _forget(self, process: GradingProcess) -> None:
        with self._lock:
            self._all.discard(process)
