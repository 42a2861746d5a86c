"""What a call is charged: its processor time and its waiting, and nothing for what other programs do meanwhile."""

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from helpers.sandbox import call, need

from autograder.sandbox import Limits, MachineBusy, Tier, worker_client

CODE = """
import signal, time

def compute(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
    return 1

def wait(seconds, step=None):
    for _ in range(round(seconds / step) if step else 1): time.sleep(step or seconds)
    return 1

def end():
    import os
    os._exit(3)

def begin_threads():
    import threading
    def hash_on():
        import hashlib
        while True: hashlib.pbkdf2_hmac("sha256", b"x", b"y", 100_000)
    for _ in range(3): threading.Thread(target=hash_on, daemon=True).start()
    return 1

def stop_the_timer():
    signal.setitimer(signal.ITIMER_PROF, 0)
    while True: pass

def print_much(megabytes):
    for _ in range(megabytes): print('x' * 1_000_000)
    return megabytes
"""
LIMITS = Limits(cpu_seconds=20, call_seconds=10.0, total_seconds=60.0, idle_seconds=1.0)


@pytest.fixture(params=Tier, ids=lambda tier: tier.value)
def worker(request, work):
    if request.param is not Tier.LOCAL:
        need(request.param)
    elif sys.platform != "linux":
        pytest.skip("only Linux tells what another process has used")
    return work(CODE, tier=request.param, limits=LIMITS)


@pytest.fixture
def busy_machine():
    """Four programs that do nothing but compute, for each processor that the worker may use. On Linux that is one, on
    which this process and all that it starts stay: the other processors are free for the tests that run next to these.
    """
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if allowed:
        number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))  # two at once take two processors
        os.sched_setaffinity(0, {allowed[number % len(allowed)]})
    count = 4 if allowed else 4 * (os.cpu_count() or 1)
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()
    if allowed:
        os.sched_setaffinity(0, allowed)


def charged(worker, *arguments, **options):
    """The reply, and what the call was charged."""
    before = worker.used
    return call(worker, *arguments, **options), worker.used - before


def test_a_busy_machine_makes_no_time_out_of_a_right_call(worker, busy_machine):
    """It takes four times as long by the clock, at least."""
    reply, seconds = charged(worker, "compute", 0.5, seconds=1.0)
    assert reply.value == 1 and 0.45 < seconds < 1.0


def test_code_that_only_waits_is_ended_by_a_limit_of_its_own(worker):
    worker.limits = replace(LIMITS, idle_seconds=0.5)
    reply, seconds = charged(worker, "wait", 60.0)
    assert (reply.failure, reply.message) == ("timeout", "it did nothing but wait for 0.5 seconds")
    assert 0.5 < seconds < 1.5


def test_code_that_wakes_up_now_and_then_waits_all_the_same(worker):
    worker.limits = replace(LIMITS, idle_seconds=0.5)
    assert call(worker, "wait", 60.0, 0.01).message == "it did nothing but wait for 0.5 seconds"


def test_code_that_stops_the_timer_of_its_process_is_ended_from_outside(worker):
    reply, seconds = charged(worker, "stop_the_timer", cpu_seconds=0.5)
    assert (reply.failure, reply.message) == ("timeout", "no answer after 0.5 seconds of processor time")
    assert seconds < 2.0


def test_short_calls_are_charged_what_they_used_on_a_busy_machine(worker, busy_machine):
    """Each is over before it could be measured, and takes five times as long by the clock."""
    begin = time.monotonic()
    for _ in range(100):
        assert call(worker, "compute", 0.002).value == 1
    assert worker.used < max(0.6, (time.monotonic() - begin) / 4)  # processor time grows, too, where 40 programs run


def test_a_process_that_ends_itself_is_not_forgiven_what_it_used(worker):
    for _ in range(3):
        assert call(worker, "compute", 0.3).value == 1
        assert call(worker, "end").failure == "exited"
    assert worker.used > 0.85


def test_a_call_that_is_ended_is_charged_once(worker):
    for _ in range(2):
        assert call(worker, "stop_the_timer", cpu_seconds=0.5).failure == "timeout"
    assert 1.06 < worker.used < 1.87


def test_what_threads_do_between_two_calls_is_charged(worker):
    assert call(worker, "begin_threads").value == 1
    deadline = time.monotonic() + 120
    while worker.used < 0.5 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert worker.used >= 0.5


def test_each_process_after_the_first_is_charged(work, monkeypatch):
    monkeypatch.setattr(worker_client, "RESTART", 1.0)
    worker = work(CODE, limits=Limits(cpu_seconds=20, call_seconds=10.0, total_seconds=1.9))
    assert [call(worker, "end").failure for _ in range(4)] == ["exited", "exited", "exited", "timeout"]


def test_the_budget_can_be_extended_and_holds_again(work):
    worker = work(CODE, limits=Limits(cpu_seconds=20, call_seconds=10.0, total_seconds=0.3))
    assert call(worker, "compute", 5.0).message == "the 0.3 seconds for all calls together are used up"
    assert worker.used_up and call(worker, "compute", 0.0).failure == "timeout"
    worker.extend(1.0)
    assert call(worker, "compute", 0.1).value == 1 and not worker.used_up
    assert call(worker, "compute", 5.0).message == "the 1 seconds for all calls together are used up"


def test_a_call_that_gets_no_processor_is_no_verdict(work):
    worker = work(CODE, limits=Limits(cpu_seconds=20, call_seconds=10.0, total_seconds=60.0, wall_seconds=0.2))
    with pytest.raises(MachineBusy, match="This machine is too busy"):
        call(worker, "compute", 5.0)
    assert call(worker, "compute", 0.0).value == 1


def test_code_that_prints_half_a_gigabyte_waits_for_nobody(worker, busy_machine):
    reply, seconds = charged(worker, "print_much", 500, cpu_seconds=5.0)
    assert reply.value == 500 and seconds < 5.0
    assert worker.read_output().endswith("[more was printed and is left out]")


def test_many_short_waits_are_charged_in_the_end(worker):
    """A single one may be ours, on a busy machine: one second of them is forgiven."""
    for _ in range(30):
        assert call(worker, "wait", 0.15).value == 1
    assert worker.used > 0.5  # of 4.5, of which the first slice of each call is not seen
