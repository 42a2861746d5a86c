"""One sandbox, a new process for each submission: nothing passes from one to the next, and each is shut in."""

import contextlib
import os
import sys
import textwrap
from pathlib import Path

import pytest
from helpers.sandbox import PROBES, SHORT, call, need

from autograder.course import SOLUTIONS, part
from autograder.grading.grade import GradingContext, grade
from autograder.sandbox import CHECK, SandboxUnavailable, Tier, Worker, fork_server, fork_servers, seccomp, selftest
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.fork_servers import ForkServers

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other people's code is graded on Linux")
SHARED = {"probes.py": PROBES.encode(), "common/part01_autograd.py": b"values = [1]\n"}


@pytest.fixture
def server():
    need(Tier.STRICT)
    with contextlib.closing(ForkServer(SHARED)) as started:
        yield started


@pytest.fixture
def submit(server):
    """submit(code) gives a worker for that code; the one before is closed."""
    workers = []

    def make(code, limits=CHECK):
        if workers:
            workers.pop().close()
        workers.append(Worker(SHARED, Tier.STRICT, limits, server=server))
        workers[0].add("submission", {"part05_gpt.py": textwrap.dedent(code).encode()})
        return workers[0]

    yield make
    for worker in workers:
        worker.close()


def program(server):
    return server._program.pid


def test_every_attack_of_the_self_test_is_stopped():
    need(Tier.STRICT)
    findings = selftest.run(Tier.STRICT, forked=True)
    assert [finding for finding in findings if not finding.held] == []
    assert len(findings) == len(selftest.ATTACK_LIST) + 2


def test_a_hole_in_the_filter_of_forked_processes_is_found(monkeypatch):
    need(Tier.STRICT)
    monkeypatch.setattr(fork_server, "seccomp_program", lambda **options: seccomp.seccomp_program(False, may_fork=True))
    assert "no process can be started" in selftest.what_breaks(Tier.STRICT, forked=True)


def test_where_forks_do_not_hold_each_worker_starts_on_its_own(monkeypatch):
    need(Tier.STRICT)
    with contextlib.closing(ForkServers()) as servers:
        assert isinstance(servers.server(SHARED, Tier.STRICT), ForkServer)
        assert servers.server(SHARED, Tier.LOCAL) is servers.server(SHARED, Tier.LANDLOCK) is None
        monkeypatch.setattr(fork_servers, "forks_hold", lambda: False)
        assert servers.server(SHARED, Tier.STRICT) is None


def test_nothing_of_a_submission_is_left_for_the_next(submit, server):
    first = """
    import builtins, gc, json, math, os, random, sys
    import part01_autograd
    secret = "of the first"
    def get():
        part01_autograd.values.append(2)
        math.exp = json.loads = builtins.sum = None
        sys.modules["leftover"] = sys
        random.seed(1)
        return [os.getpid(), random.random()]
    """
    second = """
    import builtins, gc, json, math, os, random, sys
    import part01_autograd
    own = "of the second"
    def get():
        folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        files = [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]
        texts = [open(path, "rb").read() for path in files]
        gc.unfreeze()  # otherwise what the server has loaded is left out
        kept = [text for each in gc.get_objects() for text in gc.get_referents(each) if type(text) is str]
        changed = [math.exp, json.loads, builtins.sum].count(None) + ("leftover" in sys.modules)
        others = [sum([b"of the " + b"first" in text for text in texts]), kept.count("of the {}".format("first"))]
        return [part01_autograd.values, changed, others, own in kept]
    """
    worker = submit(first)
    (process, drawn), pid = call(worker, "get").value, program(server)
    assert process > 1
    assert call(submit(second), "get").value == [[1], 0, [0, 0], True]
    assert program(server) == pid, "it was forked from the same process"
    again = submit("import random\ndef get(): return random.random()")
    numbers = {call(again, "get").value, call(submit("import random\ndef get(): return random.random()"), "get").value}
    assert len(numbers) == 2 and drawn not in numbers, "each process has random numbers of its own"


def test_a_submission_is_served_only_while_no_other_one_is_there(submit, server):
    worker = submit("def get(): return 1")
    assert call(worker, "get").value == 1
    with (
        pytest.raises(SandboxUnavailable, match="one submission at a time"),
        Worker(SHARED, Tier.STRICT, server=server) as other,
    ):
        other.start()
    worker.close()
    assert not (server._launch.job.folder / "submission").exists()
    with pytest.raises(SandboxUnavailable, match="the same files"):
        server.lend({**SHARED, "common/part02_tokenizer.py": b""}, CHECK)


def test_the_process_that_forks_cannot_be_reached(submit, server):
    code = """
    import ctypes, os, signal
    libc = ctypes.CDLL(None, use_errno=True)
    def get():
        reached = []
        for number in (os.getppid(), 1, -1, 0, os.getpid()):
            try:
                os.kill(number, 0)
                reached.append(number)
            except PermissionError:
                pass
        for descriptor in range(3, 256):
            try:
                reached.append(os.readlink(f"/proc/self/fd/{descriptor}"))
            except OSError:
                pass
            try:
                os.fstat(descriptor)
                open_descriptors.append(descriptor)
            except OSError:
                pass
        if libc.ptrace(16, os.getppid(), 0, 0) == 0:
            reached.append("trace")
        return reached
    open_descriptors = []
    def descriptors():
        import stat
        sockets = [number for number in open_descriptors if stat.S_ISSOCK(os.fstat(number).st_mode)]
        return [len(sockets), len(open_descriptors)]
    """
    worker = submit(code)
    assert call(worker, "get").value == []
    # The two private ones of the worker and ctypes's at most; no socket.
    assert call(worker, "descriptors").value[0] == 0 and call(worker, "descriptors").value[1] <= 3


def test_every_system_call_of_both_filters_is_refused(submit):
    need(Tier.STRICT)
    import pyseccomp

    lists = [seccomp.START_PROCESSES, seccomp.PROCESSES, seccomp.NETWORK, seccomp.NAMESPACES, seccomp.HIDDEN_MEMORY]
    lists += [seccomp.KERNEL, seccomp.OTHERS, seccomp.METADATA, seccomp.PRIORITIES, seccomp.SHARED_COUNTERS]
    names = {name: pyseccomp.resolve_syscall(pyseccomp.system_arch(), name) for name in " ".join(lists).split()}
    numbers = {name: seccomp.NUMBERS.get(name, number) if number == -1 else number for name, number in names.items()}
    known = {name: number for name, number in numbers.items() if number >= 0}
    assert len(known) > 80
    code = f"""
    import ctypes
    def get():
        libc, allowed = ctypes.CDLL(None, use_errno=True), []
        for name, number in {known!r}.items():
            libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
            if number >= 0 and ctypes.get_errno() != 1:
                allowed.append(name)
        libc.syscall(ctypes.c_long(56), *[ctypes.c_long(0)] * 5)
        return [allowed, ctypes.get_errno()]
    """
    if os.uname().machine != "x86_64":
        code = code.replace("c_long(56)", "c_long(220)")
    assert call(submit(code), "get").value == [[], 1]


def test_ends_are_told_apart_and_the_next_call_works(submit):
    code = """
    import ctypes, os, sys
    def leave(): os._exit(3)
    def crash(): ctypes.string_at(0)
    def spin():
        while True: pass
    def flood():
        while True: os.write(2, b"x" * 65536)
    """
    worker = submit(code, SHORT)
    for _ in range(2):
        assert call(worker, "leave").message == "the code ended the whole program (status 3)"
        assert call(worker, "crash").message == "the interpreter crashed (SIGSEGV)"
        assert call(worker, "spin", seconds=0.2).failure == "timeout" and worker.no_survivors
        assert call(worker, "spin", cpu_seconds=0.2).message == "no answer after 0.2 seconds of processor time"
        assert worker.call("echo", [1]).value == 1


@pytest.mark.parametrize("which", ["sandbox", "submission"])
def test_a_process_that_somebody_else_killed_is_asked_once_more(submit, server, which):
    import threading

    worker = submit("import time\ndef slow():\n    time.sleep(0.5)\n    return 7")
    worker.call("echo", [1])
    victim = program(server) if which == "sandbox" else worker._process.process.pid
    threading.Timer(0.2, os.kill, (victim, 9)).start()
    assert call(worker, "slow").value == 7


def test_a_closed_server_leaves_no_process_and_no_file(server):
    with Worker(SHARED, Tier.STRICT, server=server) as worker:
        worker.add("submission", {"part05_gpt.py": b""})
        assert worker.call("echo", [1]).value == 1
        folder, forked = server._launch.job.base, worker._process.process.pid
    parent = program(server)
    server.close()
    assert not folder.exists() and not Path(f"/proc/{forked}").exists() and not Path(f"/proc/{parent}").exists()


def test_a_verdict_is_the_same_with_forks_and_without():
    """Right code, a mistake, a stub, code that ends the program, and a syntax error."""
    need(Tier.STRICT)
    from autograder.grading.misconceptions import variants
    from autograder.stubs import make_stub

    of = part(3)
    right = (SOLUTIONS / of.file_name).read_text(encoding="utf-8")
    endings = ("", "import os\nos._exit(3)\n", "raise SystemExit\n", "def unfinished(:\n", "1 / 0\n")
    sources = [*(f"{right}\n{ending}" for ending in endings), make_stub(right, of.file_name)]
    sources.append(variants(of)[min(variants(of))].decode("utf-8"))

    def verdicts(context):
        for source in sources:
            report = grade({of.file_name: source.encode()}, of, seed=1, tier=Tier.STRICT, context=context).to_json()
            yield {name: value for name, value in report.items() if name != "used"}

    with contextlib.closing(ForkServers()) as servers:
        assert list(verdicts(GradingContext(servers=servers))) == list(verdicts(GradingContext()))
        assert len(servers._servers) == 1
