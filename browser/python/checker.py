"""The trusted side of the page: replays a part's recorded checks on the answers of the learner's interpreter."""

from __future__ import annotations

import functools
import importlib.util
import json
from collections import Counter
from collections.abc import Iterator, Mapping

from errand import CLOCK_TIMES, ONLY_LOAD, Errand, Known, Wanted

from autograder.bundle.capstone_replay import report as capstone_report
from autograder.bundle.recipe_replay import RecipeTries
from autograder.bundle.recorded_mistakes import call_key
from autograder.bundle.replay import check_part, recording, seeds
from autograder.capstone.card_drawing import ResultCard, draw, to_svg
from autograder.course import Part, part
from autograder.grading.report import Report
from autograder.grading.timeouts import FIRST
from autograder.learner.hints import all_hints
from autograder.render.next_step import next_step
from autograder.sandbox import Tier

STOPS = ("timeout", "crashed", "exited")  # failures that cost the learner's interpreter


class PartCheck:
    """The check of one part, or of one of its tasks. files: all the learner's modules, by file name."""

    def __init__(self, files: Mapping[str, str], number: int, task: str | None = None) -> None:
        self._files = {name: text.encode("utf-8") for name, text in files.items()}
        self._part, self._task = part(number), task
        self.errand = Errand(lambda: self.as_data(self.report()))

    def report(self) -> Report:
        """The report, once all answers are known."""
        guess = functools.partial(recorded_calls, self._part, self._task)
        open_worker = functools.partial(self.errand.open_worker, guess=guess)
        return check_part(self._files, self._part, None, self._task, Tier.LOCAL, open_worker)

    def natively(self) -> str:
        """The report as JSON, with a worker process in place of the page's interpreter."""
        return json.dumps({"report": self.as_data(check_part(self._files, self._part, None, self._task, Tier.LOCAL))})

    def as_data(self, report: Report) -> dict:
        """The report as the page shows it."""
        source = self._files.get(self._part.file_name, b"").decode("utf-8", "replace")
        hint = all_hints(report, self._part, source)
        shown = hint and {"about": hint.about, "task": hint.task.id, "texts": hint.texts, "instead": hint.instead}
        return {
            **report.to_json(),
            "printed": report.printed,
            "next": next_step([report]),
            "hint": shown,
        }


def recorded_calls(of: Part, task: str | None, known: Known, missing: Wanted) -> Iterator[Wanted]:
    """The recorded calls of the checks after a missing one whose answers are not known, in the order of the checks. A
    check that a call has stopped makes no others.
    """
    counted: Counter[str] = Counter()
    allowed = min(missing.seconds, FIRST[0] * CLOCK_TIMES)
    stopped = {key for key, answers in known.answers.items() if any(each.reply.failure in STOPS for each in answers)}
    for probe, arguments in _recorded(of, task, stopped):
        key = call_key(probe, arguments)
        counted[key] += 1
        if counted[key] > len(known.answers.get(key, ())) + (key == missing.key):
            yield Wanted(probe, arguments, allowed)


def _recorded(of: Part, task: str | None, stopped: set[str]) -> Iterator[tuple[str, list]]:
    yield ONLY_LOAD, []
    for entry in recording(of)["checks"]:
        if entry["seeds"] and (task in (None, entry["task"]) or entry["task"] in of.rewritten_by(task)):
            steps = [step for seed in seeds(of) for step in entry["seeds"][str(seed)]]
            calls = [(step["probe"], step["arguments"]) for step in steps]
            yield from () if stopped.intersection(call_key(*call) for call in calls) else calls


def page() -> Page:
    """What the page calls: in a build with the solutions, it also asks questions and plants mistakes."""
    if importlib.util.find_spec("practice") is None:
        return Page()
    import practice

    return practice.Page()


class Page:
    """What the page calls. All text is JSON."""

    def __init__(self) -> None:
        self.tries = RecipeTries()

    def begin(self, request: str) -> str:
        """Begin what the page asks for. Returns what `Errand.next` returns."""
        self.errand = self.errand_for(json.loads(request))
        return self.errand.next()

    def errand_for(self, wanted: dict) -> Errand:
        """For a check: {"part": 5, "task": "5.2" or null, "files": {name: text}}."""
        return PartCheck(wanted["files"], wanted["part"], wanted.get("task")).errand

    def answer(self, replies: str, printed: str) -> str:
        """Go on with these replies. Returns what `Errand.next` returns."""
        self.errand.answer(replies, printed)
        return self.errand.next()

    def capstone(self, recorded: str, claimed: str, known: str) -> str:
        """The capstone's report on a run of training."""
        return json.dumps(capstone_report(json.loads(recorded), json.loads(claimed), json.loads(known)))

    def card(self, measured: str) -> str:
        """The card with these measurements, which the page made itself: {"svg": ..., "light": ..., "says": text}."""
        drawing = draw(ResultCard(**json.loads(measured)))
        svg, light = (to_svg(drawing, in_dark).decode("utf-8") for in_dark in (True, False))
        return json.dumps({"svg": svg, "light": light, "says": f"{drawing.title}. {drawing.description}"})
