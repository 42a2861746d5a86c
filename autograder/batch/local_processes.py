"""Worker processes on this machine: each job is a line of input and a line of output.

It uses only the standard library, and no other module of the package, because it also runs on the machines of a
cluster, where the grader is not installed.
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

# Wall time for one job, for a process that hangs. All calls have 12 seconds together, more on a slow machine, and
# identifying the mistake takes some more; on a machine with thirty programs for its two processors, this took 230.
SECONDS = 900.0
# A process is replaced after this many jobs, so that leftovers of pytest and the parts' modules don't add up.
JOBS_OF_A_PROCESS = 250
SECONDS_TO_END = 2.0
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from {module} import main; main()"
GRADER = "autograder.batch.grading_process"


class PoolLost(Exception):
    """The pool is gone; the message is a sentence for the user. Finished verdicts are kept."""


class Pool(NamedTuple):  # not a dataclass, because cluster workers load this file under another name
    """The workers. submit: takes a job's line and returns a future for the answer's line. workers: the number of jobs
    that can run at once. check: raises PoolLost if the pool is gone.
    """

    submit: Callable[[bytes], Future[bytes]]
    workers: Callable[[], int]
    check: Callable[[], None] = lambda: None


class ProcessEnded(RuntimeError):
    """The worker process ended, or was ended because it took too long; the message says which."""


class GradingProcess:
    """One process, started from the package in `folder`. module: its `main` does the jobs."""

    def __init__(self, folder: str, module: str = GRADER) -> None:
        # Only the parent process handles Ctrl-C.
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
        """End it, whatever it does. The sandbox with the learner's code ends with it."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # it removes its files, and ends
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(SECONDS_TO_END)
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            self._process.stdout.close()


class Processes:
    """Starts as many processes as there are jobs at once. If a process ends, only its current job is lost. seconds:
    wall time for one job.
    """

    def __init__(self, folder: str, module: str = GRADER, seconds: float = SECONDS) -> None:
        self.folder, self.module, self.seconds = folder, module, seconds
        self._lock = threading.Lock()
        self._ended = False
        self._idle: list[GradingProcess] = []
        self._all: set[GradingProcess] = set()

    def ask(self, line: bytes) -> bytes:
        """Run one job and wait for it. Raises ProcessEnded."""
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
        """End all processes, even during a job."""
        with self._lock:
            processes, self._all, self._idle, self._ended = self._all, set(), [], True
        for process in processes:
            process.end()

    def _forget(self, process: GradingProcess) -> None:
        with self._lock:
            self._all.discard(process)
