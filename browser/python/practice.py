"""What only a page with the solutions has: checks as `make check` runs them, questions about the learner's own code,
mistakes planted in it, and achievements.

Questions, mistakes and achievements are those of `recall`, `harden` and `progress`, made by the same modules. They find
the learner's files and what they remember where they expect them, in folders of this interpreter. The page sends both
with each request, and keeps what comes back.
"""

from __future__ import annotations

import functools
import hashlib
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date

import checker
from errand import Errand, Known, Wanted

from autograder.bundle.replay import check_part
from autograder.course import EXERCISES, ROOT, Part, part
from autograder.errors import Failure
from autograder.grading.misconceptions import misconceptions
from autograder.grading.reference import reference_files
from autograder.grading.report import Report
from autograder.learner import achievements, harden, local_state, planted, recall_cards
from autograder.learner.machine import Machine
from autograder.recall import ask
from autograder.recall.question import Question
from autograder.sandbox import Limits, Tier

REMEMBERED = (recall_cards.NAME, planted.NAME, local_state.EVENTS, achievements.TICKS)
ON_THE_PAGE = ("trained", "own-data", "capstone")  # events that the page reports, of its training
CHANGED_SECONDS = 1.5  # for a call of changed code
SEARCH_SECONDS = 25.0  # for the place of a mistake
TOGETHER = 12  # versions of the code that are called together


class Desk:
    """The learner's files and memory, as the course's folder has them, and the interpreter that runs the files."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}  # a question is made again when it is answered, from the same answers
        self.graded: dict[tuple, Report] = {}
        self.files: dict[str, bytes] = {}

    def lay_out(self, files: dict[str, str], memory: dict[str, dict]) -> None:
        """Write what the page has sent."""
        contents = {name: text.encode("utf-8") for name, text in files.items()}
        if contents != self.files:
            self.known.clear()
            self.graded.clear()
        self.files = contents
        EXERCISES.mkdir(exist_ok=True)
        for name, content in contents.items():
            (EXERCISES / name).write_bytes(content)
        for name in REMEMBERED:
            local_state.write(name, memory.get(name) or {})

    def memory(self) -> dict[str, dict]:
        """What is to be kept."""
        return {name: local_state.read(name) for name in REMEMBERED}

    def machine(self, errand: Errand) -> Machine:
        """Runs the learner's code for an errand."""

        def open_worker(files: dict[str, bytes], tier: Tier, limits: Limits) -> object:
            return errand.open_worker(files, tier, limits, guess=other_versions, at_most=CHANGED_SECONDS)

        def grade(files: dict[str, bytes], of: Part, *, task: str | None = None, **unused: object) -> Report:
            # The recorded inputs are always the same, so what was checked once is known.
            content = files.get(of.file_name, b"")
            key = (of.number, task, hashlib.sha256(content).hexdigest())
            if key not in self.graded:
                own = content == self.files.get(of.file_name)
                guess = functools.partial(checker.recorded_calls, of, task)
                how = {"guess": guess} if own else {"guess": guess, "at_most": CHANGED_SECONDS}
                opened = functools.partial(errand.open_worker, **how)
                self.graded[key] = check_part({**files, **reference_files(of)}, of, None, task, Tier.LOCAL, opened)
            return self.graded[key]

        return Machine(open_worker, grade)


def other_versions(known: Known, missing: Wanted) -> Iterator[Wanted]:
    """The same call in the versions after this one. Their folders are numbered."""
    name, number = missing.folder.rstrip("0123456789"), missing.folder.lstrip("abcdefghijklmnopqrstuvwxyz")
    folders = {path.partition("/")[0] for path in known.files}
    for other in range(int(number or -1) + 1, int(number or -1) + TOGETHER):
        wanted = Wanted(missing.probe, missing.arguments, missing.seconds, f"{name}{other}")
        if wanted.folder in folders and not known.answers.get(wanted.key):
            yield wanted


class Page(checker.Page):
    """Answers {"action": "recall" or another one below, "files": {name: text}, "memory": {name: data}, "today": date}
    with {"memory": ...} and what that function returns; {"problem": sentence} where it can't do what is asked for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        os.chdir(ROOT)  # sentences name a file as exercises/part05_gpt.py

    def errand_for(self, wanted: dict) -> Errand:
        """See the class."""
        desk = self.desk
        desk.lay_out(wanted["files"], wanted.get("memory") or {})
        today = date.fromisoformat(wanted["today"])
        action = wanted.get("action", "check")
        if action == "check":
            return self._check(wanted, today)
        act: Callable[..., dict] = {"recall": recall, "answer": answer, "harden": hardened, "name": name_cause,
                                    "give up": give_up, "due": due, "achievements": achieved}[action]  # fmt: skip
        seed, begun = random.SystemRandom().randrange(2**32), time.monotonic()

        def run() -> dict:
            random.seed(seed)  # whatever is drawn is drawn again
            try:
                done = act(wanted, today, desk.machine(errand), SEARCH_SECONDS - (time.monotonic() - begun))
            except (Failure, ValueError, OSError) as error:
                done = {"problem": str(error)}
            return {**done, "memory": desk.memory()}

        errand = Errand(run, desk.known, gently=True)
        return errand

    def _check(self, wanted: dict, today: date) -> Errand:
        """A check as `make check` makes it, with the reference of the other parts. It hides what would give a planted
        mistake away, and offers a question.
        """
        of, task = part(wanted["part"]), wanted.get("task")
        reference = {name: text.decode("utf-8") for name, text in reference_files(of).items()}
        check = checker.PartCheck({**wanted["files"], **reference}, of.number, task)

        def run() -> dict:
            (report,) = planted.veiled([check.report()])
            if wanted["counts"] and report.passed and task is None:
                local_state.log_event(f"part-{of.number}")
            offer = wanted["counts"] and bool(recall_cards.offer_lines([report], today))
            return {**check.as_data(report), "offer": offer, "memory": self.desk.memory()}

        check.errand.run = run
        return check.errand


def due(wanted: dict, today: date, on: Machine, seconds: float) -> dict:
    """How many questions are left today."""
    deck = recall_cards.read()
    return {"due": min(len(deck.due(today)), deck.left_today(today)), "cards": len(deck.cards)}


def recall(wanted: dict, today: date, on: Machine, seconds: float) -> dict:
    """A question, or why there is none: about {"part": number}, or about what is due."""
    of = None if wanted.get("part") is None else part(wanted["part"])
    now = ask.next_question(today, of, None, on)
    return {"question": now.question and _shown(now.question), "notes": now.notes, **due(wanted, today, on, seconds)}


def _shown(question: Question) -> dict:
    """A question without its answer."""
    data = asdict(question)
    options = [option["text"] for option in data["options"]]
    kept = {name: data[name] for name in ("task", "kind", "lines", "words")}
    return {**kept, "title": ask.part_of_task(question.task).task(question.task).title, "options": options}


def answer(wanted: dict, today: date, on: Machine, seconds: float) -> dict:
    """The reply to {"answer": number}, which is 0 for a learner who does not know."""
    waiting = recall_cards.read().asked
    question = None if waiting is None else ask.remade(waiting, on)
    if question is None:
        recall_cards.forget_question()
        raise Failure("Your code has changed since that question. Ask for a new one.")
    deck = ask.record(question, wanted["answer"], today)
    return {
        "right": question.right + 1,
        "why": question.why,
        "whys": [option.why for option in question.options],
        "when": ask.when(deck.cards[question.task], today),
        "notes": list(ask.left_lines(deck, today)),
        **due(wanted, today, on, seconds),
    }


def hardened(wanted: dict, today: date, on: Machine, seconds: float) -> dict:
    """The planted mistake as it is now. If there is none, it is planted in {"part": number}."""
    now = planted.current()
    if now is None:
        now = harden.plant(part(wanted["part"]), random.randrange(2**32), max(seconds, 0.0), on)
        changed = (EXERCISES / now.of.file_name).read_bytes().decode("utf-8")
        return {**_planted(now, "planted"), "file": now.of.file_name, "text": changed}
    if harden.is_fixed(now, on):
        says = {mistake.id: mistake.says for mistake in misconceptions(now.of)}
        return {**_planted(now, "fixed"), "causes": [says[name] for name in now.causes]}
    return _planted(now, "planted" if now.untouched else "changed")


def _planted(now: planted.Planted, state: str) -> dict:
    return {"part": now.part, "state": state, "symptom": [line.strip("\n") for line in now.symptom]}


def name_cause(wanted: dict, today: date, on: Machine, seconds: float) -> dict:
    """The reply to {"answer": number of the cause}."""
    now = planted.current()
    if now is None or not harden.is_fixed(now, on):
        raise Failure("Fix it first, then name its cause.")
    lines = [line.partition(" Another one: ")[0] for line in harden.answer_lines(now, wanted["answer"])]
    return {"lines": lines, "named": planted.current() is None, "part": now.part}


def give_up(wanted: dict, today: date, on: Machine, seconds: float) -> dict:
    """Show the mistake, and bring back the file as it was if it does not pass."""
    now = planted.current()
    if now is None:
        raise Failure("No mistake is planted now.")
    lines = harden.give_up(now, on)
    text = (EXERCISES / now.of.file_name).read_bytes().decode("utf-8")
    shown = lines[: lines.index("")]  # then comes where the terminal keeps copies
    return {"lines": shown, "part": now.part, "file": now.of.file_name, "text": text}


def achieved(wanted: dict, today: date, on: Machine, seconds: float) -> dict:
    """The achievements by level, after {"event": what the page has seen} or {"tick": id of an achievement}."""
    if wanted.get("event") in ON_THE_PAGE:
        local_state.log_event(wanted["event"])
    if wanted.get("tick"):
        achievements.tick(wanted["tick"])
    rows = [
        {
            "id": each.id,
            "level": each.level,
            "title": each.title,
            "day": each.day(),
            "how": each.how(),
            "ticked": not each.acts,
        }
        for each in achievements.achievements()
    ]
    return {"achievements": rows}
