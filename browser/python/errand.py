"""What the trusted side of the page does with answers of the learner's interpreter, such as a check.

The two interpreters can't wait for each other: no blocking call works in every browser and on every host. So an errand
is done with the answers that are known. Where one is missing, it ends, the page asks the other interpreter, and the
errand is done again from the start. Nothing in it is random, so it arrives at the same call. The calls that will
probably come next are asked for together, so that few runs are enough.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.bundle.recorded_mistakes import call_key
from autograder.sandbox import Limits, Reply, Tier
from autograder.sandbox.protocol import ProtocolError, parse_message
from autograder.text import clean_text

# A page's clock also counts the time of other programs, and WebAssembly is half as fast as a process, or much slower on
# a phone. Importing a file takes hardly any time anywhere.
CLOCK_TIMES, CLOCK_TIMES_TO_LOAD = 5.0, 2.5
OUTPUT_CHARACTERS = 64 * 1024
SUBMISSION = "submission"
ONLY_LOAD = ""  # in the page's messages, in place of a probe: only load the files


@dataclass(frozen=True)
class Wanted:
    """A call. seconds: what it may take; folder: of the version that is called."""

    probe: str
    arguments: list
    seconds: float
    folder: str = SUBMISSION

    @property
    def key(self) -> str:
        """The call as a key: without its seconds."""
        key = call_key(self.probe, self.arguments)
        return key if self.folder == SUBMISSION else f"{self.folder} {key}"


@dataclass(frozen=True)
class Answered:
    """One answer. seconds: what the call was allowed."""

    reply: Reply
    seconds: float


@dataclass
class Known:
    """What is known of one set of files. answers: by call, in the order in which it was made."""

    files: Mapping[str, bytes]
    answers: defaultdict[str, list[Answered]] = field(default_factory=lambda: defaultdict(list))
    printed: str = ""

    def add(self, wanted: Wanted, line: str, failure: str, message: str) -> None:
        """Add a reply. line: as it came from the learner's interpreter, unless there is a failure."""
        reply = Reply(failure=failure, message=message) if failure else self._parsed(line)
        self.answers[wanted.key].append(Answered(reply, wanted.seconds))

    def _parsed(self, line: str) -> Reply:
        names = sorted({path.rpartition("/")[2] for path in self.files if path.endswith(".py") and "/" in path})
        try:
            message = parse_message(line.encode("utf-8", "replace"), files=names)
        except ProtocolError as error:
            return Reply(failure="protocol", message=f"the reply was not an answer: {error}")
        if message.kind != "reply":
            return Reply(failure="protocol", message="an answer was sent that belongs to no call")
        return message.reply


Guess = Callable[[Known, Wanted], Iterable[Wanted]]  # what will be asked after a call


class Missing(BaseException):
    """A call whose answer is not known yet. No `except Exception` on the way may catch it."""

    def __init__(self, known: Known, wanted: Wanted, guess: Guess) -> None:
        self.known, self.wanted, self.guess = known, wanted, guess


class AnsweredWorker:
    """Replaces `sandbox.Worker`. at_most: seconds for a call, however many it is allowed."""

    interpreter_version = ""
    used_up = False  # the page ends each call by itself

    def __init__(self, known: Known, limits: Limits, guess: Guess, at_most: float) -> None:
        self._known, self._limits, self._guess, self._at_most = known, limits, guess, at_most
        self._made: Counter[str] = Counter()

    def __enter__(self) -> AnsweredWorker:
        return self

    def __exit__(self, *unused: object) -> None:
        pass

    def close(self) -> None:
        """There is no process to end."""

    def load(self, folder: str = SUBMISSION, seconds: float | None = None, cpu_seconds: float = 0) -> Reply:
        """The known answer. Raises Missing, like `call`."""
        return self._answer(Wanted(ONLY_LOAD, [], self._allowed(cpu_seconds, CLOCK_TIMES_TO_LOAD), folder))

    def call(
        self,
        probe: str,
        arguments: Sequence,
        folder: str = SUBMISSION,
        seconds: float | None = None,
        cpu_seconds: float = 0,
    ) -> Reply:
        """The known answer. Raises Missing. A timeout counts only if the call had at least as many seconds."""
        return self._answer(Wanted(probe, list(arguments), self._allowed(cpu_seconds, CLOCK_TIMES), folder))

    def _allowed(self, cpu_seconds: float, clock_times: float) -> float:
        return min((cpu_seconds or self._limits.call_seconds) * clock_times, self._at_most)

    def _answer(self, wanted: Wanted) -> Reply:
        known = self._known.answers.get(wanted.key, [])
        index = self._made[wanted.key]
        if index >= len(known) or (known[index].reply.failure == "timeout" and known[index].seconds < wanted.seconds):
            del known[index:]
            raise Missing(self._known, wanted, self._guess)
        self._made[wanted.key] += 1
        return known[index].reply

    def read_output(self) -> str:
        """What the code has printed so far."""
        return self._known.printed

    def extend(self, seconds: float) -> None:
        """There is no budget to extend."""


class Errand:
    """One piece of work. run: does it, and returns plain data; it opens its workers with `open_worker`. known: answers
    from earlier errands, by the checksum of the files.

    gently: the learner's interpreter ends a call that takes too long by itself, which is slower for the code, but does
    not cost the interpreter. It is for changed code, which often never ends.
    """

    def __init__(self, run: Callable[[], object], known: dict[str, Known] | None = None, gently: bool = False) -> None:
        self.run, self._gently = run, gently
        self._known: dict[str, Known] = {} if known is None else known
        self._asked: list[Wanted] = []
        self._served: Known | None = None  # whose files the learner's interpreter has

    def open_worker(
        self, files: Mapping[str, bytes], tier: Tier, limits: Limits, *, guess: Guess, at_most: float = float("inf")
    ) -> AnsweredWorker:
        """A worker that knows the answers so far."""
        digest = hashlib.sha256(b"".join(path.encode() + b"\0" + files[path] + b"\0" for path in sorted(files)))
        return AnsweredWorker(self._known.setdefault(digest.hexdigest(), Known(files)), limits, guess, at_most)

    def next(self) -> str:
        """As JSON: the result, or the calls to make first. A call is [probe, arguments as JSON, seconds, folder]; those
        after the first one are a guess. With them come the files, where the learner's interpreter has others.
        """
        try:
            return json.dumps({"result": self.run()})
        except Missing as missing:
            return json.dumps(self._wanted(missing))

    def _wanted(self, missing: Missing) -> dict:
        self._asked = [missing.wanted, *missing.guess(missing.known, missing.wanted)]
        calls = [[each.probe, json.dumps(each.arguments), each.seconds, each.folder] for each in self._asked]
        state: dict = {"calls": calls, "gently": self._gently}
        if self._served is not missing.known:
            self._served = missing.known
            state["files"] = {path: text.decode("utf-8", "replace") for path, text in missing.known.files.items()}
        return state

    def answer(self, replies: str, printed: str) -> None:
        """Add the replies to the first calls that were asked for, as JSON: [line, failure, message] each. A failure has
        no line.
        """
        self._served.printed = clean_text(printed, OUTPUT_CHARACTERS, keep="\n\t")
        for wanted, reply in zip(self._asked, json.loads(replies)):
            self._served.add(wanted, *reply)
