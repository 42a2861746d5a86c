"""The pool that runs jobs: processes on this machine, or the workers of a cluster. Both have the same interface: submit
a line with a job, and get a future for the line with its result.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from autograder.batch.dask_cluster import cluster_pool
from autograder.batch.local_processes import GRADER, SECONDS, Pool, Processes
from autograder.course import ROOT


@contextlib.contextmanager
def open_pool(
    workers: int | None = None, scheduler: str | None = None, *, module: str = GRADER, seconds: float = SECONDS
) -> Iterator[Pool]:
    """A pool of processes on this machine, one per processor if `workers` is None; or the cluster at an address, which
    only grades parts. module: its `main` does the jobs; seconds: wall time for one job. At the end of the context, the
    processes on this machine end, even during a job. They also end with this process.

    Raises ValueError for an unsafe or invalid address, PoolLost if the scheduler does not answer.
    """
    if scheduler is not None:
        with cluster_pool(scheduler) as pool:
            yield pool
        return
    count = workers or os.cpu_count() or 1
    processes = Processes(str(ROOT), module, seconds)
    threads = ThreadPoolExecutor(count)  # each thread only waits for one process
    try:
        yield Pool(lambda line: threads.submit(processes.ask, line), lambda: count)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        processes.end()
        threads.shutdown()
