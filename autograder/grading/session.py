"""The `student` fixture: a learner's code behind a worker. Every call is remembered, check by check."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.course import Part
from autograder.grading.checks import Answer, CheckFailed
from autograder.grading.failures import failure_message
from autograder.grading.patience import Patience
from autograder.grading.probes import Probes
from autograder.grading.report import Check
from autograder.grading.sources import signature
from autograder.sandbox import Reply, Worker

STATUS = {"todo": "todo", "missing": "missing", "timeout": "timeout"}  # of a failure; every other one is an error


@dataclass(frozen=True)
class Recorded:
    """One call of a check, and its answer."""

    probe: str
    arguments: tuple
    reply: Reply


@dataclass
class Session:
    """One submission under test. calls: by check id, in order. files: data files beside the probes, by name."""

    part: Part
    probes: Probes
    worker: Worker
    files: dict[str, bytes]
    calls: dict[str, list[Recorded]] = field(default_factory=dict)
    current: str = ""
    signature: Callable[[Part, str], str | None] = signature

    def __post_init__(self) -> None:
        self.patience = Patience(self.worker, self.probes)

    def call(self, probe: str, arguments: tuple) -> Answer:
        called = self.probes.called(probe, arguments)
        begin, more = time.monotonic(), functools.partial(self.patience.more_for, probe, arguments)
        reply = self.worker.call(probe, list(arguments), seconds=self.patience.seconds(), more=more)
        self.patience.learn(time.monotonic() - begin, timed_out=reply.failure == "timeout")
        self.calls.setdefault(self.current, []).append(Recorded(probe, arguments, reply))
        if reply.failure is not None:
            signature_of = functools.partial(self.signature, self.part)
            raise CheckFailed(
                failure_message(reply, called, signature_of, self.part.needs), STATUS.get(reply.failure, "error"), reply
            )
        return Answer(called, reply.value)


class Student:
    """What a suite sees: `student.name_of_a_probe(arguments)` gives an Answer, or fails the check with a sentence."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.files = session.files

    def __getattr__(self, probe: str) -> Callable[..., Answer]:
        return lambda *arguments: self._session.call(probe, arguments)


def failed_check(facts: dict, error: BaseException, part: Part) -> Check:
    """The check that an exception ended. facts: what its Check says besides."""
    if isinstance(error, CheckFailed):
        reply = error.reply
        ours = reply is not None and reply.file == part.file_name
        line, exception = (reply.line if ours else None, reply.exception) if reply else (None, None)
        return Check(**facts, status=error.status, message=error.message, line=line, exception=exception)
    # The check stumbled over what came back, or is wrong itself: no points, and never silently.
    message = f"The check could not make sense of the answer ({type(error).__name__}: {ascii(str(error))[:200]}).\n"
    return Check(**facts, status="error", message=message)
