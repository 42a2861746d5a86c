"""A worker ends with the process that started it, however that one ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from helpers.sandbox import call, need

from autograder.course import ROOT
from autograder.sandbox import Tier

pytestmark = pytest.mark.skipif(os.name == "nt", reason="There is no SIGKILL there.")

SECONDS = 5.0  # in which the worker must be gone
PARENT = """
import sys
import threading
from autograder.sandbox import Tier, Worker
from autograder.sandbox import session

if sys.argv[2] == "elsewhere":  # as on a system that tells nobody of a parent's end
    session.PARENT_DEATH_SIGNAL = False
code = b"def spin():\\n    while True: pass"
probes = b"import os, part05_gpt\\ndef spin():\\n    progress(os.getpid())\\n    part05_gpt.spin()"

def work():
    with Worker({"probes.py": probes, "submission/part05_gpt.py": code}, Tier(sys.argv[1])) as worker:
        worker.call("spin", [], on_progress=lambda number: print(number, flush=True))

if sys.argv[2] == "thread":
    threading.Thread(target=work).start()
else:
    work()
"""


def is_running(number: int) -> bool:
    """Whether there is such a process, and it is no zombie that waits for somebody to ask."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(number)], capture_output=True, encoding="ascii")
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")


@pytest.mark.parametrize("where", ["main", "thread", "elsewhere"])
@pytest.mark.parametrize("tier", [Tier.LOCAL, Tier.LANDLOCK], ids=lambda tier: tier.value)
def test_a_worker_in_an_endless_loop_ends_with_a_parent_that_is_killed(tmp_path: Path, tier, where):
    if tier is not Tier.LOCAL:
        need(tier)
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    command = [sys.executable, str(script), tier.value, where]
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=settings, encoding="ascii") as parent:
        number = int(parent.stdout.readline())
        try:
            assert is_running(number)
            parent.send_signal(signal.SIGKILL)
            parent.wait()
            deadline = time.monotonic() + SECONDS
            while is_running(number) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert not is_running(number)
        finally:
            if is_running(number):
                os.kill(number, signal.SIGKILL)


def test_a_worker_outlives_the_thread_that_started_it(work):
    worker = work("import os\ndef number(): return os.getpid()")
    found = []
    thread = threading.Thread(target=lambda: found.append(call(worker, "number").value))
    thread.start()
    thread.join()
    time.sleep(0.2)
    assert call(worker, "number").value == found[0], "the same process"
