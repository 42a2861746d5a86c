"""What a call is charged: its processor time and its waiting, and nothing for what other programs do meanwhile."""

import os
import subprocess
import sys

import pytest
from sandbox_helpers import call, need

from autograder.sandbox import Limits, MachineBusy, Tier

CODE = """
import signal, time

def compute(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
    return 1

def wait(seconds, step=None):
    for _ in range(round(seconds / step) if step else 1): time.sleep(step or seconds)
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
    """Four programs for each processor, which do nothing but compute."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4 * (os.cpu_count() or 1))]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


def charged(worker, *arguments, **options):
    """The reply, and what the call was charged."""
    before = worker._seconds_left
    return call(worker, *arguments, **options), before - worker._seconds_left


def test_a_busy_machine_makes_no_time_out_of_a_right_call(worker, busy_machine):
    """It takes four times as long by the clock, at least."""
    reply, seconds = charged(worker, "compute", 1.0, seconds=1.5)
    assert reply.value == 1 and 0.9 < seconds < 1.5


def test_code_that_only_waits_is_ended_by_a_limit_of_its_own(worker):
    reply, seconds = charged(worker, "wait", 60.0)
    assert (reply.failure, reply.message) == ("timeout", "it did nothing but wait for 1 seconds")
    assert 1.0 < seconds < 2.0


def test_code_that_wakes_up_now_and_then_waits_all_the_same(worker):
    assert call(worker, "wait", 60.0, 0.01).message == "it did nothing but wait for 1 seconds"


def test_code_that_stops_the_timer_of_its_process_is_ended_from_outside(worker):
    reply, seconds = charged(worker, "stop_the_timer", cpu_seconds=0.5)
    assert (reply.failure, reply.message) == ("timeout", "no answer after 0.5 seconds of processor time")
    assert seconds < 2.0


def test_a_call_that_gets_no_processor_is_no_verdict(work):
    worker = work(CODE, limits=Limits(cpu_seconds=20, call_seconds=10.0, total_seconds=60.0, wall_seconds=0.2))
    with pytest.raises(MachineBusy, match="This machine is too busy"):
        call(worker, "compute", 5.0)
    assert call(worker, "compute", 0.0).value == 1


def test_code_that_prints_half_a_gigabyte_waits_for_nobody(worker, busy_machine):
    reply, seconds = charged(worker, "print_much", 500, cpu_seconds=5.0)
    assert reply.value == 500 and seconds < 5.0
    assert worker.output.endswith("[more was printed and is left out]")
