"""The `student` fixture: a learner's code behind a worker. Every call is remembered, check by check."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from autograder.course import Part
from autograder.grading.checks import Answer, CheckFailed
from autograder.grading.compare import difference
from autograder.grading.part_probes import Probes
from autograder.grading.reference import signature
from autograder.grading.report import NOT_RUN, Check
from autograder.grading.sources import Source, called_as, with_place
from autograder.grading.timeouts import LOADING, CallTimeouts
from autograder.sandbox import Reply, Worker

# Of the import alone: the process ended, or can't be talked to. Whatever is called, it would do so again.
NO_IMPORT = ("timeout", "crashed", "exited", "protocol")
OWN_STATUS = ("todo", "missing", "timeout")  # failures that are a status of a check; every other one is an error


@dataclass(frozen=True)
class Recorded:
    """One call of a check, and its answer."""

    probe: str
    arguments: tuple
    reply: Reply


@dataclass
class Session:
    """One submission under test. calls: by check id, in order. files: data files beside the probes, by name.
    current, task: the check that calls, and its task; source: what is known of the learner's file;
    printed: by the code in the checks that count, when more were run; extends: whether code on a slow machine gets more
    than the worker's budget.
    """

    part: Part
    probes: Probes
    worker: Worker
    files: dict[str, bytes]
    calls: dict[str, list[Recorded]] = field(default_factory=dict)
    current: str = ""
    task: str = ""
    signature: Callable[[Part, str], str | None] = signature
    source: Source = Source()
    printed: str | None = None
    extends: bool = True
    _import: Reply | None = None

    def __post_init__(self) -> None:
        self.timeouts = CallTimeouts(self.probes)
        self.asked: list[tuple[str, tuple]] = []  # every call so far
        self._reached: dict[str, set[str]] = {}  # by task, see `builds_on`
        self.ready: list[Recorded] = []  # calls of the current check that were answered already, the next one last

    def call(self, probe: str, arguments: tuple) -> Answer:
        """The answer of a probe; raises CheckFailed when there is none.

        Some probes can see the same in two ways, such as slopes by what an operator notes and by the learner's own
        backward. One being right is enough, so the second way is asked where the first one shows nothing (None), ends
        in an exception or is wrong. Only the call that decides is remembered.
        """
        if probe not in self.probes.two_ways:
            return self._answer(probe, arguments)
        second = (*arguments, True)
        right_otherwise = functools.partial(self._right, probe, second)
        try:
            first = self._answer(probe, arguments)
        except CheckFailed as failed:
            if failed.reply is None or failed.reply.failure not in ("raised", "type"):
                raise
            return Answer("", None, right_otherwise, failed)
        if first.value is None:
            del self.calls[self.current][-1]
            return self._answer(probe, second)
        return Answer(first.called, first.value, right_otherwise)

    def _right(self, probe: str, arguments: tuple, expected: object, tolerance: float) -> bool:
        """Whether the second way gives what is expected."""
        try:
            right = difference(self._answer(probe, arguments).value, expected, tolerance) is None
        except CheckFailed as failed:
            if failed.reply is None:  # it was not run
                raise
            right = False
        del self.calls[self.current][-2 if right else -1]
        return right

    def _answer(self, probe: str, arguments: tuple) -> Answer:
        called = self.probes.called(probe, arguments)
        if not self.ready and self.worker.used_up and not self._may_use_more():
            self.calls.pop(self.current, None)  # those so far decide nothing
            raise CheckFailed(NOT_RUN, "timeout")
        if self._load().failure in NO_IMPORT:
            reply, called = self._load(), f"import {self.part.module}"
            recorded = replace(reply, failure="load")
        else:
            reply = recorded = self._ask(probe, arguments)
        self.calls.setdefault(self.current, []).append(Recorded(probe, arguments, recorded))
        if reply.failure is not None:
            raise self._failed(reply, probe, called, on_import=recorded is not reply)
        return Answer(called, reply.value)

    def _failed(self, reply: Reply, probe: str, called: str, on_import: bool) -> CheckFailed:
        """The exception that says why there is no answer."""
        from autograder.grading import failures  # most code needs none of its sentences

        reached = frozenset(self.probes.run({probe}, self.source))
        facts = failures.Facts(self.part, self.source, functools.partial(self.signature, self.part), reached)
        if leftover := failures.leftover_message(reply, facts):
            return CheckFailed(leftover, "error", reply)
        if on_import and reply.failure == "timeout":
            message = failures.endless_import_message(reply, facts)
        else:
            message = failures.failure_message(reply, called, facts)
        if on_import:
            message += "            Code outside functions runs whenever the file is imported.\n"
        return CheckFailed(message, reply.failure if reply.failure in OWN_STATUS else "error", reply)

    def own_output_ends(self) -> None:
        """From here on, the checks are only for the diagnosis: what the code prints meanwhile is not reported."""
        self.printed = self.worker.read_output()

    def runs(self, check: Check) -> set[str]:
        """The functions of the learner's file that a check may have run."""
        return self.probes.run({call.probe for call in self.calls.get(f"test_{check.name}", [])}, self.source)

    def incomplete(self, check: Check) -> bool:
        """Whether the failing call of a check sets a parameter that may be left out, and that the code never uses."""
        recorded = self.calls.get(f"test_{check.name}", [])
        written = [name for name in self.part.task(check.task).defines if name in self.source.functions]
        return bool(recorded) and any(
            self.probes.unused(recorded[-1].probe, name, self.source.functions[name], optional=True) for name in written
        )

    def builds_on(self, check: Check, function: str) -> bool:
        """Whether the learner's functions of a check's task may call another one, at any remove. What `__init__` sets
        is used by each method of its class.
        """
        if check.task not in self._reached:
            names = map(called_as, self.part.task(check.task).defines)
            self._reached[check.task] = self.source.reached_from(names)
        reached = self._reached[check.task]
        owner, _, last = function.rpartition(".")
        return function in reached or (last == "__init__" and any(name.startswith(f"{owner}.") for name in reached))

    def ask_ahead(self, probe: str, arguments: tuple) -> Reply | None:
        """The answer to a call that the current check is going to make; None where `call` would refuse to make it."""
        if self.worker.used_up and not self._may_use_more():
            return None
        return None if self._load().failure in NO_IMPORT else self._ask(probe, arguments)

    def _load(self) -> Reply:
        """The reply to importing the learner's file. It is imported once."""
        if self._import is None:
            self._import = self._placed(self._within_budget(self.worker.load, LOADING))
        return self._import

    def _ask(self, probe: str, arguments: tuple) -> Reply:
        if self.ready:
            answered = self.ready.pop()
            if (answered.probe, answered.arguments) == (probe, arguments):
                return answered.reply
            self.ready = []  # a check that makes other calls with the same seed: it gets their answers
        timeouts = self.timeouts
        first = timeouts.cpu_seconds(self.task)
        reply = self._call(probe, arguments, first)
        if reply.failure == "timeout":
            more = timeouts.on_a_slow_machine(self.task, probe, arguments)
            reply = self._call(probe, arguments, more) if more > first else reply
        return self._placed(reply)

    def _call(self, probe: str, arguments: tuple, cpu_seconds: float) -> Reply:
        self.asked.append((probe, arguments))
        return self._within_budget(functools.partial(self.worker.call, probe, list(arguments)), cpu_seconds)

    def _within_budget(self, request: Callable[..., Reply], cpu_seconds: float) -> Reply:
        """The reply to a request, made again if only the budget was too small for this machine."""
        seconds = self.timeouts.seconds(cpu_seconds)
        reply = request(seconds=seconds, cpu_seconds=cpu_seconds)
        if reply.failure == "timeout" and self.worker.used_up and self._may_use_more():
            reply = request(seconds=seconds, cpu_seconds=cpu_seconds)
        return reply

    def _placed(self, reply: Reply) -> Reply:
        """The reply with its place in the learner's file. Later calls get less time after a timeout."""
        if reply.failure == "timeout":
            self.timeouts.note_timeout(self.task)
        return with_place(reply, self.part, self.source)

    def _may_use_more(self) -> bool:
        """Whether the budget is larger on this machine, since the reference is slow here, too."""
        if self.extends:
            self.worker.extend(self.timeouts.all_together(self.asked))
        return not self.worker.used_up

    def share_used(self, budget: float) -> float:
        """How much of its budget the code has used: 1.0 is all of it, on a fast machine and on a slow one."""
        used = self.worker.used
        if used > budget / 10:
            budget = max(budget, self.timeouts.all_together(self.asked))
        return used / budget


class Student:
    """What a suite sees: `student.name_of_a_probe(arguments)` gives an Answer, or fails the check with a sentence."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.files = session.files

    def __getattr__(self, probe: str) -> Callable[..., Answer]:
        return lambda *arguments: self._session.call(probe, arguments)


def failed_check(fields: dict, error: BaseException, part: Part) -> Check:
    """The check that an exception ended. fields: the other fields of its Check."""
    if isinstance(error, CheckFailed):
        reply = error.reply
        ours = reply is not None and reply.file == part.file_name
        line, exception = (reply.line if ours else None, reply.exception) if reply else (None, None)
        return Check(**fields, status=error.status, message=error.message, line=line, exception=exception)
    # The check stumbled over what was returned, or is wrong itself: no points, and never silently.
    message = f"The check could not make sense of the answer ({type(error).__name__}: {ascii(str(error))[:200]}).\n"
    return Check(**fields, status="error", message=message)
