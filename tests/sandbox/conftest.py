"""Real workers for the tests: a learner's code as a string, the probes as a string."""

import os
import shutil

import pytest
from helpers.sandbox import PROBES, need

from autograder.sandbox import CHECK, Tier, Worker


@pytest.fixture
def work():
    """work(code) gives a worker for that code; all are closed in the end."""
    workers = []

    def make(code="", probes=PROBES, tier=Tier.LOCAL, limits=CHECK, interpreter=None, files=None):
        shipped = {"probes.py": probes.encode(), "submission/part05_gpt.py": code.encode(), **(files or {})}
        worker = Worker(shipped, tier, limits, interpreter)
        workers.append(worker)
        return worker

    yield make
    for worker in workers:
        worker.close()


@pytest.fixture(params=[Tier.STRICT, Tier.LANDLOCK], ids=lambda tier: tier.value)
def shut_in(request):
    """Each tier for other people's code, where this computer has it."""
    need(request.param)
    return request.param


@pytest.fixture
def ordinary_user():
    """A command prefix that runs a program as an ordinary user: empty unless we are root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv, which gives up root, is not installed")
    return ["setpriv", "--reuid=60500", "--regid=60500", "--clear-groups"]
