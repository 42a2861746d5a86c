"""Simulate a class on one platform for a term: everybody's submissions with their times, and the instructor's commands.

The instructor runs the commands of docs/instructor/term.md and does what their reports advise.
"""

from __future__ import annotations

import csv
import datetime
import itertools
import json
import random
import re
import subprocess
import sys
import tempfile
import zoneinfo
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from term_oracle import Extension, Rules
from term_platforms import Canvas, Moodle, Person, Upload, login_of

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.gradebook import open_gradebook
from autograder.course import ROOT, SOLUTIONS, Part, part
from autograder.grading.misconceptions import variants
from autograder.stubs import make_stub

PARTS = (part(2), part(5), part(9))
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")  # clocks go back an hour in the night to 25 October
SETTINGS = """time_zone = "Europe/Berlin"
[due]
part02 = 2026-10-24T18:00:00
part05 = 2026-11-14
part09 = 2026-12-05 12:00:00
[weights]
part02 = 30
part05 = 40
part09 = 30
"""
DUE = {
    "part02": datetime.datetime(2026, 10, 24, 18),
    "part05": datetime.datetime(2026, 11, 14, 23, 59, 59),
    "part09": datetime.datetime(2026, 12, 5, 12),
}
WEIGHTS = {"part02": 30.0, "part05": 40.0, "part09": 30.0}
POSSIBLE = {"part02": 10.0, "part05": 10.0, "part09": 14.0}
MOST = {"part02": 10.0, "part05": 20.0, "part09": 100.0}  # points on the platform
WRITTEN = ("9.5", "9.6")  # two points each, given by a person
FIRST = "Zoë Ann Ben Jürgen Mei Łukasz Nguyễn Maria-José 伟 Amir Olga Siân Kofi Ines Tariq".split() + ["John Paul"]
LAST = "García O'Neil Müller Smith-Jones Çelik Nowak Tran Ångström 李 Haddad Petrova Okafor".split() + ["van der Berg"]
# Minutes after the due time of whoever submits near it: the ends of grace and of days, and the night of the change.
DAY = 1440
NEAR = (DAY + 120, 121, DAY + 121, 120, 3 * DAY + 120, 3 * DAY + 121, 0, 1, 119, 500, DAY, 6 * DAY + 700)
ANSWER = "About ten letters and a half, since e to the power of 2.37 is 10.7."
# How a file may be called; {} is its right name without suffix.
UNKNOWN = ("my solution.py", "homework.PY", "solution (1).txt")  # which the instructor renames
ODD = ("{}.PY", UNKNOWN[0], "{}.py.txt", "notebook", "{} - Copy.py", UNKNOWN[1], "{} (2).py", "{}(1).py", UNKNOWN[2])
ODD += ("Copy of {}.py", "{}_final.py")


def call(words: list[str]) -> subprocess.CompletedProcess:
    """`python -m autograder WORDS`."""
    command = [sys.executable, "-m", "autograder", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")


@dataclass(frozen=True)
class Turn:
    """One submission. content: a key of `contents`; odd: a pattern of ODD, or ""; answered: written answers by task."""

    time: datetime.datetime
    content: str
    odd: str = ""
    text: bool = False
    answered: tuple[str, ...] = ()


@dataclass
class Findings:
    """What was compared, by kind, and a sentence for each difference."""

    compared: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def same(self, kind: str, where: str, found: object, expected: object) -> None:
        self.compared[kind] += 1
        numbers = isinstance(found, float) and isinstance(expected, float)
        if found != expected and not (numbers and abs(found - expected) < 1e-6):
            self.wrong.append(f"{where}: {found!r}, and must be {expected!r}")


class Term:
    """One class on one platform."""

    def __init__(
        self,
        root: Path,
        platform: Canvas | Moodle,
        size: int,
        seed: int,
        earned: dict,
        findings: Findings,
        odd_every: int,
    ) -> None:
        self.root, self.platform, self.earned, self.findings = root, platform, earned, findings
        self.parts = [each for each in PARTS if each.name in earned]
        self.most = {each.name: MOST[each.name] for each in self.parts}
        self.draw = random.Random(f"{seed} {type(platform).__name__}")
        self.odd_every, self.drawn = odd_every, 0
        self.people = self._people(size)
        self.joined = size - max(1, size // 60)  # those behind it are not in the first list
        self.renamed = self.draw.sample(range(size), max(1, size // 25))
        self.rules = self._rules()
        self.contents = {its_part.name: contents(its_part) for its_part in self.parts}
        self.near = {its_part.name: itertools.cycle(NEAR) for its_part in self.parts}
        self.turns = {its_part.name: [self._turns(its_part, who) for who in self.people] for its_part in self.parts}
        self.by_hand: dict[tuple[str, str], float] = {}  # what somebody gave, by login and task
        self.entries: dict[str, list[str]] = {}  # of the last download of each part
        self.handled: Counter = Counter()

    # The class

    def _people(self, size: int) -> list[Person]:
        names = [(first, last) for first in FIRST for last in LAST]
        self.draw.shuffle(names)
        names = names[: size - size // 50] + names[: size // 50]  # some have the name of somebody else
        return [Person(*name, login_of(*name, 100 + i), 1000 + 7 * i) for i, name in enumerate(names)]

    def _rules(self) -> Rules:
        who = [self.platform.learner(person) for person in self.draw.sample(self.people, len(self.people) // 10 + 3)]
        lines = []
        for i, learner in enumerate(who):
            lines += [
                [Extension(learner, "part02", 1.0)],  # over the night in which clocks change
                [Extension(learner, "", 2.0), Extension(learner, "part05", 1.5)],
                [Extension(learner, "part09", due=DUE["part09"] + datetime.timedelta(days=4, hours=6))],
            ][i % 3]
        return Rules(BERLIN, DUE, WEIGHTS, POSSIBLE, tuple(lines))

    def _turns(self, its_part: Part, person: Person) -> list[Turn]:
        """What one person submits of a part: nothing, or once, or twice."""
        draw, turns = self.draw, []
        if draw.random() < 0.08:
            return turns
        due = self.rules.due_for(self.platform.learner(person), its_part.name)
        for _ in range(2 if draw.random() < 0.12 else 1):
            early = draw.random() < 0.6
            minutes = -draw.randrange(60, 9000) if early else next(self.near[its_part.name])
            shown = due.replace(second=0) + datetime.timedelta(minutes=minutes)
            moment = self.rules.utc(shown)
            answered = tuple(task for task in WRITTEN if draw.random() < 0.7) if its_part is part(9) else ()
            content = draw.choices(list(self.contents[its_part.name]), (10, 3, 3, 2, 2))[0]
            self.drawn += 1
            odd = ODD[self.drawn // self.odd_every % len(ODD)] if self.drawn % self.odd_every == 0 else ""
            text = not odd and draw.random() < 0.02
            turns.append(Turn(moment, content, odd, text, () if text else answered))
        return sorted(turns, key=lambda one: one.time)

    def listed(self, its_part: Part, again: bool) -> list[Person]:
        """The people on the platform's list now: some join late, and some have another name from the second part on."""
        people = self.people if again or its_part is not self.parts[0] else self.people[: self.joined]
        if its_part is self.parts[0]:
            return people
        return [replace(one, last=f"{one.last}-Neumann") if i in self.renamed else one for i, one in enumerate(people)]

    # The instructor

    def run(self, *words: object, fails: bool = False) -> subprocess.CompletedProcess:
        """One command of the guide. Its exit status must be 1 exactly when there is something to look at."""
        command = [*map(str, words), "--class", str(self.root)]
        done = call(command)
        if done.returncode not in ((0, 1) if fails else (0,)):
            raise RuntimeError(f"{' '.join(command)}\nexit status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def take_place(self) -> None:
        """The term, from the first release to the last answer that is graded."""
        for its_part in self.parts:
            self.run("release", its_part.number)
        (self.root / "class.toml").write_text(SETTINGS, encoding="utf-8")
        lines = [
            [one.learner, one.part, one.due.strftime("%Y-%m-%d %H:%M") if one.due else "", one.days or ""]
            for one in self.rules.extensions
        ]
        with open(self.root / "extensions.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["student_id", "part", "due", "extra_days"], *lines])
        self.import_list(self.listed(self.parts[0], again=False))
        for its_part in self.parts:
            self.import_list(self.listed(its_part, again=False))
            for days, again in ((1.25, False), (9, True)):
                self.collect(its_part, self.rules.utc(DUE[its_part.name] + datetime.timedelta(days=days)), again)
                if again or its_part is part(2):  # late work is graded by the same command again
                    self.run("grade", "--part", its_part.number)
            print(f"{self.root.name}, {its_part.name}: {len(self.findings.wrong)} wrong", file=sys.stderr, flush=True)
        self.grade_by_hand()

    def import_list(self, people: list[Person]) -> None:
        path = self.root / "participants.csv"
        path.write_text(self.platform.roster(people, self.most), encoding="utf-8-sig")
        self.run("roster", path)

    def uploads(self, its_part: Part, now: datetime.datetime) -> list[Upload]:
        """Everybody's newest submission at this time."""
        found = []
        for person, turns in zip(self.listed(its_part, again=True), self.turns[its_part.name]):
            newest = [turn for turn in turns if turn.time < now][-1:]
            for turn in newest:
                late = turn.time > self.rules.utc(DUE[its_part.name])
                found.append(Upload(person, turn.time, late, self.files(its_part, turn), turn.text))
        return found

    def files(self, its_part: Part, turn: Turn) -> dict[str, bytes]:
        """The files of a submission, under the names that their author gave them."""
        if turn.text:
            return {}
        stem = its_part.module
        module = turn.odd.format(stem) if turn.odd and turn.odd != "notebook" else f"{stem}.py"
        files = {module: self.contents[its_part.name][turn.content]}
        if turn.answered or turn.odd == "notebook":
            name = f"Part {its_part.number} - final.ipynb" if turn.odd == "notebook" else f"{its_part.name}.ipynb"
            files[name] = answered(self.root / "release" / its_part.name / f"{its_part.name}.ipynb", turn.answered)
        return files

    def download(self, its_part: Part, again: bool) -> Path:
        return self.root.parent / f"{self.root.name}-{its_part.name}-{1 + again}.zip"

    def collect(self, its_part: Part, now: datetime.datetime, again: bool) -> None:
        """Collect a download, do what the report advises, and look whether everybody in it is collected or listed."""
        uploads, path = self.uploads(its_part, now), self.download(its_part, again)
        local = now.astimezone(BERLIN).replace(tzinfo=None)
        self.entries[its_part.name] = self.platform.download(path, [*uploads, *self._nobody(now)], local)
        words: list[object] = ["collect", path, "--part", its_part.number]
        if isinstance(self.platform, Moodle):
            sheet = path.with_suffix(".csv")
            self.platform.worksheet(sheet, self.listed(its_part, again=True), uploads, BERLIN, self.most[its_part.name])
            words += ["--worksheet", sheet]
        times = {
            self.platform.learner(one.person): f"{one.time.astimezone(BERLIN):%Y-%m-%d %H:%M%z}" for one in uploads
        }
        advice = self.follow(self.run(*words, fails=True), its_part)
        if advice["stranger"]:  # somebody has joined: a newer list
            self.import_list(self.listed(its_part, again=True))
            advice = self.follow(self.run(*words, fails=True), its_part)
        if advice["late"]:
            given = [word for who in advice["late"] for word in ("--submitted-at", f"{who}={times[who]}")]
            advice = self.follow(self.run(*words, *given, fails=True), its_part)
            self.handled["times given by the instructor"] += len(given) // 2
        elif advice["again"]:
            advice = self.follow(self.run(*words, fails=True), its_part)
        if any(advice[kind] for kind in ("stranger", "late")):
            self.findings.wrong.append(f"{path.name}: after its own advice was followed: {dict(advice)}")
        for one in uploads:
            self._is_collected(its_part, one, advice["text"])

    def _nobody(self, now: datetime.datetime) -> list[Upload]:
        """Canvas' student for trying a course out is in its archives."""
        if isinstance(self.platform, Moodle):
            return []
        return [Upload(Person("Test", "Student", "f00d", 99), now, False, {"part02_tokenizer.py": b"x = 1\n"})]

    def follow(self, done: subprocess.CompletedProcess, its_part: Part) -> dict[str, list[str]]:
        """Read the report of `make collect` and rename what it asks to rename."""
        found: dict[str, list[str]] = {"stranger": [], "late": [], "text": [], "again": []}
        problems = [line.strip() for line in done.stderr.splitlines() if line.startswith("  ")]
        if bool(problems) != bool(done.returncode):
            self.findings.wrong.append(f"collect: exit status {done.returncode} with {problems}")
        for problem in problems:
            who = problem.partition(":")[0].partition(",")[0]
            rename = re.search(r"They are in (.*)\. Rename the right one to (\S+)\.( |$)", problem)
            if "Canvas marks it late" in problem:
                found["late"].append(who)
            if "studenttest_" in problem or ": collected, but Canvas" in problem:
                continue
            if "is not in the class list" in problem:
                found["stranger"].append(problem)
            elif re.search(r"onlinetext\.html|_text\.html", problem):
                found["text"].append(who)
            elif rename:
                place, name = Path(rename[1]), rename[2]
                others = [one for one in place.iterdir() if one.name not in (name, "timestamp.txt")]
                (wrong,) = [one for one in others if one.suffix.lower() in (".py", ".txt")]
                wrong.rename(place / name)
                found["again"] += [who] if "Then collect again" in problem else []
                self.handled["files renamed by the instructor"] += 1
            else:
                self.findings.wrong.append(f"collect, {its_part.name}: {problem}")
        return found

    def _is_collected(self, its_part: Part, upload: Upload, listed: list[str]) -> None:
        """Whether exactly what this person submitted is where it is graded from."""
        learner = self.platform.learner(upload.person)
        place = self.root / "submitted" / learner / its_part.name
        if upload.text:
            self.findings.same("people collected or listed", f"{learner} typed a text", learner in listed, True)
            return
        module, notebook = (
            path.read_bytes() if path.exists() else None
            for path in (place / its_part.file_name, place / f"{its_part.name}.ipynb")
        )
        expected = next((content for name, content in upload.files.items() if not name.endswith(".ipynb")), None)
        other = next((content for name, content in upload.files.items() if name.endswith(".ipynb")), None)
        same = (module == expected, notebook == other)
        self.findings.same("people collected or listed", f"{learner}, {its_part.name}, collected", same, (True, True))

    def grade_by_hand(self) -> None:
        """What somebody does in formgrader: points for some answers; others wait."""
        with open_gradebook(ClassFolder(self.root)) as book:
            for person, turn in zip(self.people, self.last("part09")):
                for task in turn.answered if turn else ():
                    if self.draw.random() < 0.6:
                        key = f"written-{task.replace('.', '-')}"
                        grade = book.find_grade(key, "part09", "part09", self.platform.learner(person))
                        grade.manual_score = self.by_hand[person.login, task] = self.draw.choice((0.0, 0.5, 1.0, 2.0))
                        grade.needs_manual_grade = False
            book.db.commit()

    def last(self, name: str) -> list[Turn | None]:
        """What counts of each person: the newest that was there at the last download."""
        end = self.rules.utc(DUE[name] + datetime.timedelta(days=9))
        return [([turn for turn in turns if turn.time < end] or [None])[-1] for turns in self.turns[name]]


def contents(its_part: Part) -> dict[str, bytes]:
    """The modules that a class of this part submits: few, since verdicts are not what is tried here."""
    right = (SOLUTIONS / its_part.file_name).read_bytes()
    text = right.decode("utf-8")
    mistakes = sorted(variants(its_part).items())
    return {
        "right": right,
        "a mistake": mistakes[0][1],
        "another mistake": mistakes[-1][1],
        "not begun": make_stub(text, its_part.file_name).encode("utf-8"),
        "no Python": b"def broken(:\n",
    }


def points_of(its_part: Part) -> dict[str, float]:
    """What each earns: all, nothing, or what a learner's own check says, which does not go through the gradebook."""
    found = {"right": 10.0, "not begun": 0.0, "no Python": 0.0}
    for kind, content in contents(its_part).items():
        if kind not in found:
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / its_part.file_name).write_bytes(content)
                done = call(["check", str(its_part.number), "--from", folder, "--json"])
                found[kind] = json.loads(done.stdout)["earned"]
    return found


def answered(path: Path, tasks: tuple[str, ...]) -> bytes:
    """The released notebook with these written answers."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    wanted = {f"written-{task.replace('.', '-')}" for task in tasks}
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in wanted:
            cell["source"] = ANSWER
    return json.dumps(notebook).encode("ascii")
