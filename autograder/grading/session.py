"""The `student` fixture: a learner's code behind a worker. Every call is remembered, check by check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.course import Part
from autograder.grading.checks import Answer, CheckFailed
from autograder.grading.probes import Probes
from autograder.sandbox import Reply, Worker

STATUS = {"todo": "todo", "missing": "missing", "timeout": "timeout"}  # of a failure; every other one is an error

SENTENCES = {
    "raised": "Your code stopped with {exception}{message}.",
    "load": "Your file can't be imported: {exception}{message}.",
    "missing": "Your file lacks a name that this check needs{message}.",
    "todo": "{message} is not written yet.",
    "timeout": "Your code did not answer in time{message}. Is there a loop that never ends?",
    "crashed": "Your code ended the Python interpreter{message}.",
    "exited": "Your code ended the program{message}: a module that others import must not.",
    "memory": "Your code used more memory than is allowed{message}.",
    "type": "Your code returned something that the check can't read{message}.",
    "too large": "Your code returned more data than the check can read{message}.",
    "protocol": "Something other than an answer came back from your code{message}.",
}


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

    def call(self, probe: str, arguments: tuple) -> Answer:
        called = self.probes.called(probe, arguments)
        reply = self.worker.call(probe, list(arguments))
        self.calls.setdefault(self.current, []).append(Recorded(probe, arguments, reply))
        if reply.failure is not None:
            raise CheckFailed(failure_message(reply, called), STATUS.get(reply.failure, "error"), reply)
        return Answer(called, reply.value)


class Student:
    """What a suite sees: `student.name_of_a_probe(arguments)` gives an Answer, or fails the check with a sentence."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.files = session.files

    def __getattr__(self, probe: str) -> Callable[..., Answer]:
        return lambda *arguments: self._session.call(probe, arguments)


def failure_message(reply: Reply, called: str = "") -> str:
    """What happened, and in which call, for a learner."""
    message = reply.message
    if reply.failure != "todo":
        message = f": {message.rstrip('.')}" if message else ""
    sentence = SENTENCES[reply.failure].format(exception=reply.exception or "an exception of its own", message=message)
    if reply.failure == "todo" or not called:
        return sentence + "\n"
    return f"Called:     {called}\nCame back:  {sentence}\n"
