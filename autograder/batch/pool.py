"""The pool that does jobs: processes of this machine, or the workers of a cluster. The caller sees no difference: it
submits a job's line and gets a future for the answer's line.
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
    """The processes of this machine, one per processor when `workers` is None; or the cluster at an address, which
    grades parts only. module: whose `main` does the jobs; seconds: of the clock, for one job. At the end of the context
    the processes of this machine end, also in the middle of a job; they end with this process, too.

    Raises ValueError for an address that is not to be used, PoolLost when nobody answers there.
    """
    if scheduler is not None:
        with cluster_pool(scheduler) as pool:
            yield pool
        return
    count = workers or os.cpu_count() or 1
    processes = Processes(str(ROOT), module, seconds)
    threads = ThreadPoolExecutor(count)  # which only wait: each for one process
    try:
        yield Pool(lambda line: threads.submit(processes.ask, line), lambda: count)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        processes.end()
        threads.shutdown()
