"""A capstone that is interrupted or killed leaves nothing behind, and the next one starts from scratch."""

import functools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.capstone.saved_model import RESULT
from autograder.course import ROOT, SOLUTIONS
from autograder.sandbox import SandboxUnavailable, strict_tier

COMMAND_LINE = "from autograder.cli import app; app(prog_name='python -m autograder')"
# A train that never tells how far it is: nothing is written that a killed grader could fail to read.
SILENT = '''
from autograder.capstone import grade_capstone
from autograder.course import SOLUTIONS
from autograder.grading.submission import read_submission
from autograder.sandbox import Tier
files = read_submission(SOLUTIONS)
files["part07_training.py"] += b"""
honest = train
def train(*arguments, on_step=None, **given):
    return honest(*arguments, **given)
"""
print("begun", flush=True)
grade_capstone(files, tier=Tier.LOCAL)
'''

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="processes are looked for in /proc")


@pytest.fixture
def start(tmp_path):
    """start(code, *words): a run in a process group of its own, as a terminal would start it; it has begun when it has
    said its first line. The folder of a worker that was killed with its grader stays, so temporary files go elsewhere.
    """
    environment = {**os.environ, "AUTOGRADER_CALLED_AS": "make", "TMPDIR": str(tmp_path)}
    return functools.partial(start_run, environment)


def start_run(environment, code, *words):
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        env=environment,
    )
    process.first_line = process.stdout.readline()
    return process


def workers_of(ancestor):
    """Ids of the worker processes below a process."""
    parents, workers = {}, set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
                if b"worker.py" in (folder / "cmdline").read_bytes():
                    workers.add(int(folder.name))
            except OSError:
                pass  # it has ended meanwhile

    def below(process):
        while process in parents and process != ancestor:
            process = parents[process]
        return process == ancestor

    return {process for process in workers if below(process)}


def wait_until(true, seconds=120.0):
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def alive(process):
    try:
        state = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        return state != "Z"
    except OSError:
        return False


def kept():
    """What the result of the last finished capstone is, and what else lies beside it."""
    content = RESULT.read_bytes() if RESULT.exists() else None
    return content, sorted(path.name for path in RESULT.parent.glob("*capstone*"))


@pytest.fixture
def elsewhere(tmp_path):
    """The reference in a folder from elsewhere, so that the strict sandbox runs it."""
    try:
        strict_tier()
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    for path in SOLUTIONS.glob("part*.py"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.fixture(params=["local", "strict"])
def folder(request):
    return SOLUTIONS if request.param == "local" else request.getfixturevalue("elsewhere")


def test_ctrl_c_ends_it_with_a_sentence_status_130_and_no_worker_left(folder, start):
    before = kept()
    for _ in range(2):  # the second run starts with step 1
        run = start(COMMAND_LINE, "capstone", "--from", str(folder))
        assert run.first_line.startswith("step     1 of 1000")
        workers = workers_of(run.pid)
        assert workers
        os.killpg(run.pid, signal.SIGINT)
        _, said = run.communicate(timeout=300)
        assert run.returncode == 130
        assert said.strip() == "Stopped. Nothing was saved. To run it again: make capstone"
        assert wait_until(lambda: not any(map(alive, workers)))  # noqa: B023 - called at once
    assert kept() == before


@pytest.mark.parametrize("way", ["local", "strict", "silent"])
def test_kill_9_of_the_grader_ends_its_worker_too(way, request, start):
    before = kept()
    if way == "silent":
        run = start(SILENT)
    else:
        run = start(
            COMMAND_LINE,
            "capstone",
            "--from",
            str(SOLUTIONS if way == "local" else request.getfixturevalue("elsewhere")),
        )
    assert wait_until(lambda: workers_of(run.pid))
    time.sleep(0.5)  # into the training, also of the one that says nothing
    workers = workers_of(run.pid)
    run.kill()
    run.communicate()
    assert wait_until(lambda: not any(map(alive, workers)))
    assert kept() == before
