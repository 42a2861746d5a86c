"""`Worker`: the grader's interface to a worker process. Each call returns a reply: a value or a kind of failure."""

from __future__ import annotations

import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autograder.sandbox.limits import CHECK, Limits
from autograder.sandbox.meter import Meter, innermost, processor_seconds
from autograder.sandbox.packages import PACKAGES_MEMORY, PACKAGES_SECONDS, package_setup
from autograder.sandbox.process import OVERSIZE, Output, Process
from autograder.sandbox.protocol import ENVELOPE_BYTES, ProtocolError, Reply, encode_line, parse_message
from autograder.sandbox.tiers import Launch, SandboxUnavailable, Tier, prepare
from autograder.text import clean_text

if TYPE_CHECKING:
    from autograder.sandbox.fork_server import ForkedLaunch, ForkServer

START_SECONDS = 120.0  # for starting the interpreter; long, since a busy machine is not the learner's fault
SLICE = 0.05  # seconds between two measurements of a running call
LATE = 0.1  # processor seconds after which the timer within the worker should have ended a call long ago
LATENCY = 0.2  # on a busy machine, an answer may wait this long for us, while its process seems to do nothing
RESTART = 0.05  # seconds to charge for a restarted process, which is the usual time for a start
UNMEASURED_TIMES = 4  # seconds of wall time per second of processor time, where only wall time is known
PROGRESS_NOTES = 10_000  # per call; together they may be as long as one reply, since callers may store them all
OUT_OF_PROCESSOR_TIME = {-getattr(signal, "SIGXCPU", 24), 128 + getattr(signal, "SIGXCPU", 24)}
CALL_OUT_OF_PROCESSOR_TIME = {-getattr(signal, "SIGPROF", 27), 128 + getattr(signal, "SIGPROF", 27)}
KILLED = {-getattr(signal, "SIGKILL", 9), 128 + getattr(signal, "SIGKILL", 9)}
WAITED = "it did nothing but wait"  # the beginning of the message for code that the idle limit has ended
PARENT_DEATH_SIGNAL = sys.platform == "linux"


@dataclass
class Deadline:
    """The deadline of a call. seconds: what it may be charged (see `Limits`); cpu_seconds: the processor time that it
    may use; 0 means any.
    """

    seconds: float
    cpu_seconds: float = 0

    def extend(self, seconds: float) -> None:
        """Move the deadline to this charge. It never moves back."""
        self.seconds = max(self.seconds, seconds)


class MachineBusy(SandboxUnavailable):
    """Other programs kept the processors so busy that a call got hardly any time. This is not a verdict on the code."""


class Worker:
    """A process that runs probes on a learner's code. It is a context manager.

    `files` maps relative paths to contents: `probes.py`, `common/…` for the reference of other parts, and one folder
    per implementation under test (`submission/…`). `interpreter_version` is known after the first call.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        tier: Tier = Tier.LOCAL,
        limits: Limits = CHECK,
        interpreter: str | None = None,
        packages: Sequence[str] = (),
        server: ForkServer | None = None,
    ) -> None:
        """packages: installed ones that the code may import, in the local tier only; server: forks the process, in the
        strict tier only.
        """
        if packages:
            memory, seconds = max(limits.memory_bytes, PACKAGES_MEMORY), limits.total_seconds + PACKAGES_SECONDS
            limits = replace(limits, memory_bytes=memory, total_seconds=seconds)
        self.packages = tuple(packages)
        self.files, self.tier, self.limits, self.interpreter = dict(files), Tier(tier), limits, interpreter
        self.interpreter_version: str | None = None
        self._server = server
        self._names = _modules_in(files)
        self._output = Output(limits.output_bytes)
        self._killed = False  # whether somebody killed the last call's process
        self._launch: Launch | ForkedLaunch | None = None
        self._process: Process | None = None
        self._started = False  # whether a process was started at least once
        self._measured: int | None = None  # the process whose time counts
        self._greeting: str | None = None  # the id that the greeting must have; None after the greeting
        self.budget = limits.total_seconds  # for all calls together
        self._to_forgive = 5 * LATENCY
        self._charged = 0.0  # for all calls so far; short ones in wall time, which is longer on a busy machine
        self._before_process = self._idle = 0.0  # charged before the process started; measured waiting of the process
        self.no_survivors = True  # whether nothing is left of the previous process and its child processes

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()

    def add(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Add a folder with an implementation under test. After the start, this works in the local tier only."""
        files = {f"{folder}/{name}": content for name, content in files.items()}
        self.files.update(files)
        self._names = _modules_in(self.files)
        if self._launch is not None:
            self._launch.job.add(files)

    def start(self) -> None:
        """Start the process without waiting for it. Raises SandboxUnavailable if it cannot be started."""
        if self._process is not None:
            return
        loaded = package_setup(self.packages, self.tier) if self.packages else {}
        if self._launch is None:
            if self._server is None:
                self._launch = prepare(self.tier, self.files, self.limits, self.interpreter)
            else:
                self._launch = self._server.lend(self.files, self.limits)
        launch = self._launch
        self._charged += RESTART if self._started else 0.0
        self._before_process, self._idle = self._charged, 0.0
        self._started, self._measured = True, None
        try:
            self._process = Process(
                launch.start(), self._output, self.limits.reply_bytes + ENVELOPE_BYTES, self.limits.printed_bytes
            )
        except OSError as error:
            raise SandboxUnavailable(f"the worker could not be started: {error}") from error
        self._greeting = secrets.token_hex(8)
        limits = self.limits
        setup = {
            "reply_bytes": limits.reply_bytes,
            "output_bytes": limits.output_bytes,
            "seconds": max(self.budget, limits.cpu_seconds),
            "parent": self._watch_for_parent(),
            **loaded,
        }
        self._process.send(encode_line({**setup, "id": self._greeting, **launch.setup}))

    def _watch_for_parent(self) -> str:
        """How the worker notices that this process is gone; bubblewrap ends with it by itself. The kernel sends its
        signal when the thread that started the worker ends, which only for the main thread is the end of the process.
        """
        if self.tier is Tier.STRICT:
            return ""
        by_signal = PARENT_DEATH_SIGNAL and threading.current_thread() is threading.main_thread()
        return "signal" if by_signal else "pipe"

    def load(self, folder: str = "submission", seconds: float | None = None, cpu_seconds: float = 0) -> Reply:
        """Load the modules in `folder` without a call. The options, and what it raises, are those of `call`."""
        return self._request({"folder": folder}, seconds, cpu_seconds)

    def call(
        self,
        probe: str,
        arguments: Sequence,
        folder: str = "submission",
        on_progress: Callable[[object], None] | None = None,
        seconds: float | None = None,
        cpu_seconds: float = 0,
    ) -> Reply:
        """Call one probe on the implementation in `folder`. seconds, cpu_seconds: see `Deadline`; None means the
        limits' own seconds.

        `on_progress` gets each progress note at once. Raises SandboxUnavailable if the worker does not start, and
        MachineBusy if it got no processor time; anything that the code does is a failure in the reply. If the process
        was killed, by somebody else or for lack of memory, that is not yet a verdict on the code: the call is made
        again, unless it sends progress notes.
        """
        request = {"probe": probe, "arguments": list(arguments), "folder": folder}
        return self._request(request, seconds, cpu_seconds, on_progress)

    def _request(
        self,
        request: dict,
        seconds: float | None,
        cpu_seconds: float,
        on_progress: Callable[[object], None] | None = None,
    ) -> Reply:
        allowed = self.limits.call_seconds if seconds is None else seconds
        reply = self._ask(request, Deadline(allowed, cpu_seconds), on_progress)
        if self._killed and on_progress is None and not self.used_up:
            reply = self._ask(request, Deadline(allowed, cpu_seconds), None)
        return reply

    def _ask(self, request: dict, deadline: Deadline, on_progress: Callable[[object], None] | None) -> Reply:
        self._killed = False
        if self.used_up:
            return Reply(failure="timeout", message=self._all_used())
        self.start()
        self._await_greeting()
        identity = secrets.token_hex(8)
        line = encode_line({"id": identity, **request, "processor_seconds": deadline.cpu_seconds})
        meter = Meter(self._measured)
        answered = used_up = False
        try:
            self._process.send(line)
            reply = self._await_reply(identity, meter, deadline, on_progress)
            answered, used_up = True, reply.message == self._all_used()
            return reply
        finally:
            self._charged += meter.end()
            if used_up:  # a finer measurement than the meter's
                self._charged = max(self._charged, self.budget)
            forgiven = min(meter.all_idle, self._to_forgive) if meter.all_idle <= LATENCY else 0.0
            self._to_forgive -= forgiven
            self._idle += meter.all_idle - forgiven + meter.unknown
            if not answered:  # an exception in on_progress, or an interrupt: the answer would come too late
                self._stop()

    @property
    def used(self) -> float:
        """The total charge of all calls so far."""
        self._charged = self._settled()
        return self._charged

    @property
    def used_up(self) -> bool:
        """Whether the time for all calls together is used up, so that the next one is not made."""
        return self.used >= self.budget

    def _settled(self, seconds: float = 0.0, idle: float = 0.0) -> float:
        """The charge: what the running process has really used, if the system provides it. seconds, idle: of the
        current call.
        """
        used = processor_seconds(self._measured) if self._process is not None and self._measured else None
        return self._charged + seconds if used is None else self._before_process + used + self._idle + idle

    def extend(self, seconds: float) -> None:
        """Raise the budget for all calls, including those so far, to these seconds. It never shrinks."""
        self.budget = max(self.budget, seconds)

    def _all_used(self) -> str:
        return f"the {self.budget:.3g} seconds for all calls together are used up"

    def _await_greeting(self) -> None:
        if self._greeting is None:
            return
        expected, self._greeting = self._greeting, None
        line = b""
        try:
            line = self._process.receive(START_SECONDS)
            message = parse_message(line)
            if message.kind == "ready" and message.id == expected:
                self.interpreter_version = message.data
                if sys.platform == "linux":  # which provides the data
                    started = self._process.process.pid
                    self._measured = innermost(started) if self.tier is Tier.STRICT else started
                return
        except (TimeoutError, ProtocolError):
            pass
        self._stop()
        raise SandboxUnavailable(
            f"the worker did not start ({self.tier.value}): {self.read_output().strip() or line[:200]!r}"
        )

    def _await_reply(self, identity: str, meter: Meter, deadline: Deadline, on_progress: Callable | None) -> Reply:
        notes = size = 0
        begin = time.monotonic()
        while True:
            try:
                line = self._process.receive(SLICE)
            except TimeoutError:
                meter.note()
                reason = self._why_out_of_time(meter, deadline)
                if reason:
                    return self._fail("timeout", reason)
                if time.monotonic() - begin > self.limits.wall_seconds:
                    raise MachineBusy(
                        f"This machine is too busy: code had {meter.processor:.1f} seconds of processor time in "
                        f"{self.limits.wall_seconds:g} seconds. Try again when it has less to do."
                    ) from None
                continue
            if not line:
                return self._ended(deadline)
            if line is OVERSIZE:
                return self._fail("too large", f"the answer is larger than {self.limits.reply_bytes} bytes")
            try:
                message = parse_message(line, self.limits.reply_bytes, self._names)
            except ProtocolError as error:
                return self._fail("protocol", f"the reply was not an answer: {error}")
            # This includes a line that was written between two calls, which cannot know the id.
            if message.id != identity or message.kind == "ready":
                return self._fail("protocol", "an answer was sent that belongs to no call")
            if message.kind == "reply":
                return message.reply
            notes, size = notes + 1, size + len(line)
            if notes > PROGRESS_NOTES or size > self.limits.reply_bytes:
                return self._fail("too large", "more progress notes were sent than one call may send")
            meter.note()
            meter.alive()
            # A note renews the call's time, within that of all calls, so that a slow or busy machine does not end code
            # that makes progress.
            deadline.extend(meter.seconds + self.limits.call_seconds)
            begin = time.monotonic()
            if on_progress is not None:
                on_progress(message.data)

    def _why_out_of_time(self, meter: Meter, deadline: Deadline) -> str:
        """Why the call's time is used up; empty while it has some left."""
        cpu_seconds = deadline.cpu_seconds
        if cpu_seconds and meter.processor > cpu_seconds + LATE:  # the code has stopped its process's timer
            return _too_late(cpu_seconds)
        if self._settled(meter.seconds, meter.all_idle) > self.budget:
            return self._all_used()
        if meter.seconds > deadline.seconds or (cpu_seconds and meter.unknown > UNMEASURED_TIMES * cpu_seconds):
            return f"no answer after {min(meter.seconds, deadline.seconds):.3g} seconds"
        if meter.idle > self.limits.idle_seconds:
            return f"{WAITED} for {self.limits.idle_seconds:g} seconds"
        return ""

    def _ended(self, deadline: Deadline) -> Reply:
        """The process closed its channel: report how it ended, and let the next call start another one."""
        status, output_limit_exceeded = self._process.exit_status(1.0), self._process.output_limit_exceeded
        self._stop()
        self._killed = status in KILLED and not output_limit_exceeded
        if output_limit_exceeded:
            most = self.limits.printed_bytes // 1024**2
            return Reply(failure="timeout", message=f"it printed more than {most} MB and gave no answer")
        if status in OUT_OF_PROCESSOR_TIME:
            seconds = self.limits.cpu_seconds
            return Reply(failure="timeout", message=f"the {seconds} seconds of processor time were used up")
        if deadline.cpu_seconds and status in CALL_OUT_OF_PROCESSOR_TIME:
            return Reply(failure="timeout", message=_too_late(deadline.cpu_seconds))
        if status is None:
            return Reply(failure="protocol", message="the grader's channel was closed")
        if 0 <= status < 128:
            return Reply(failure="exited", message=f"the code ended the whole program (status {status})")
        name = _signal_name(-status if status < 0 else status - 128)
        return Reply(failure="crashed", message=f"the interpreter crashed ({name})")

    def _fail(self, failure: str, message: str) -> Reply:
        self._stop()
        return Reply(failure=failure, message=message)

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self.no_survivors = self._process.no_survivors()
            self._process = None

    def read_output(self) -> str:
        """Return the code's output so far (both streams), shortened, without control characters and escapes. A running
        worker is asked to flush its streams, which takes at most half a second.
        """
        if self._process is not None and self._greeting is None:
            token = secrets.token_hex(16)
            seen = self._output.expect(token.encode("ascii"))
            self._process.send(encode_line({"flush": token}))
            seen.wait(0.5)
        text = bytes(self._output.kept[: self.limits.output_bytes]).decode("utf-8", "replace")
        text = clean_text(text.replace("\r\n", "\n"), self.limits.output_bytes, keep="\n\t")
        return text + ("\n[more was printed and is left out]" if self._output.cut else "")

    @property
    def user(self) -> int | None:
        """The user id of a started worker, None if it is our own."""
        return None if self._launch is None else self._launch.user

    def close(self) -> None:
        """End the process and remove its files. Calling a closed worker starts it again."""
        self._stop()
        if self._launch is not None:
            self._launch.close()
            self._launch = None


def _modules_in(files: Mapping[str, bytes]) -> list[str]:
    return sorted({path.rpartition("/")[2] for path in files if path.endswith(".py") and "/" in path})


def _too_late(cpu_seconds: float) -> str:
    return f"no answer after {cpu_seconds:g} second{'' if cpu_seconds == 1 else 's'} of processor time"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
