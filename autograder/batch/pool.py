"""Who grades: processes of this machine, or the workers of a cluster. Both are one thing to the caller, an executor of
concurrent.futures: a job's line goes in, a future of the verdict's line comes out.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from autograder.batch.dask_cluster import cluster_pool
from autograder.batch.local_processes import Pool, Processes
from autograder.course import ROOT


@contextlib.contextmanager
def open_pool(workers: int | None = None, scheduler: str | None = None) -> Iterator[Pool]:
    """The processes of this machine, one a processor when `workers` is None; or the cluster at an address.

    Raises ValueError for an address that is not to be used, PoolLost when nobody answers there.
    """
    if scheduler is not None:
        with cluster_pool(scheduler) as pool:
            yield pool
        return
    count = workers or os.cpu_count() or 1
    processes = Processes(str(ROOT))
    threads = ThreadPoolExecutor(count)  # which only wait: each for one process
    try:
        yield Pool(lambda line: threads.submit(processes.ask, line), lambda: count)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        processes.end()
        threads.shutdown()
