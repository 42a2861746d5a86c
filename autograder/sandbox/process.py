"""One running worker, as the trusted side uses it: limited pipes, and a guaranteed end.

On every system, threads read the pipes. Whatever the worker does, only a few lines wait in memory, output beyond the
limit is read and dropped, and `kill` ends the entire process group.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import BinaryIO

# An empty pipe accepts this much at once on every system, so that writing cannot block.
DIRECT_WRITE_BYTES = 4096
WAITING_LINES = 2
OVERSIZE = b"oversize"  # replaces a line in the queue that is too long


class Output:
    """The worker's output: its first `limit` bytes. All processes of a session share it."""

    def __init__(self, limit: int) -> None:
        self.limit, self.kept, self.cut = limit, bytearray(), False
        self._lock = threading.Lock()
        self._token, self._tail, self._seen = b"", b"", threading.Event()

    def expect(self, token: bytes) -> threading.Event:
        """An event that is set once `token` has been read. All earlier output is stored by then."""
        with self._lock:
            self._token, self._tail, self._seen = token, b"", threading.Event()
            return self._seen

    def add(self, data: bytes) -> None:
        """Store as much of `data` as fits."""
        with self._lock:
            room = self.limit + len(self._token) - len(self.kept)
            self.kept += data[: max(0, room)]
            if self._token:
                recent = self._tail + data
                if self._token in recent:
                    start = self.kept.find(self._token)
                    if start >= 0:
                        del self.kept[start : start + len(self._token)]
                    self._token = b""
                    self._seen.set()
                self._tail = recent[-64:]
            if len(data) > room or len(self.kept) > self.limit + len(self._token):
                self.cut = True


class Program(subprocess.Popen):
    """A started program. Its group of processes ends with it."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        pass_fds: Sequence[int] = (),
        user: int | None = None,
        **streams: object,
    ) -> None:
        """Start `command`, as the user id `user` if given. streams: other standard streams than pipes. Raises OSError
        if it cannot be started.
        """
        options: dict = {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
        if os.name == "posix":
            options = {"start_new_session": True, "pass_fds": tuple(pass_fds)}
        if user is not None:
            options |= {"user": user, "group": user, "extra_groups": []}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        options |= {"cwd": os.path.abspath(os.sep), "env": dict(environment), **pipes, **streams}
        super().__init__(list(command), **options)

    def end(self) -> None:
        """Kill the group, without waiting for its end."""
        try:
            if os.name == "posix":
                os.killpg(self.pid, signal.SIGKILL)
            else:
                self.kill()
        except (ProcessLookupError, PermissionError):
            if sys.platform == "darwin":  # macOS reports EPERM for a group of zombies
                self.kill()


class Process:
    """A worker process; lines go in by `send` and come out by `receive`."""

    def __init__(self, process: Program, output: Output, line_bytes: int, printed_bytes: int) -> None:
        """process: with pipes as its standard streams; line_bytes: the longest line; printed_bytes: a process that
        prints more is ended, and `output_limit_exceeded` is set.
        """
        self.process = process
        self._lines: queue.Queue[bytes] = queue.Queue(WAITING_LINES)
        self._stopped = self.output_limit_exceeded = False
        self._writer: threading.Thread | None = None
        self._reader = threading.Thread(target=self._read_lines, args=(self.process.stdout, line_bytes), daemon=True)
        self._drain = threading.Thread(target=self._read_output, args=(output, printed_bytes), daemon=True)
        self._reader.start()
        self._drain.start()

    def _read_output(self, output: Output, most: int) -> None:
        printed = 0
        while data := self.process.stderr.read1(65536):
            output.add(data)
            printed += len(data)
            if printed > most and not self.output_limit_exceeded:
                self.output_limit_exceeded = True
                self.process.end()

    def _read_lines(self, stream: BinaryIO, limit: int) -> None:
        while not self._stopped:
            line = stream.readline(limit + 1)
            if len(line) > limit:
                line = OVERSIZE
            self._lines.put(line)  # an empty line is the end
            if not line or line is OVERSIZE:
                return

    def send(self, line: bytes) -> None:
        """Write one line. This never blocks, even if the worker does not read or has ended."""
        if len(line) <= DIRECT_WRITE_BYTES:
            self._write(line)
        else:
            self._writer = threading.Thread(target=self._write, args=(line,), daemon=True)
            self._writer.start()

    def _write(self, line: bytes) -> None:
        try:
            self.process.stdin.write(line)
            self.process.stdin.flush()
        except (OSError, ValueError):
            pass  # it has ended; receive() reports it

    def receive(self, seconds: float) -> bytes:
        """The next line, empty at the end, OVERSIZE if too long. Raises TimeoutError after `seconds`."""
        try:
            return self._lines.get(timeout=max(0.0, seconds))
        except queue.Empty:
            raise TimeoutError from None

    def exit_status(self, seconds: float) -> int | None:
        """The exit status of a process that has closed its pipe, negative for a signal, None if it is still running."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def no_survivors(self) -> bool:
        """Whether the pipes are closed: neither the process nor any child process holds them."""
        return not self._reader.is_alive() and not self._drain.is_alive()

    def kill(self) -> None:
        """End the process and its group, and wait until it is gone."""
        self._stopped = True
        self.process.end()
        self.process.wait()
        deadline = time.monotonic() + 1.0
        while self._reader.is_alive() and time.monotonic() < deadline:
            try:
                self._lines.get(timeout=0.01)  # make room for a reader that waits
            except queue.Empty:
                pass
        self._drain.join(1.0)
        # Leave a pipe that something else still holds open, since closing it would wait for its thread.
        threads = (self._writer, self._reader, self._drain)
        for stream, thread in zip((self.process.stdin, self.process.stdout, self.process.stderr), threads, strict=True):
            if thread is None or not thread.is_alive():
                _close(stream)


def _close(stream: BinaryIO) -> None:
    try:
        stream.close()
    except OSError:
        pass  # nobody is left to read the rest
