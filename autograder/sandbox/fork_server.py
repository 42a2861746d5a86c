"""One sandbox for many submissions to a part, each in a process of its own.

A process inside bubblewrap loads what all submissions share, and forks a new process for each of them. It runs none of
their code and receives none of their data; it sees only one submission at a time, and only as a file that it does not
read. The new process takes on the stricter filter of the second tier before anything of the learner's is loaded, since
it shares the process space with the one that forked it. It is gone before the next submission's files appear.

This saves the start of bubblewrap and of Python, and the compilation of the other parts: half of what right code costs.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Program
from autograder.sandbox.seccomp import seccomp_program
from autograder.sandbox.tiers import Job, Launch, SandboxUnavailable, prepare_server, strict_setup

START_SECONDS = 120.0  # long, since a busy machine is not the learner's fault
SUBMISSION = "submission"


class Child:
    """A forked process, with as much of Popen's interface as `Process` uses."""

    def __init__(self, control: socket.socket, handle: int, streams: tuple[BinaryIO, BinaryIO, BinaryIO]) -> None:
        self.stdin, self.stdout, self.stderr = streams
        self.returncode: int | None = None
        self._control, self._handle, self._lock = control, handle, threading.Lock()
        description = Path(f"/proc/self/fdinfo/{handle}").read_text(encoding="ascii")
        self.pid = int(re.search(r"^Pid:\s*(-?\d+)", description, re.MULTILINE)[1])

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, negative for a signal. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self._control.settimeout(timeout)
            try:
                status = self._control.recv(6, socket.MSG_WAITALL)
            except TimeoutError:
                raise subprocess.TimeoutExpired("the submission", timeout) from None
            except OSError:
                status = b""
            # Without a status, the process that forks is gone, and with it everything in its process space.
            self.returncode = os.waitstatus_to_exitcode(int(status)) if len(status) == 6 else -signal.SIGKILL
            with self._lock:
                os.close(self._handle)
                self._handle = -1
        return self.returncode

    def end(self) -> None:
        """Kill it, if it still runs. It has no child processes."""
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)


class ForkServer:
    """The process that forks, for submissions with these files next to them. It starts with the first submission."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self._launch: Launch | None = None
        self._program: Program | None = None
        self._control: socket.socket | None = None
        self._lent = False

    def lend(self, files: Mapping[str, bytes], limits: Limits) -> ForkedLaunch:
        """Start a process for each submission that has these files, one submission at a time. Raises
        SandboxUnavailable.
        """
        more = {path: content for path, content in files.items() if self.files.get(path) != content}
        if self._lent or any(not path.startswith(f"{SUBMISSION}/") for path in more):
            raise SandboxUnavailable("the process that forks serves one submission at a time, with the same files")
        if self._launch is None:
            self._launch = prepare_server(self.files)
        self._lent = True
        self._launch.job.add(more)
        return ForkedLaunch(self, self._launch.job, strict_setup(limits), self._launch.user)

    def fork(self) -> Child:
        """A new process. Raises SandboxUnavailable."""
        for _ in range(2):  # once more, if somebody has killed the process that forks
            try:
                if self._program is None:
                    self._start()
                return self._fork()
            except OSError as error:
                self._stop()
                reason = error
        raise SandboxUnavailable(f"the worker could not be started: {reason}")

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._control = ours
        with theirs:
            streams = {"stdin": theirs, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            launch = self._launch
            self._program = Program(
                launch.command, launch.environment, launch.inherited_descriptors(), launch.user, **streams
            )
        ours.settimeout(START_SECONDS)
        ours.sendall(base64.b64encode(seccomp_program(shared_process_space=True)) + b"\n")
        if ours.recv(5, socket.MSG_WAITALL) != b"ready":
            raise OSError("the process that forks did not start")

    def _fork(self) -> Child:
        pipes = [os.pipe() for _ in range(3)]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        streams = (os.fdopen(pipes[0][1], "wb"), os.fdopen(pipes[1][0], "rb"), os.fdopen(pipes[2][0], "rb"))
        handles: list[int] = []
        try:
            self._control.settimeout(START_SECONDS)
            socket.send_fds(self._control, [b"\n"], theirs)
            _, handles, _, _ = socket.recv_fds(self._control, 1, 1)
            if len(handles) != 1:
                raise OSError("the process that forks has ended")
            return Child(self._control, handles[0], streams)
        except OSError:
            for stream in streams:
                stream.close()
            raise
        finally:
            for pipe in theirs:
                os.close(pipe)

    def take_back(self) -> None:
        """Remove the submission's files."""
        shutil.rmtree(self._launch.job.folder / SUBMISSION, ignore_errors=True)
        if (self._launch.job.folder / SUBMISSION).exists():  # the next submission must never see it
            self.close()
        self._lent = False

    def _stop(self) -> None:
        if self._program is not None:
            self._program.end()
            self._program.wait()
            self._program = None
        if self._control is not None:
            self._control.close()
            self._control = None

    def close(self) -> None:
        """End the process and remove its files."""
        self._stop()
        if self._launch is not None:
            self._launch.close()
            self._launch = None


class ForkedLaunch:
    """What a `Worker` needs to start, with the interface of `Launch`."""

    def __init__(self, server: ForkServer, job: Job, setup: dict, user: int | None) -> None:
        self.job, self.setup, self.user = job, setup, user
        self._server = server

    def start(self) -> Child:
        """A new process for the submission."""
        return self._server.fork()

    def close(self) -> None:
        """Remove the submission's files."""
        self._server.take_back()
