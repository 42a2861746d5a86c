"""Probes that attack the sandbox they run in. Each returns what it gained: an empty list if it was stopped.

They run in a worker, with only the standard library, on Python 3.9 and newer.
"""

import os
import sys

CLONE_NEWUSER = 0x10000000


def attempt(gains, what, action):
    """Run `action`, and add `what` to the gains if nothing stopped it."""
    try:
        action()
    except (OSError, ImportError, AttributeError, ValueError, RuntimeError, MemoryError):
        return
    gains.append(what)


def read(path):
    with open(path, "rb") as file:
        file.read(16)


def system_call(*arguments):
    """Make a system call by number, on known architectures. Raises OSError if it is refused."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(*[ctypes.c_long(argument) for argument in arguments]) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def read_file(path):
    gains = []
    attempt(gains, "read " + path, lambda: read(path))
    attempt(gains, "wrote " + path, lambda: open(path, "ab").close())
    return gains


def read_environment(process):
    gains = []
    for number in (1, process, os.getppid()):
        attempt(gains, f"environment of {number}", lambda number=number: read(f"/proc/{number}/environ"))
        attempt(gains, f"memory of {number}", lambda number=number: read(f"/proc/{number}/mem"))
    return gains


def read_packages():
    """Read files in folders of installed packages, where a grader may be installed."""
    gains = []
    places = {"/usr/lib/python3/dist-packages", "/usr/local", "/opt", "/home", "/root"}
    for place in list(sys.path):
        places |= {os.path.join(place, "site-packages"), os.path.join(place, "dist-packages")}
    for place in sorted(places):
        for folder, _, names in os.walk(place):
            for path in [os.path.join(folder, name) for name in names[:20] if "-packages" in folder]:
                attempt(gains, path, lambda path=path: read(path))
                if gains:
                    return gains
    return gains


def write_anywhere(folder):
    gains = []
    here = os.path.dirname(os.path.abspath(__file__))
    for place in (folder, here, "/", "/tmp", "/var/tmp", "/dev/shm", "/dev", os.getcwd(), os.path.dirname(os.__file__)):
        path = os.path.join(place, f"written-by-the-self-test-{os.getpid()}")
        attempt(gains, "wrote into " + place, lambda path=path: open(path, "w", encoding="utf-8").close())
        attempt(gains, "made a folder in " + place, lambda path=path: os.mkdir(path + "-folder"))
        for made, remove in ((path, os.unlink), (path + "-folder", os.rmdir)):
            attempt([], "", lambda made=made, remove=remove: remove(made))
    attempt(gains, "changed the probes", lambda: open(__file__, "a", encoding="utf-8").close())
    attempt(gains, "changed the mode of a folder", lambda: os.chmod(folder, 0o777))
    return gains


def open_network():
    gains = []
    try:
        import socket
    except ImportError:
        return gains
    for family in ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"):
        kind = socket.SOCK_RAW if family == "AF_NETLINK" else socket.SOCK_STREAM
        attempt(gains, family, lambda family=family, kind=kind: socket.socket(getattr(socket, family), kind).close())
    return gains


def start_process():
    gains = []

    def fork():
        process = os.fork()
        if process == 0:
            os._exit(0)
        os.waitpid(process, 0)

    attempt(gains, "fork", fork)
    attempt(gains, "spawn", lambda: os.waitpid(os.posix_spawn(sys.executable, [sys.executable, "-V"], {}), 0))
    if hasattr(os, "forkpty"):
        attempt(gains, "a terminal", lambda: os.close(os.openpty()[0]))
    return gains


def reach_process(process):
    """Send signal 0, which only tests the permission, to one process, to the grader, and to all processes."""
    gains = []
    attempt(gains, f"signal {process}", lambda: os.kill(process, 0))
    if os.getppid() > 1:  # in a separate process namespace, 1 is the namespace's own reaper
        attempt(gains, "signal the grader", lambda: os.kill(os.getppid(), 0))
    attempt(gains, "signal everybody", lambda: os.kill(-1, 0))
    attempt(gains, "signal a process group", lambda: os.killpg(process, 0))
    return gains


def limit_process(process):
    """Change another process of the same user: its limits, priority, signals and memory."""
    import fcntl
    import resource

    gains = []
    if hasattr(resource, "prlimit"):
        attempt(gains, "its limits", lambda: resource.prlimit(process, resource.RLIMIT_CORE))
    attempt(gains, "its priority", lambda: os.setpriority(os.PRIO_PROCESS, process, 19))
    if hasattr(os, "sched_setaffinity"):
        attempt(gains, "its processors", lambda: os.sched_setaffinity(process, {0}))
    ends = os.pipe()
    # In a separate process namespace, no process has this number: ESRCH.
    attempt(gains, "signals by a pipe", lambda: fcntl.fcntl(ends[0], 8, process))
    attempt(gains, "a trace", lambda: read(f"/proc/{process}/maps"))
    for end in ends:
        os.close(end)
    return gains


def open_hidden_memory():
    gains = []
    if hasattr(os, "memfd_create"):
        attempt(gains, "memfd", lambda: os.memfd_create("hidden"))
    attempt(gains, "/dev/shm", lambda: os.listdir("/dev/shm"))
    return gains


def take_memory(size):
    gains = []
    attempt(gains, f"{size} bytes", lambda: bytearray(size))
    return gains


def start_threads():
    """Start more threads than a worker needs. They wait on a lock, so they end with the worker."""
    import threading

    lock, threads = threading.Lock(), []
    with lock:
        try:
            for _ in range(300):
                threads.append(threading.Thread(target=lambda: lock.acquire() and lock.release(), daemon=True))
                threads[-1].start()
        except (RuntimeError, MemoryError):
            return []
    return [f"{len(threads)} threads"]


def search_files(name):
    """Search for a file by its name, or for hidden tests, in all folders that can be listed, until one is found."""
    for folder, folders, names in os.walk("/"):
        if folder.count("/") > 6 or folder in ("/proc", "/sys"):
            folders.clear()
        for file in names:
            if file in (name, "test_hidden.py", "gradebook.db"):
                return [os.path.join(folder, file)]
    return []


def open_kernel_settings():
    gains = []
    for path in ("/proc/sys/kernel/core_pattern", "/proc/self/oom_score_adj", "/sys/kernel/uevent_helper", "/dev/mem"):
        attempt(gains, "wrote " + path, lambda path=path: os.close(os.open(path, os.O_WRONLY)))
    return gains


def make_namespace():
    gains = []
    if hasattr(os, "unshare"):
        attempt(gains, "a user namespace", lambda: os.unshare(CLONE_NEWUSER))
    elif os.uname().machine == "x86_64":
        attempt(gains, "a user namespace", lambda: system_call(272, CLONE_NEWUSER))
        attempt(gains, "io_uring", lambda: system_call(425, 1, 0))
        attempt(gains, "bpf", lambda: system_call(321, 0, 0, 0))
    return gains


def outlive():
    """Ignore every signal that can be ignored, start as many processes as possible, and keep running."""
    import signal
    import threading

    for number in range(1, 64):
        attempt([], "", lambda number=number: signal.signal(number, signal.SIG_IGN))
    attempt([], "", os.setsid)
    attempt([], "", os.fork)
    for _ in range(4):
        attempt([], "", threading.Thread(target=spin).start)
    spin()


def spin():
    while True:
        pass
