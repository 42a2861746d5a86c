"""The trusted side of the page: replays a part's recorded checks on the answers of the learner's interpreter.

The two interpreters can't wait for each other: no blocking call works in every browser and on every host. So a part is
checked with the answers that are known. Where one is missing, the run ends, the page asks the other interpreter, and
the part is checked again from the start. Nothing in it is random, so it arrives at the same call. The calls that will
probably come next are asked for together, so that two runs are usually enough.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.bundle.capstone_replay import report as capstone_report
from autograder.bundle.recipe_replay import RecipeTries
from autograder.bundle.recorded_mistakes import call_key
from autograder.bundle.replay import check_part, recording, seeds
from autograder.capstone.card_drawing import Card, draw, to_svg
from autograder.course import part
from autograder.grading.report import Report
from autograder.grading.timeouts import FIRST
from autograder.learner.hints import all_hints
from autograder.render.next_step import next_step
from autograder.sandbox import Limits, Reply, Tier
from autograder.sandbox.protocol import ProtocolError, parse_message
from autograder.text import clean_text

# The clock of a page runs on while other programs have the processor, and WebAssembly is half as fast as a process.
CLOCK_TIMES = 2.5
OUTPUT_CHARACTERS = 64 * 1024
ONLY_LOAD = ""  # in the page's messages, in place of a probe: only load the files
STOPS = ("timeout", "crashed")  # failures that cost the learner's interpreter


class Missing(BaseException):
    """A call whose answer is not known yet. No `except Exception` on the way may catch it."""

    def __init__(self, probe: str, arguments: list, seconds: float) -> None:
        self.probe, self.arguments, self.seconds = probe, arguments, seconds


@dataclass(frozen=True)
class Answered:
    """One answer. seconds: what the call was allowed."""

    reply: Reply
    seconds: float


class AnsweredWorker:
    """Replaces `sandbox.Worker`. answers: by call, in the order in which it was made."""

    interpreter_version = ""
    used_up = False  # the page ends each call by itself

    def __init__(self, answers: Mapping[str, list[Answered]], printed: str) -> None:
        self._answers, self._printed = answers, printed
        self._made: Counter[str] = Counter()

    def __enter__(self) -> AnsweredWorker:
        return self

    def __exit__(self, *unused: object) -> None:
        pass

    def load(self, seconds: float | None = None, cpu_seconds: float = 0) -> Reply:
        """The known answer. Raises Missing, like `call`."""
        return self.call(ONLY_LOAD, [], seconds, cpu_seconds)

    def call(self, probe: str, arguments: Sequence, seconds: float | None = None, cpu_seconds: float = 0) -> Reply:
        """The known answer. Raises Missing. A timeout counts only if the call had at least as many seconds."""
        key, allowed = call_key(probe, list(arguments)), cpu_seconds * CLOCK_TIMES
        known = self._answers.get(key, [])
        index = self._made[key]
        if index >= len(known) or (known[index].reply.failure == "timeout" and known[index].seconds < allowed):
            del known[index:]
            raise Missing(probe, list(arguments), allowed)
        self._made[key] += 1
        return known[index].reply

    def read_output(self) -> str:
        """What the code has printed so far."""
        return self._printed

    def extend(self, seconds: float) -> None:
        """There is no budget to extend."""


class PartCheck:
    """The check of one part, or of one of its tasks. files: all the learner's modules, by file name."""

    def __init__(self, files: Mapping[str, str], number: int, task: str | None = None) -> None:
        self._files = {name: text.encode("utf-8") for name, text in files.items()}
        self._part, self._task = part(number), task
        self._answers: defaultdict[str, list[Answered]] = defaultdict(list)
        self._printed = ""
        self._shipped: Mapping[str, bytes] = {}

    def next(self) -> str:
        """The report, or the calls to make first and the files that the learner's interpreter needs for them, as JSON.
        A call is [probe, arguments as JSON, seconds]; those after the first one are a guess.
        """
        try:
            report = check_part(self._files, self._part, None, self._task, Tier.LOCAL, self._open_worker)
        except Missing as missing:
            files = {path: content.decode("utf-8", "replace") for path, content in self._shipped.items()}
            return json.dumps({"calls": self._calls(missing), "files": files})
        return self._encoded(report)

    def natively(self) -> str:
        """The report, with a worker process in place of the page's interpreter."""
        return self._encoded(check_part(self._files, self._part, None, self._task, Tier.LOCAL))

    def _encoded(self, report: Report) -> str:
        words = {"printed": report.printed, "next": next_step([report]), "hint": self._hint(report)}
        return json.dumps({"report": {**report.to_json(), **words}})

    def answer(self, replies: str, printed: str) -> None:
        """Add replies, as JSON: [probe, arguments as JSON, seconds, line, failure, message]. A failure has no line."""
        self._printed = clean_text(printed, OUTPUT_CHARACTERS, keep="\n\t")
        for probe, arguments, seconds, line, failure, message in json.loads(replies):
            reply = Reply(failure=failure, message=message) if failure else self._parsed(line)
            self._answers[call_key(probe, json.loads(arguments))].append(Answered(reply, seconds))

    def _hint(self, report: Report) -> dict | None:
        source = self._files.get(self._part.file_name, b"").decode("utf-8", "replace")
        hint = all_hints(report, self._part, source)
        return hint and {"about": hint.about, "task": hint.task.id, "texts": hint.texts, "instead": hint.instead}

    def _open_worker(self, files: Mapping[str, bytes], tier: Tier, limits: Limits) -> AnsweredWorker:
        self._shipped = files
        return AnsweredWorker(self._answers, self._printed)

    def _parsed(self, line: str) -> Reply:
        names = sorted({path.rpartition("/")[2] for path in self._shipped if path.endswith(".py") and "/" in path})
        try:
            message = parse_message(line.encode("utf-8", "replace"), files=names)
        except ProtocolError as error:
            return Reply(failure="protocol", message=f"the reply was not an answer: {error}")
        if message.kind != "reply":
            return Reply(failure="protocol", message="an answer was sent that belongs to no call")
        return message.reply

    def _calls(self, missing: Missing) -> list[list]:
        """The missing call, and the recorded ones after it whose answers are not known."""
        first = call_key(missing.probe, missing.arguments)
        calls = [(missing.probe, missing.arguments)]
        counted = Counter({first: 1})
        for probe, arguments in self._recorded_calls():
            key = call_key(probe, arguments)
            counted[key] += 1
            if counted[key] > len(self._answers[key]) + (key == first):
                calls.append((probe, arguments))
        allowed = [missing.seconds] + [min(missing.seconds, FIRST[0] * CLOCK_TIMES)] * (len(calls) - 1)
        return [[probe, json.dumps(given), most] for (probe, given), most in zip(calls, allowed, strict=True)]

    def _recorded_calls(self) -> list[tuple[str, list]]:
        """In the order of the checks. A check that a call has stopped makes no others."""
        stopped = {key for key, known in self._answers.items() if any(each.reply.failure in STOPS for each in known)}
        calls: list[tuple[str, list]] = [(ONLY_LOAD, [])]
        for entry in recording(self._part)["checks"]:
            if entry["seeds"] and self._task in (None, entry["task"]):
                steps = [step for seed in seeds(self._part) for step in entry["seeds"][str(seed)]]
                of_check = [(step["probe"], step["arguments"]) for step in steps]
                calls += [] if stopped.intersection(call_key(*call) for call in of_check) else of_check
        return calls


class Page:
    """What the page calls. All text is JSON."""

    def __init__(self) -> None:
        self.tries = RecipeTries()

    def begin(self, request: str) -> str:
        """Begin a check: {"part": 5, "task": "5.2" or null, "files": {name: text}}. Returns what `next` returns."""
        wanted = json.loads(request)
        self.check = PartCheck(wanted["files"], wanted["part"], wanted.get("task"))
        return self.check.next()

    def answer(self, replies: str, printed: str) -> str:
        """Go on with these replies. Returns what `next` returns."""
        self.check.answer(replies, printed)
        return self.check.next()

    def capstone(self, recorded: str, claimed: str, known: str) -> str:
        """The capstone's report on a run of training."""
        return json.dumps(capstone_report(json.loads(recorded), json.loads(claimed), json.loads(known)))

    def card(self, measured: str) -> str:
        """The card with these measurements, which the page made itself: {"svg": ..., "light": ..., "says": text}."""
        drawing = draw(Card(**json.loads(measured)))
        svg, light = (to_svg(drawing, in_dark).decode("utf-8") for in_dark in (True, False))
        return json.dumps({"svg": svg, "light": light, "says": f"{drawing.title}. {drawing.description}"})
