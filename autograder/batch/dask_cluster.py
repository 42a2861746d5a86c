"""Grade on a cluster that runs Dask distributed: jobs go to its scheduler, and verdicts come back.

The course need not be installed on the workers' machines, and they need no shared disk. The grader's files are sent as
bytes, once to each worker, and run there in separate processes. So every worker has the same checks as this machine.
Workers receive hidden checks and learners' code: use your own scheduler, with encryption if it is on another machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import ipaddress
import logging
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from autograder.batch import local_processes
from autograder.batch.local_processes import Pool, PoolLost
from autograder.course import ROOT, SOLUTIONS

CONNECT_SECONDS = 10  # also the time to wait for a lost scheduler
SHIPPED = ("autograder", SOLUTIONS.name)
SUFFIXES = {".py", ".toml", ".json", ".ini", ".txt", ".html", ".css", ".md"}


@contextlib.contextmanager
def cluster_pool(address: str) -> Iterator[Pool]:
    """The workers of the scheduler at an address. Raises ValueError for an unsafe or invalid address, or if the package
    distributed is missing, and PoolLost if the scheduler does not answer.
    """
    _need_a_safe_address(address)
    try:
        from distributed import Client, Security
    except ImportError as error:
        raise ValueError(
            "A cluster needs the package distributed: python -m pip install -c constraints.txt --editable .[cluster]"
        ) from error
    # Both log a lost connection with a traceback. We get it as an exception.
    for name in ("distributed", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if address.startswith("tls") and Security().get_connection_args("client").get("ssl_context") is None:
        raise ValueError(
            f"{address} requires certificates, but Dask's configuration has none. See docs/cluster.md for the settings."
        )
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="autograder")
    except (OSError, ValueError, RuntimeError) as error:
        raise PoolLost(f"No Dask scheduler answers at {address} ({str(error)[:200]}).") from error
    try:
        digest, files = shipped_grader()
        grade_there = _by_value(grade_elsewhere)
        # A separate task: workers copy its result from each other, and Dask recomputes it if all copies are lost.
        grader = client.submit(_by_value(identity), files, key=f"grader-{digest}", pure=True)
        executor = client.get_executor(pure=False)

        def workers() -> int:
            return sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())

        yield Pool(lambda line: executor.submit(grade_there, digest, grader, line), workers, _watch(client, address))
    finally:
        with contextlib.suppress(Exception):  # if the scheduler is gone, there is nothing to clean up
            client.close(timeout=2)


def shipped_grader() -> tuple[str, bytes]:
    """The files of the grader as a zip, and their hash."""
    digest, packed = hashlib.sha256(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for folder in SHIPPED for path in (ROOT / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                name, content = path.relative_to(ROOT).as_posix(), path.read_bytes()
                digest.update(f"{name}\0{len(content)}\0".encode() + content)
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    digest.update(Path(local_processes.__file__).read_bytes())
    return digest.hexdigest()[:32], packed.getvalue()


def grade_elsewhere(digest: str, grader: bytes, line: bytes) -> bytes:
    """Runs on a worker: unpack the grader if necessary, and let one of its processes do the job."""
    import atexit
    import importlib.util
    import io
    import json
    import os
    import shutil
    import sys
    import tempfile
    import zipfile

    name = f"autograder_processes_{digest}"
    if name not in sys.modules:
        folder = tempfile.mkdtemp(prefix="grader-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        zipfile.ZipFile(io.BytesIO(grader)).extractall(folder)
        path = os.path.join(folder, "autograder", "batch", "local_processes.py")
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.pool = module.Processes(folder)
        sys.modules.setdefault(name, module)
    module = sys.modules[name]
    try:
        return module.pool.ask(line)
    except module.ProcessEnded as error:
        return json.dumps({"failure": str(error)}).encode()  # the other machine can't unpickle our exceptions


def identity(value: bytes) -> bytes:
    """Runs on a worker."""
    return value


def _by_value(function: Callable) -> Callable:
    """Make the function serialisable with its code, since workers don't have this module."""
    from types import FunctionType

    copy = FunctionType(function.__code__, {"__name__": "__main__", "__builtins__": __builtins__}, function.__name__)
    copy.__module__ = "__main__"
    return copy


def _watch(client, address: str) -> Callable[[], None]:
    """Return a function that raises PoolLost once the client has given up on the scheduler."""

    def check() -> None:
        if client.status in ("closing", "closed"):
            raise PoolLost(f"The Dask scheduler at {address} is gone.")

    return check


def _need_a_safe_address(address: str) -> None:
    """Raises ValueError for an invalid address, or for one where others could read and change the traffic."""
    try:
        parts = urlsplit(address if "://" in address else f"tcp://{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(f"{ascii(address)} is not an address of a scheduler: {error}.") from error
    if parts.scheme not in ("tcp", "tls") or not host or port is None:
        raise ValueError(
            f"{ascii(address)} is not an address of a scheduler. Use tls://host:8786, or tcp://127.0.0.1:8786 on this "
            "machine."
        )
    if parts.scheme == "tcp" and not _is_this_machine(host):
        raise ValueError(
            f"{address} is another machine, and tcp:// is not encrypted: anybody on the way could read hidden checks "
            f"and change grades. Start the scheduler with TLS and write tls://{host}:{port} (docs/cluster.md says how)."
        )


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name may point to another machine
