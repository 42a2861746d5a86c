"""Read a submission in a separate process, so that a hostile archive, clone or notebook affects only its author. The
process has limits for memory, processor time, files and wall time, and returns plain data or a sentence.

A helper process is started once. On systems with fork, it makes a fresh process for each input, which takes 2 ms
instead of the 100 ms of a new interpreter. Elsewhere it reads the input itself, has only a time limit, and is replaced
if it fails. It returns only JSON and bytes, which can't execute anything.
"""

from __future__ import annotations

import atexit
import contextlib
import datetime
import importlib
import json
import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.intake.archives import LARGEST_OTHERS, LARGEST_TOTAL, MOST_MEMBERS, PACK, ArchiveError, Member, shown

ROOT = Path(__file__).parents[2]
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from autograder.intake.isolated_reader import serve; serve()"
SECONDS = 10  # processor time for all submissions of one learner
SECONDS_OF_A_CLASS = 60  # the same for an archive with everybody's work; unpacking the largest takes 3
MEMORY = 512 * 1024 * 1024  # bytes of address space
LARGEST_WRITTEN = 64 * 1024 * 1024  # bytes per file: git's output goes to temporary files
MOST_FILES = 64  # open files
# Only for code that waits without using the processor. Reading never takes this long, even on a busy machine.
LONGEST_WAIT = 300
LARGEST_ANSWER = LARGEST_TOTAL + LARGEST_OTHERS + 1024 * 1024
LARGEST_FACTS = 32 * 1024 * 1024  # bytes of names and times per answer
FRAME = struct.Struct("<cIQ")  # kind, bytes of the facts, bytes of the content
ITEM, ITEM_WITHOUT_CONTENT, ERROR, END = b"i", b"n", b"e", b"d"
TAKES_TOO_LONG = "Reading it takes too much processor time"
TOO_SLOW, TOO_LONG, ENDED = 10, 11, 12  # exit statuses of the helper: why the reading process ended

Item = tuple[object, "bytes | None"]  # facts that JSON can hold, and bytes


@dataclass
class Allowance:
    """Seconds of processor time that are left for one learner's submission. advice: what its author can do if reading
    it fails; "" if there is no advice.
    """

    seconds: float = SECONDS
    advice: str = PACK

    def sentence(self, problem: str) -> str:
        """What went wrong, with the advice."""
        return f"{problem}: {self.advice}" if self.advice else f"{problem}."


def read_isolated(
    function: Callable[..., Iterator],
    *arguments: object,
    content: bytes | None = None,
    allowance: Allowance | None = None,
) -> list[Item]:
    """The result of `function`, one of this package's, for these arguments, which must be JSON data; `content` is its
    first argument if given. Raises ArchiveError if the reading process fails in any way.
    """
    allowance = allowance or Allowance()
    if allowance.seconds <= 0:
        raise ArchiveError(allowance.sentence(TAKES_TOO_LONG))
    request = {
        "function": [function.__module__, function.__qualname__],
        "arguments": arguments,
        "allowance": asdict(allowance),
    }
    with _lock:
        return _helper().ask(json.dumps(request).encode("ascii"), content, allowance)


def read_members_isolated(
    function: Callable[..., Iterator],
    *arguments: object,
    content: bytes | None = None,
    allowance: Allowance | None = None,
    refuse: Callable[[str], None] | None = None,
) -> list[Member]:
    """The same for a function that returns members of an archive, a folder or a clone. With `refuse`, it also returns
    sentences (without bytes) for unusable members.
    """
    members = []
    for metadata, data in read_isolated(function, *arguments, content=content, allowance=allowance):
        if isinstance(metadata, str):
            refuse(metadata)
        else:
            path, time = metadata
            members.append(Member(tuple(path), datetime.datetime.fromisoformat(time) if time else None, data))
    return members


class _Helper:
    """The helper process, as the grading process uses it."""

    def __init__(self) -> None:
        options = {"start_new_session": True} if os.name == "posix" else {}  # Ctrl-C must not reach it
        self.owner = os.getpid()
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            **options,
        )

    def ask(self, request: bytes, content: bytes | None, allowance: Allowance) -> list[Item]:
        watchdog = threading.Timer(LONGEST_WAIT + (60 if hasattr(os, "fork") else 0), self.process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            kind = ITEM_WITHOUT_CONTENT if content is None else ITEM
            self.process.stdin.write(FRAME.pack(kind, len(request), len(content or b"")) + request)
            self.process.stdin.write(content or b"")
            self.process.stdin.flush()
            return self._answer(allowance)
        except (OSError, EOFError):
            self.process.wait()
            allowance.seconds = 0.0  # how much it used is unknown
            raise ArchiveError(_why_it_ended(self.process.returncode, allowance)) from None
        finally:
            watchdog.cancel()
            if self.process.returncode is not None:
                self.end()

    def _answer(self, allowance: Allowance) -> list[Item]:
        items: list[Item] = []
        error, metadata_left, content_left = "", LARGEST_FACTS, LARGEST_ANSWER
        while True:
            kind, metadata_size, content_size = FRAME.unpack(self._read(FRAME.size))
            metadata_left, content_left = metadata_left - metadata_size, content_left - content_size
            if metadata_left < 0 or content_left < 0 or len(items) > 2 * MOST_MEMBERS:
                self.end()
                raise ArchiveError(allowance.sentence("There is too much in it"))
            metadata, content = json.loads(self._read(metadata_size)), self._read(content_size)
            if kind == END:
                allowance.seconds -= metadata
                break
            if kind == ERROR:
                error = metadata
            else:
                items.append((metadata, content if kind == ITEM else None))
        if error:
            raise ArchiveError(error)
        return items

    def _read(self, size: int) -> bytes:
        data = self.process.stdout.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def end(self) -> None:
        """End the helper and its child processes, by closing their standard input."""
        global _running
        _running = None
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                stream.close()
        if os.getpid() == self.owner:
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL) if os.name == "posix" else self.process.kill()
            self.process.wait()


_lock = threading.Lock()
_running: _Helper | None = None


def _helper() -> _Helper:
    global _running
    if _running is None or _running.owner != os.getpid():  # after a fork, the helper belongs to the parent
        _running = _Helper()
        atexit.register(_end_of, _running)
    return _running


def _end_of(helper: _Helper) -> None:
    if helper.owner == os.getpid() and helper.process.returncode is None:
        helper.end()


def _why_it_ended(status: int | None, allowance: Allowance) -> str:
    if status == TOO_SLOW:
        return allowance.sentence(TAKES_TOO_LONG)
    if status == TOO_LONG or status == -getattr(signal, "SIGKILL", 9):
        return f"Reading it did not end within {LONGEST_WAIT} seconds."
    return allowance.sentence("Reading it ended the process that read it")


# The rest runs in the helper.


def serve() -> None:
    """Answer the requests on standard input until it ends."""
    out = os.dup(1)
    os.dup2(2, 1)
    while (header := _read_exactly(FRAME.size)) is not None:
        kind, size, content_size = FRAME.unpack(header)
        request = json.loads(_read_exactly(size))
        content = _read_exactly(content_size) if kind == ITEM else None
        name, function = request["function"]
        # Imported here, so that later child processes have it too.
        function = getattr(importlib.import_module(name), function)
        if hasattr(os, "fork"):
            used = _run_in_fork(out, function, content, request["arguments"], Allowance(**request["allowance"]))
        else:
            began = time.process_time()
            _send_items(out, function, content, request["arguments"], Allowance(**request["allowance"]))
            used = time.process_time() - began
        del content, request
        _send(out, END, used)


def _run_in_fork(out: int, function: Callable, content: bytes | None, arguments: list, allowance: Allowance) -> float:
    """The seconds of processor time that it took. Ends the helper if the process did not end by itself."""
    done, held = os.pipe()  # it closes when the process ends; git does not inherit it
    process = os.fork()
    if process == 0:
        try:
            os.setpgid(0, 0)
            _limit(allowance.seconds)
            _send_items(out, function, content, arguments, allowance)
            os._exit(0)
        finally:
            os._exit(1)
    os.close(held)
    with contextlib.suppress(OSError):
        os.setpgid(process, process)
    ready, _, _ = select.select([0, done], [], [], LONGEST_WAIT)
    if done in ready:
        os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)  # so that the process group still exists
    with contextlib.suppress(OSError):
        os.killpg(process, signal.SIGKILL)
    _, status, usage = os.wait4(process, 0)
    os.close(done)
    used = usage.ru_utime + usage.ru_stime
    if done not in ready:  # nobody is left to read the answer, or the process waits for ever
        os._exit(ENDED if ready else TOO_LONG)
    if status:
        spent = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
        os._exit(TOO_SLOW if spent and used >= allowance.seconds - 0.5 else ENDED)
    return used


def _limit(seconds: float) -> None:
    import resource

    whole = int(seconds) + 1
    limits = {"AS": MEMORY, "CPU": whole, "FSIZE": LARGEST_WRITTEN, "NOFILE": MOST_FILES, "CORE": 0}
    for name, value in limits.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):  # a system may have fewer limits, or allow less
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value + 1 if name == "CPU" else value))


def _send_items(out: int, function: Callable, content: bytes | None, arguments: list, allowance: Allowance) -> None:
    """Send the items that the function returns and, if it fails, a sentence."""
    items, failure = None, ""
    while not failure:
        try:
            if items is None:
                items = iter(function(*([] if content is None else [content]), *arguments))
            item = next(items, None)
        except ArchiveError as error:
            failure = str(error)
        except MemoryError:
            failure = allowance.sentence(f"Reading it needs more than {MEMORY // 1024 // 1024} MB of memory")
        except RecursionError:
            failure = "It can't be read, since it is nested too deeply."
        except Exception as error:  # untrusted bytes may cause any exception
            failure = f"It can't be read ({type(error).__name__}: {shown(str(error))})."
        else:
            if item is None:
                return
            if isinstance(item, Member):
                item = ((item.path, item.time and item.time.isoformat()), item.content)
            _send(out, ITEM_WITHOUT_CONTENT if item[1] is None else ITEM, *item)
    items = content = None
    _send(out, ERROR, failure)


def _send(out: int, kind: bytes, metadata: object, content: bytes | None = None) -> None:
    text = json.dumps(metadata).encode("ascii")
    for block in (FRAME.pack(kind, len(text), len(content or b"")) + text, content or b""):
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(out, rest) :]


def _read_exactly(size: int) -> bytes | None:
    """This number of bytes from standard input; None at its end."""
    data = bytearray()
    while len(data) < size:
        block = os.read(0, min(size - len(data), 1024 * 1024))
        if not block:
            return None
        data += block
    return bytes(data)
