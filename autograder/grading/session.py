"""The `student` fixture: a learner's code behind a worker. Every call is remembered, check by check."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from autograder.course import Part
from autograder.grading.checks import Answer, CheckFailed
from autograder.grading.failures import failure_message
from autograder.grading.patience import Patience
from autograder.grading.probes import Probes
from autograder.grading.reference import signature
from autograder.grading.report import Check
from autograder.sandbox import LOAD, Reply, Worker

# Of the import alone: the process ended, or can't be talked to. Whatever is called, it would do so again.
NO_IMPORT = ("timeout", "crashed", "exited", "protocol")
STATUS = {"todo": "todo", "missing": "missing", "timeout": "timeout"}  # of a failure; every other one is an error


@dataclass(frozen=True)
class Recorded:
    """One call of a check, and its answer."""

    probe: str
    arguments: tuple
    reply: Reply


@dataclass
class Session:
    """One submission under test. calls: by check id, in order. files: data files beside the probes, by name.
    current, task: the check that calls, and its task.
    """

    part: Part
    probes: Probes
    worker: Worker
    files: dict[str, bytes]
    calls: dict[str, list[Recorded]] = field(default_factory=dict)
    current: str = ""
    task: str = ""
    signature: Callable[[Part, str], str | None] = signature
    _import: Reply | None = None

    def __post_init__(self) -> None:
        self.patience = Patience(self.probes)

    def call(self, probe: str, arguments: tuple) -> Answer:
        called = self.probes.called(probe, arguments)
        if self._import is None:
            self._import = self._ask(LOAD, ())
        if self._import.failure in NO_IMPORT:
            reply, called = self._import, f"import {self.part.module}"
            recorded = replace(reply, failure="load")
        else:
            reply = recorded = self._ask(probe, arguments)
        self.calls.setdefault(self.current, []).append(Recorded(probe, arguments, recorded))
        if reply.failure is not None:
            signature_of = functools.partial(self.signature, self.part)
            message = failure_message(reply, called, signature_of, self.part.needs)
            if recorded is not reply:
                message += "            What stands outside of functions runs whenever the file is imported.\n"
            raise CheckFailed(message, STATUS.get(reply.failure, "error"), reply)
        return Answer(called, reply.value)

    def _ask(self, probe: str, arguments: tuple) -> Reply:
        seconds = self.patience.cpu_seconds(self.task, probe)
        reply = self.worker.call(probe, list(arguments), cpu_seconds=seconds)
        if reply.failure == "timeout":
            more = self.patience.on_a_slow_machine(self.task, probe, arguments)
            if more > seconds:
                reply = self.worker.call(probe, list(arguments), cpu_seconds=more)
        if reply.failure == "timeout":
            self.patience.note_timeout(self.task)
        return reply


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
