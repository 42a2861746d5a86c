"""The main loop of each worker process: it reads jobs as lines, and answers with lines of JSON. It writes no file.

`local_processes.Processes` starts such a process, from a module whose `main` calls `serve_jobs`.
"""

from __future__ import annotations

import gc
import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO


def claim_standard_output() -> BinaryIO:
    """Return standard output for the answers, and redirect all other output to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def serve_jobs(answer: Callable[[bytes], dict], answers: BinaryIO, at_end: Callable[[], None] = lambda: None) -> None:
    """Answer jobs from standard input in this thread, in an endless loop.

    Standard input ends when the parent process ends, even if it is killed. Then this process calls at_end and ends at
    once, even during a job, because nobody waits for the answer.
    """
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read_jobs, args=(jobs, at_end), daemon=True).start()
    frozen = False
    while True:
        answers.write(json.dumps(answer(jobs.get())).encode("ascii") + b"\n")
        answers.flush()
        if not frozen:  # from now on, the collector does not scan the loaded modules, which stay in memory
            gc.freeze()
            frozen = True


def _read_jobs(jobs: queue.SimpleQueue[bytes], at_end: Callable[[], None]) -> None:
    for line in sys.stdin.buffer:
        jobs.put(line)
    try:
        at_end()
    finally:
        os._exit(0)
