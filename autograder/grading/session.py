"""The `student` fixture: a learner's code behind a worker. Every call is remembered, check by check."""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.course import Part
from autograder.grading.checks import Answer, CheckFailed
from autograder.grading.patience import Patience
from autograder.grading.probes import Probes
from autograder.grading.report import Check
from autograder.grading.sources import signature
from autograder.sandbox import Reply, Worker

STATUS = {"todo": "todo", "missing": "missing", "timeout": "timeout"}  # of a failure; every other one is an error

SENTENCES = {
    "raised": "Your code stopped with {exception}{message}.",
    "unusable": "What came back can't be used as the check uses it: {exception}{message}.",
    "load": "Your file can't be imported: {exception}{message}.",
    "missing": "Your file lacks a name that this check needs{message}. Spell it as the stub does.",
    "todo": "{message} is not written yet.",
    "timeout": "Your code did not answer in time{message}. Is there a loop that never ends?",
    "crashed": "Your code ended the Python interpreter{message}. Is there a recursion that never ends?",
    "exited": "Your code ended the program{message}. A module that others import must not: take that call out.",
    "memory": "Your code used more memory than is allowed{message}. Is there a list that grows without end?",
    "type": "Your code returned something that the check can't read{message}.",
    "too large": "Your code returned more data than the check can read{message}.",
    "protocol": "Something other than an answer came back from your code{message}.",
}
# What a TypeError says of a call with other arguments than the function takes, and of a function without a return.
WRONG_ARGUMENTS = re.compile(r"([\w.]+)\(\) (?:takes|missing|got an unexpected|got multiple)")
NOTHING_CAME_BACK = re.compile(r"'NoneType'|\bNone\b")

SignatureOf = Callable[[str], "str | None"]


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
            raise CheckFailed(failure_message(reply, called, signature_of), STATUS.get(reply.failure, "error"), reply)
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


def failure_message(reply: Reply, called: str = "", signature_of: SignatureOf = lambda name: None) -> str:
    """What happened, and in which call, for a learner. signature_of: how a function of the part is called."""
    message = reply.message
    if reply.failure != "todo":
        message = f": {message.rstrip('.')}" if message else ""
    kind = _kind(reply)
    sentence = SENTENCES[kind].format(exception=reply.exception or "an exception of its own", message=message)
    sentence += _advice(reply, kind, signature_of)
    # An import fails whatever is called.
    if reply.failure in ("todo", "load") or not called:
        return sentence + "\n"
    return f"Called:     {called}\nCame back:  {sentence}\n"


def _kind(reply: Reply) -> str:
    """The key of the sentence that fits."""
    if reply.exception == "SystemExit":
        return "exited"
    # No line of the learner's code was running: the call came back, and the probe stumbled over what it gave.
    if reply.failure == "raised" and reply.exception in ("TypeError", "AttributeError") and reply.file is None:
        return "raised" if WRONG_ARGUMENTS.search(reply.message) else "unusable"
    return reply.failure


def _advice(reply: Reply, kind: str, signature_of: SignatureOf) -> str:
    """What to try, where that is known: a sentence with a space before it, or nothing."""
    found = WRONG_ARGUMENTS.search(reply.message)
    if kind == "raised" and reply.exception == "TypeError" and found:
        expected = signature_of(found.group(1))
        return f" It is called as the stub has it: {expected}." if expected else ""
    if kind == "unusable" and NOTHING_CAME_BACK.search(reply.message):
        return " Is a return missing?"
    if reply.exception == "EOFError" and "input()" in reply.message:
        return ' Take it out, or put it below: if __name__ == "__main__":'
    return ""
