"""The tiers: start a worker so that it can do no more than its tier allows.

A worker sees one folder, its job: its own program and the files that it needs.
"""

from __future__ import annotations

import base64
import functools
import importlib.machinery
import importlib.util
import marshal
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from autograder.errors import Misuse
from autograder.sandbox.bubblewrap import JOB, bubblewrap_command, find_bubblewrap, job_parent, spare_user
from autograder.sandbox.interpreter import UnusableInterpreter, choose_interpreter, readable_by_everybody
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Program
from autograder.sandbox.seccomp import FilterUnavailable, seccomp_program

# One level of folders, no hidden files, and no path that leads outside.
FILE_PATH = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/)?[A-Za-z0-9_][A-Za-z0-9_.-]*")
WORKER, COMPILED_WORKER = "worker.py", "worker.pyc"
SOURCES = (WORKER, "confine.py")
STRICT_LIMITS = {"NOFILE": 64, "NPROC": 16, "SIGPENDING": 64, "MSGQUEUE": 0}
# Otherwise PyPy reads the size of the processor's cache from /proc, and prints a warning if it is not there.
PYPY_SETTINGS = {"PYPY_GC_NURSERY": "4M"}
INTERPRETER_OPTIONS = ("-I", "-S", "-B", "-X", "utf8")


class SandboxUnavailable(Misuse):
    """The requested sandbox is not available; the message says what was tried and what to do."""


class Tier(str, Enum):
    """How a worker is isolated: LOCAL for your own code, STRICT (bubblewrap) or LANDLOCK for other people's."""

    LOCAL = "local"
    STRICT = "strict"
    LANDLOCK = "landlock"


class Job:
    """A temporary folder with the worker's program and the job's files; `remove()` deletes it.

    `folder`: what a worker sees; `empty`: an empty folder next to it.
    """

    def __init__(self, files: Mapping[str, bytes], owner: int | None = None, parent: str | None = None) -> None:
        """Write `files` (contents by relative path) for the user id `owner` (None: this user).

        Raises ValueError for a path that is not `name` or `folder/name`.
        """
        _check_paths(files)
        self.base = Path(tempfile.mkdtemp(prefix="worker-", dir=parent))
        self.folder, self.empty = self.base / "job", self.base / "empty"
        self.folder.mkdir()
        self.empty.mkdir()
        own = {name: Path(__file__).with_name(name).read_bytes() for name in SOURCES}
        self._write({**files, **own, COMPILED_WORKER: _compiled_worker()})
        self._owner = owner
        self._hand_over(self.base, *self.base.rglob("*"))

    def add(self, files: Mapping[str, bytes]) -> None:
        """Write more files. Raises ValueError as `__init__` does."""
        _check_paths(files)
        self._write(files)
        written = [self.folder / path for path in files]
        self._hand_over(*written, *{path.parent for path in written})

    def _write(self, files: Mapping[str, bytes]) -> None:
        for path, content in files.items():
            target = self.folder / path
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content)

    def _hand_over(self, *paths: Path) -> None:
        """Let the owner read, but not write: the files stay ours, and get that user's group."""
        for path in paths if self._owner is not None else ():
            os.chown(path, -1, self._owner)
            path.chmod(0o750 if path.is_dir() else 0o640)

    def remove(self) -> None:
        """Delete the folder. A file that another program still holds open is left to the system."""
        shutil.rmtree(self.base, ignore_errors=True)


def _check_paths(files: Mapping[str, bytes]) -> None:
    for path in files:
        if not FILE_PATH.fullmatch(path) or path in (*SOURCES, COMPILED_WORKER):
            raise ValueError(f"{path!r} is not a file of a job: only 'name' and 'folder/name' are")


@functools.cache
def _compiled_worker() -> bytes:
    """The worker's program as bytecode of this interpreter."""
    path = Path(__file__).with_name(WORKER)
    code = importlib.machinery.SourceFileLoader("worker", str(path)).get_code("worker")  # kept in __pycache__
    # Twelve zeros instead of the source's date: this file is run, not imported.
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


def _program_of_worker(magic: bytes) -> str:
    """The name of the file that an interpreter runs: the bytecode, unless its own is of another kind. Compiling the
    source takes 4 ms at each start.
    """
    return COMPILED_WORKER if magic == importlib.util.MAGIC_NUMBER else WORKER


@dataclass
class Launch:
    """Everything needed to start a worker."""

    command: list[str]
    job: Job
    setup: dict
    environment: Mapping[str, str] = field(default_factory=lambda: PYPY_SETTINGS)
    filter_fd: int | None = None  # a file with the system call filter, passed to each process
    user: int | None = None

    def start(self) -> Program:
        """Start the process. Raises OSError."""
        return Program(self.command, self.environment, self.inherited_descriptors(), self.user)

    def inherited_descriptors(self) -> list[int]:
        """The file descriptors for the next process, rewound."""
        if self.filter_fd is None:
            return []
        os.lseek(self.filter_fd, 0, os.SEEK_SET)  # the previous process has read it to the end
        return [self.filter_fd]

    def close(self) -> None:
        """Remove the job's folder and close the descriptors."""
        self.job.remove()
        if self.filter_fd is not None:
            os.close(self.filter_fd)
            self.filter_fd = None


def prepare(tier: Tier, files: Mapping[str, bytes], limits: Limits, interpreter: str | None) -> Launch:
    """Write the job's files and return how to start its worker. Raises SandboxUnavailable."""
    try:
        return PREPARATIONS[tier](files, limits, interpreter)
    except (UnusableInterpreter, FilterUnavailable) as error:
        raise SandboxUnavailable(f"the {tier.value} sandbox cannot be set up: {error}") from error


@functools.cache  # finding it takes milliseconds, and a batch needs it for each verdict
def interpreter_version(tier: Tier) -> str:
    """The Python version of this tier's workers, without starting one. Raises SandboxUnavailable."""
    if tier is Tier.LOCAL:
        return ".".join(map(str, sys.version_info[:3]))
    try:
        return choose_interpreter(None, everybody=spare_user() is not None).version
    except UnusableInterpreter as error:
        raise SandboxUnavailable(f"the {tier.value} sandbox cannot be set up: {error}") from error


def _prepare_local(files: Mapping[str, bytes], limits: Limits, interpreter: str | None) -> Launch:
    job = Job(files)
    # In a venv, python is on some systems a launcher whose child would outlive it, so use the interpreter itself.
    program = interpreter or getattr(sys, "_base_executable", None) or sys.executable
    program = shutil.which(program) or program
    # The number of processes is not limited, since the system counts all of the user's processes, even the desktop's.
    setup = {"limits": _resource_limits(limits)}
    worker = _program_of_worker(b"" if interpreter else importlib.util.MAGIC_NUMBER)
    return Launch([program, *INTERPRETER_OPTIONS, str(job.folder / worker)], job, setup, _windows_environment())


def _prepare_strict(files: Mapping[str, bytes], limits: Limits, interpreter: str | None) -> Launch:
    program = seccomp_program(shared_process_space=False)
    return _in_bubblewrap(files, interpreter, program, strict_setup(limits))


def prepare_server(files: Mapping[str, bytes]) -> Launch:
    """For the process that forks: see fork_server.py. Raises SandboxUnavailable."""
    try:
        launch = _in_bubblewrap(files, None, seccomp_program(shared_process_space=False, may_fork=True), {})
    except (UnusableInterpreter, FilterUnavailable) as error:
        raise SandboxUnavailable(f"the strict sandbox cannot be set up: {error}") from error
    launch.command.append("serve")
    return launch


def strict_setup(limits: Limits) -> dict:
    """The setup of a worker in the strict tier."""
    return {"limits": {**_resource_limits(limits), **STRICT_LIMITS}}


def _in_bubblewrap(files: Mapping[str, bytes], interpreter: str | None, program: bytes, setup: dict) -> Launch:
    bubblewrap = find_bubblewrap()
    if bubblewrap is None:
        raise SandboxUnavailable("bubblewrap is not installed: install your system's package bubblewrap")
    user = spare_user()
    if user is not None and not readable_by_everybody(bubblewrap):
        raise SandboxUnavailable(f"only root can read {bubblewrap}: install the package bubblewrap")
    chosen = choose_interpreter(interpreter, everybody=user is not None)
    job = Job(files, user, job_parent(user))
    filter_fd = os.memfd_create("filter")
    os.write(filter_fd, program)
    command = bubblewrap_command(bubblewrap, chosen, str(job.folder), str(job.empty), filter_fd)
    command += [*INTERPRETER_OPTIONS, f"{JOB}/{_program_of_worker(chosen.magic)}"]
    return Launch(command, job, setup, filter_fd=filter_fd, user=user)


def _prepare_landlock(files: Mapping[str, bytes], limits: Limits, interpreter: str | None) -> Launch:
    if not sys.platform.startswith("linux"):
        raise SandboxUnavailable("Landlock exists on Linux only")
    user = spare_user()
    chosen = choose_interpreter(interpreter, everybody=user is not None)
    program = seccomp_program(shared_process_space=True)
    job = Job(files, user, job_parent(user))
    landlock = {
        "libraries": chosen.library,
        "covered": chosen.package_folders(),
        "files": [os.path.realpath(path) for path in (chosen.program, *chosen.shared_objects)],
        "folders": [str(job.folder)],
    }
    limits_of_process = {**_resource_limits(limits), **STRICT_LIMITS}
    # Outside a user namespace, all of a user's processes count; the worker's user has no others.
    if user is None:
        del limits_of_process["NPROC"]
    setup = {"limits": limits_of_process, "landlock": landlock, "filter": base64.b64encode(program).decode("ascii")}
    worker = str(job.folder / _program_of_worker(chosen.magic))
    return Launch([chosen.program, *INTERPRETER_OPTIONS, worker], job, setup, user=user)


PREPARATIONS = {Tier.LOCAL: _prepare_local, Tier.STRICT: _prepare_strict, Tier.LANDLOCK: _prepare_landlock}


def _resource_limits(limits: Limits) -> dict[str, int]:
    """The resource limits that a worker sets on itself, by the names of the resource module."""
    return {"AS": limits.memory_bytes, "CPU": limits.cpu_seconds, "FSIZE": 8 * 1024 * 1024, "CORE": 0, "MEMLOCK": 0}


def _windows_environment() -> dict[str, str]:
    """The environment of a local worker: empty, except for what Windows needs to start a program."""
    return {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if os.name == "nt" and name in os.environ}
