"""Workers that lie, flood and cling: each fails its own call, and the next submission is served."""

import errno
import os
import sys
import threading
import time
from dataclasses import replace

import pytest
from helpers.sandbox import SHORT, call

from autograder.sandbox import CHECK, Limits

MEGABYTE = 1024 * 1024

# Finds what only the worker should hold: the private descriptor and the id of the running call.
THIEF = """
import json, os, sys, threading, time

def stolen():
    for frame in sys._current_frames().values():
        while frame:
            if 'replies' in frame.f_locals and hasattr(frame.f_locals['replies'], 'descriptor'):
                return frame.f_locals['replies']
            frame = frame.f_back

def write(data):
    os.write(stolen().descriptor, data)

def forge(value):
    write(json.dumps({'id': stolen().id, 'value': value}).encode() + b'\\n')
    return 'honest'

def early(value):
    write(json.dumps({'id': '0' * 16, 'value': value}).encode() + b'\\n')
    return 'honest'

def garbage():
    write(bytes(range(256)) * 100 + b'\\n')
    return 'honest'

def ready():
    write(json.dumps({'id': stolen().id, 'ready': '9.9.9'}).encode() + b'\\n')
    return 'honest'

def endless_line():
    while True:
        write(b'x' * 65536)

def endless_lines():
    while True:
        write(b'{"id":"%s","progress":[1,2,3]}\\n' % stolen().id.encode() * 100)

def later():
    reply = stolen()
    line = json.dumps({'id': reply.id, 'value': 'late'}).encode() + b'\\n'
    def wait():
        time.sleep(0.1)
        os.write(reply.descriptor, line)
    threading.Thread(target=wait, daemon=True).start()
    return 'honest'

def flood_later():
    reply = stolen()
    line = json.dumps({'id': reply.id, 'progress': 'x' * 900_000}).encode() + b'\\n'
    def flood():
        time.sleep(0.1)
        while True: os.write(reply.descriptor, line)
    threading.Thread(target=flood, daemon=True).start()
    return 'honest'

def close_channel():
    os.close(stolen().descriptor)
    time.sleep(60)

def stop():
    import signal
    os.kill(os.getpid(), signal.SIGSTOP)

def stop_later():
    import signal
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGSTOP)).start()
    return 'honest'
"""


def peak_memory():
    """The most memory that this process ever held, in bytes."""
    with open("/proc/self/status", encoding="utf-8") as file:
        line = next(line for line in file if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def reset_peak_memory():
    with open("/proc/self/clear_refs", "w", encoding="utf-8") as file:
        file.write("5")


def test_a_forged_reply_is_the_learners_own_word_and_the_extra_one_fails_the_next_call(work):
    worker = work(THIEF)
    assert call(worker, "forge", 7).value == 7
    time.sleep(0.1)
    assert worker.call("echo", [1]).failure == "protocol"
    assert worker.call("echo", [1]).value == 1, "a fresh process answers again"


@pytest.mark.parametrize("attack", ["early", "garbage", "ready"])
def test_a_line_that_is_no_answer_to_this_call_fails_it(work, attack):
    worker = work(THIEF)
    assert call(worker, attack, *([7] if attack == "early" else [])).failure == "protocol"
    assert worker.call("echo", [1]).value == 1


def test_a_line_between_two_calls_fails_the_second(work):
    worker = work(THIEF)
    assert call(worker, "later").value == "honest"
    time.sleep(0.4)
    assert worker.call("echo", [1]).failure == "protocol"
    assert worker.call("echo", [1]).value == 1


def test_a_line_without_an_end_is_too_large(work):
    worker = work(THIEF)
    assert call(worker, "endless_line").failure == "too large"
    assert worker.call("echo", [1]).value == 1


def test_a_flood_of_progress_notes_is_too_large(work):
    notes = []
    worker = work(THIEF, limits=replace(CHECK, total_seconds=60.0))  # a busy machine takes long to read them
    assert call(worker, "endless_lines", on_progress=notes.append).failure == "too large"
    assert len(notes) <= 10_000 and worker.call("echo", [1]).value == 1


def test_a_worker_that_closes_its_channel_fails_its_call(work):
    worker = work(THIEF)
    assert call(worker, "close_channel").failure == "protocol"
    assert worker.call("echo", [1]).value == 1


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signal")
@pytest.mark.parametrize("size", [10, 1_000_000])
def test_a_worker_that_stops_reading_holds_nobody_up(work, size):
    worker = work(THIEF)
    assert call(worker, "stop_later").value == "honest"
    time.sleep(0.3)
    assert worker.call("echo", ["x" * size], seconds=0.5).failure == "timeout"
    assert worker.everything_ended


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from /proc")
@pytest.mark.parametrize(
    "code",
    [
        "def flood():\n    while True: print('x' * 10000)",
        "import os\ndef flood():\n    while True: os.write(2, bytes(range(256)) * 200)",
        "def flood():\n    while True: print()",
        THIEF + "\ndef flood():\n    while True: endless_line()",
        THIEF + "\ndef flood():\n    while True: endless_lines()",
        "def flood():\n    return [[] for _ in range(29_000)]",
    ],
    ids=["prints", "binary output", "empty lines", "a line without end", "progress notes", "many lists"],
)
def test_no_flood_costs_the_trusted_side_fifty_megabytes(work, code):
    worker = work(code, limits=Limits(cpu_seconds=5, call_seconds=1.0, total_seconds=5, memory_bytes=400 * MEGABYTE))
    worker.call("echo", [1])
    reset_peak_memory()
    before, notes = peak_memory(), []
    call(worker, "flood", on_progress=notes.append)
    assert len(worker.output) < 70_000
    assert peak_memory() - before < 50 * MEGABYTE


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from /proc")
def test_a_flood_between_two_calls_waits_outside(work):
    worker = work(THIEF)
    worker.call("echo", [1])
    reset_peak_memory()
    before = peak_memory()
    assert call(worker, "flood_later").value == "honest"
    time.sleep(1.0)
    assert peak_memory() - before < 50 * MEGABYTE
    assert worker.call("echo", [1]).failure == "protocol"
    assert worker.call("echo", [1]).value == 1


def test_output_is_cut_where_the_limit_says_and_says_so(work):
    worker = work("def flood():\n    for _ in range(20_000): print('0123456789')")
    call(worker, "flood")
    assert worker.output.startswith("0123456789\n0123456789\n")
    assert worker.output.endswith("[more was printed and is left out]") and len(worker.output) < 66_000


def test_code_that_writes_without_end_past_the_streams_of_python_is_ended_long_before_its_time_is_up(work):
    limits = Limits(cpu_seconds=20, call_seconds=20.0, total_seconds=40, printed_bytes=8 * MEGABYTE)
    code = "import os\ndef flood():\n    while True: os.write(2, b'x' * 10_000)\ndef little(): print('x')"
    worker = work(code, limits=limits)
    reply = call(worker, "flood")
    assert (reply.failure, reply.message) == ("timeout", "it printed more than 8 MB and gave no answer")
    call(worker, "little")
    assert worker.call("echo", [1]).value == 1, "the next process begins to count anew"


def test_a_background_thread_does_not_keep_the_worker_alive(work):
    code = """
import threading
def spin():
    while True: pass
def begin():
    threading.Thread(target=spin).start()
    return 1
"""
    worker = work(code)
    assert call(worker, "begin").value == 1
    worker.close()
    assert worker.everything_ended


def test_nothing_runs_after_the_last_call(work, tmp_path):
    mark = tmp_path / "mark"
    code = f"""
import atexit
def leave_mark(): open({str(mark)!r}, 'w').close()
class Late:
    def __del__(self): leave_mark()
late = Late()
atexit.register(leave_mark)
"""
    worker = work(code)
    assert worker.call("echo", [1]).value == 1
    worker.close()
    assert not mark.exists()


def test_patched_builtins_harm_only_the_one_who_patched_them(work):
    code = """
import builtins, json, math, os
def patch():
    math.isclose = lambda *a, **k: True
    json.dumps = json.loads = None
    builtins.type = builtins.len = builtins.isinstance = builtins.sorted = lambda *a: 1
    os.write = lambda *a: 0
"""
    worker = work(code, limits=SHORT)
    call(worker, "patch", seconds=1)
    worker.call("echo", [1], seconds=1)
    assert work().call("echo", [[1.5]]).value == [1.5]
    import math

    assert not math.isclose(1, 2)


def test_many_workers_are_served_at_once_from_threads(work):
    workers = [work(f"def number(): return {number}") for number in range(8)]
    answers = {}

    def ask(number):
        answers[number] = call(workers[number], "number").value

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: number for number in range(8)}


def test_probes_that_do_not_load_are_reported_and_not_blamed_on_a_line_of_the_learner(work):
    reply = work(probes="import part05_gpt\n1 / 0").call("echo", [1])
    assert (reply.failure, reply.file) == ("load", None)


COUNTERS = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)

def take(name, *numbers):
    call = {'x86_64': {'io_setup': 206, 'timer_create': 222, 'mq_open': 240},
            'aarch64': {'io_setup': 0, 'timer_create': 107, 'mq_open': 180}}[__import__('os').uname().machine][name]
    made = ctypes.c_void_p(0)
    arguments = {'io_setup': (64, ctypes.byref(made)), 'timer_create': (0, None, ctypes.byref(made)),
                 'mq_open': (b'queue', 0o102, 0o600, None)}[name]
    return [libc.syscall(call, *arguments), ctypes.get_errno()]

def limits():
    import resource
    return [resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[1] for name in ('SIGPENDING', 'MSGQUEUE')]
"""


@pytest.mark.parametrize("name", ["io_setup", "timer_create", "mq_open"])
def test_what_the_kernel_counts_for_all_is_not_for_a_worker(work, shut_in, name):
    """Of 65,536 asynchronous contexts of the whole machine one worker took 64,000; a database then had none."""
    worker = work(COUNTERS, tier=shut_in, limits=SHORT)
    assert call(worker, "take", name).value == [-1, errno.EPERM]
    assert call(worker, "limits").value == [64, 0]
