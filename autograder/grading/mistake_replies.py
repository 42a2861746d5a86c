"""What the known-wrong implementations reply to the calls of a suite, each asked once for each input."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping

from autograder.course import Part
from autograder.grading.misconceptions import Mistake, source_of_variant, variants
from autograder.grading.session import Recorded
from autograder.grading.sources import with_place
from autograder.sandbox import Limits, Reply, Tier, Worker
from autograder.sandbox.packages import PACKAGES_SECONDS

# Of one call, in processor time. Some mistakes never end, and are then told by that; every other one answers in a tenth
# of a second. Those that may keep points all end: there the limit only stops a call that can't be right.
CPU_SECONDS, CPU_SECONDS_FOR_POINTS = 1.0, 20.0
LIMITS = Limits(cpu_seconds=600, call_seconds=60.0, total_seconds=3600.0)
MOST_CALLS = 2000  # of one part that are remembered; a suite makes some thirty
# Of one process: the modules that it loads and the seconds that it uses before the next submission gets a new process.
# The seconds are far below those of LIMITS: a process that used these up would look like a mistake that never ends.
MOST_LOADED, MOST_SECONDS = 200, 60.0


class MistakeOracle:
    """Replies that are remembered while the inputs stay those of one seed, as they do in a batch.

    seconds: of the clock, for all that the naming of mistakes needs for one submission. A name is worth no longer wait;
    points are, so no clock bounds a call that decides them. keeps_worker: whether its process serves many submissions,
    until `close`. Each submission loads the mistakes' modules again, so nothing of the last one is left.
    """

    def __init__(self, seconds: float, keeps_worker: bool = False) -> None:
        self.seconds, self.keeps_worker = seconds, keeps_worker
        self._known: dict[int, tuple[str, dict[bytes, dict[str, Reply]]]] = {}  # by the part's number: of which files
        self._worker: Worker | None = None
        self._files: dict[str, bytes] = {}  # what it was started with
        self._loaded = self._sessions = 0  # modules by this process; submissions in total

    @contextlib.contextmanager
    def session(self, part: Part, files: Mapping[str, bytes]) -> Iterator[Callable[..., Reply | None]]:
        """Yield reply_of(mistake, call): what a mistake replies to a recorded call, or None when no time is left to ask
        it. With for_points=True it is always asked. files: what the worker had besides the submission, the data files
        of the seed included.
        """
        known = self._of(part, files)
        end = time.monotonic() + self.seconds + (PACKAGES_SECONDS if part.packages else 0.0)
        written = set()  # most mistakes are never asked, and writing a file takes longer than many calls
        worker = self._worker_with(part, files)
        self._sessions += 1

        def reply_of(mistake: Mistake, call: Recorded, for_points: bool = False) -> Reply | None:
            replies = known.setdefault(_key(call), {})
            reply = replies.get(mistake.id)
            if reply is None or (for_points and reply.failure == "timeout"):
                if not for_points and time.monotonic() > end:
                    return None
                most = CPU_SECONDS_FOR_POINTS if for_points else CPU_SECONDS
                folder = f"variant-{mistake.id}-{self._sessions}"
                if folder not in written:
                    written.add(folder)
                    worker.add(folder, {part.file_name: variants(part)[mistake.id]})
                reply = worker.call(call.probe, list(call.arguments), folder, cpu_seconds=most)
                if reply.failure:
                    reply = with_place(reply, part, source_of_variant(part, mistake.id))
                replies[mistake.id] = reply
            return reply

        try:
            yield reply_of
        finally:
            self._loaded += len(written)
            if not self.keeps_worker:
                self.close()

    def close(self) -> None:
        """End the process. The next call starts another one."""
        if self._worker is not None:
            self._worker.close()
            self._worker, self._loaded = None, 0

    def _worker_with(self, part: Part, files: Mapping[str, bytes]) -> Worker:
        """The worker with these files: of the last submission, or a new one, started by the first call that nobody has
        made. Our own code only: no learner's file is in there.
        """
        worker = self._worker
        if worker and (self._loaded > MOST_LOADED or worker.used > MOST_SECONDS or self._files != files):
            self.close()
        if self._worker is None:
            self._files = dict(files)
            self._worker = Worker(files, Tier.LOCAL, LIMITS, packages=part.packages)
        return self._worker

    def _of(self, part: Part, files: Mapping[str, bytes]) -> dict[bytes, dict[str, Reply]]:
        digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
        before, known = self._known.get(part.number, ("", {}))
        if before != digest or len(known) > MOST_CALLS:
            known = {}
            self._known[part.number] = digest, known
        return known


def _key(call: Recorded) -> bytes:
    return hashlib.blake2b(repr((call.probe, call.arguments)).encode("utf-8", "backslashreplace")).digest()
