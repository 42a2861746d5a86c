"""What pages say of the course, made from the course when the site is built. In a page, for part 5:

    ```{course} box 5
    A sentence for people who read the page where it is not built.
    ```

box: its number of tasks, minutes, file, tasks and commands. mistakes: three that people make, and where all are that
the checks know. The others take no number. catalogue: where all mistakes are. list: all parts with their pages. hours:
what the course takes, part by part, and its aims. overview: the same for instructors. days: the same, spread over days.
reading: the notebooks by the hour, for people who only read. achievements: level by level, and how each is earned.
names: what a GPT in one file must define. term, weeks: a class's term, a part a week; the parts in half as many weeks.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable
from itertools import accumulate, groupby
from unittest import mock

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder import course
from autograder.check import PARTS_OF_A_GPT, names_of
from autograder.course import Part, capstone, parts
from autograder.invocation import CALLED_AS
from autograder.learner.achievements import Achievement, achievements
from autograder.notebooks.lesson_notebooks import notebook_path
from generator import catalogue
from generator.catalogue import escaped

LEARNER = "../learner/"
# What you can do after each part, by number; the capstone's last.
AIMS = (
    "measure any slope by trying, and say how exact that is",
    "explain how a program finds all slopes at once, by the chain rule",
    "turn text into numbers, and say what a loss measures",
    "name the three operations that a GPT is made of, and their gradients",
    "count the 4,192 parameters, and say why they begin small and random",
    "explain how attention chooses where to look, and what the residual stream carries",
    "explain how gradients become steps that fit every parameter",
    "explain the training loop, and judge a model fairly",
    "let a model write, and say what the temperature does",
    "say what a loss, a cache and a long text cost before you run anything",
    "ask a model a question, and say when to believe the answer",
    "train the whole model with your own parts",
)
TIMES = ("minutes", "minutes with a little Python")
PLANS = {"One hour a day": 60, "Two hours a day": 120, "Five hours a day": 300}


def box(part: Part) -> str:
    """The facts of a part in a line, its tasks, and the commands for it."""
    numbers = sorted({course.part(int(module[4:6])).number for module in part.needs})
    uses = ", ".join(f"[{number}](part{number:02d}.md)" for number in numbers)
    facts = [
        f"**{len(part.tasks)} tasks**",
        f"about {part.minutes} minutes, or {part.minutes_new} with a little Python",
        f"`exercises/{part.file_name}`",
        f"uses part{'s' * (len(numbers) > 1)} {uses}" if numbers else "uses nothing but Python",
    ]
    tasks = [f"{task.id} {escaped(task.title)}" for task in part.tasks]
    return f"""{" · ".join(facts)}

{" · ".join(tasks)}

```sh
make check part={part.number}       # or one task: make check part={part.tasks[0].id}
make hint part={part.number}        # when you are stuck; hints cost no points
make lesson part={part.number}      # the idea, step by step, in your browser
```
"""


def all_parts() -> str:
    """Every part with its page, its tasks as `make progress` counts them, its written answers and its minutes."""
    rows = []
    for part in _assignments():
        written = 0 if part == capstone() else sum(not task.defines for task in part.tasks)
        tasks = f"{len(part.tasks) - written}"
        rows.append((_linked(part), tasks, f"{written or ''}", f"{part.minutes}", f"{part.minutes_new}"))
    return _table(["part", "tasks", "written answers", *TIMES], rows)


def hours() -> str:
    """Every part with its minutes, and the hours that have gone by when it is done, for two readers."""
    rows, gone, gone_new = [], 0, 0
    for part, aim in zip(_assignments(), AIMS, strict=True):
        gone, gone_new = gone + part.minutes, gone_new + part.minutes_new
        times = (f"{part.minutes}", _clock(gone), f"{part.minutes_new}", _clock(gone_new))
        rows.append((_linked(part), *times, aim))
    so_far = "hours so far"
    return _table(["part", TIMES[0], so_far, TIMES[1], so_far, "afterwards you can"], rows)


def overview() -> str:
    """The parts for somebody who decides whether to teach them."""
    rows = [
        (_linked(part, LEARNER), f"{part.minutes}", f"{part.minutes_new}", aim)
        for part, aim in zip(_assignments(), AIMS, strict=True)
    ]
    return _table(["part", *TIMES, "afterwards learners can"], rows)


def reading() -> str:
    """The notebooks in hours, by the reading time that each gives at its top; no part is divided."""
    hours, left = [], 0
    for part in parts():
        text = notebook_path(part).read_text(encoding="utf-8")
        minutes = sum(map(int, re.search(r"Reading: about (\d+) minutes(?:, and (\d+) more)?", text).groups("0")))
        if minutes > left:
            hours, left = [*hours, []], 60
        hours[-1].append((part, minutes))
        left -= minutes
    rows = [
        (f"{number}", _linked(part), f"{minutes}", AIMS[part.number])
        for number, hour in enumerate(hours, start=1)
        for part, minutes in hour
    ]
    return _table(["hour", "read the notebook", "minutes", "afterwards you can"], rows)


def all_achievements() -> str:
    """Every achievement by level, with what earns it."""
    blocks = []
    for level, group in groupby(achievements(), key=lambda achievement: achievement.level):
        rows = [(escaped(one.title), _how(one)) for one in group]
        blocks.append(f"**{level.capitalize()}**\n\n" + _table(["achievement", "how you earn it"], rows))
    return "\n\n".join(blocks)


def blank_page() -> str:
    """The names that a GPT in one file must define, part by part."""
    rows = [
        (_linked(part), " ".join(f"`{name}`" for name in names_of(part)))
        for part in parts()
        if part.number in PARTS_OF_A_GPT
    ]
    return _table(["as in", "names"], rows)


def _how(achievement: Achievement) -> str:
    """What earns an achievement, in a table's cell, with the command of make as on all pages."""
    with mock.patch.dict(os.environ, {CALLED_AS: "make"}):
        called = achievement.how()
    return f"`{called}`" if achievement.acts else f"tick it yourself: `{called}`"


def days() -> str:
    """What each day brings, for some numbers of hours a day."""
    blocks = []
    for title, budget in PLANS.items():
        rows, gone, ends = [], 0, list(accumulate(part.minutes for part in _assignments()))
        for day, items in enumerate(spread(budget), start=1):
            done = [aim for end, aim in zip(ends, AIMS, strict=True) if gone < end <= gone + budget]
            rows.append(
                (f"{day}", " · ".join(items), "; ".join(done) or "(keep going: this is one of the longest parts)")
            )
            gone += budget
        blocks.append(
            f"**{title}**, {len(rows)} days\n\n" + _table(["day", "parts", "at the end of the day you can"], rows)
        )
    return "\n\n".join(blocks)


def term() -> str:
    """A part a week: what the class works on, and what its instructor types."""
    rows, before = [], None
    for week, part in enumerate((*_assignments(), None), start=1):
        types = [] if part is None or part == capstone() else [f"`make release part={part.number}`"]
        if before is not None:
            collected = "" if before == capstone() else f"`make collect file=FILE part={before.number}`, "
            types.append(f"{collected}`make grade part={before.number}`")
            if before != capstone() and any(not task.defines for task in before.tasks):
                types.append("grade written answers in formgrader")
        if part is None:
            types += ["`python -m autograder leaderboard close`", "`make export`"]
        works = (_linked(part, LEARNER), f"{part.minutes}") if part else ("", "")
        rows.append((f"{week}", *works, "; ".join(types)))
        before = part
    return _table(["week", "the class works on", "minutes", "you"], rows)


def weeks() -> str:
    """The parts in half as many weeks."""
    number = -(-len(_assignments()) // 2)
    minutes = -(-sum(part.minutes for part in _assignments()) // number)
    rows = [(f"{week}", " · ".join(of_week)) for week, of_week in enumerate(spread(minutes, LEARNER), start=1)]
    return f"{number} weeks, {_clock(minutes)} each:\n\n" + _table(["week", "the class works on"], rows)


def spread(budget: int, folder: str = "") -> list[list[str]]:
    """The parts on days of this many minutes, in order; a part that does not fit continues on the next day.
    folder: where the parts' pages are, seen from the page.
    """
    plan, left = [[]], budget
    for part in _assignments():
        to_do = part.minutes
        while to_do:
            if left == 0:
                plan, left = [*plan, []], budget
            now = min(to_do, left)
            word = (
                ""
                if now == part.minutes
                else ", started"
                if to_do == part.minutes
                else ", finished"
                if now == to_do
                else ", continued"
            )
            plan[-1].append(f"{_linked(part, folder)}{word}")
            to_do, left = to_do - now, left - now
    return plan


def _assignments() -> tuple[Part, ...]:
    return (*parts(), capstone())


def _linked(part: Part, folder: str = "") -> str:
    if part.module == "capstone":
        return f"[{part.title}]({folder}capstone.md)"
    return f"[{part.number} {part.title}]({folder}part{part.number:02d}.md)"


def _clock(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60:02d}"


def _table(header: list[str], rows: list[tuple[str, ...]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


OF_A_PART: dict[str, Callable[[Part], str]] = {"box": box}
OF_ALL: dict[str, Callable[[], str]] = {
    "list": all_parts,
    "hours": hours,
    "overview": overview,
    "days": days,
    "reading": reading,
    "achievements": all_achievements,
    "names": blank_page,
    "term": term,
    "weeks": weeks,
}


class CourseDirective(SphinxDirective):
    """`{course} NAME [PART]`: see above."""

    required_arguments = 1
    optional_arguments = 1
    has_content = True  # a sentence for people who read the page on GitHub; the site does not show it

    def run(self) -> list[nodes.Node]:
        name, *number = self.arguments
        linked = not self.env.app.tags.has(catalogue.LEFT_OUT)
        of_a_part = {**OF_A_PART, "mistakes": functools.partial(catalogue.common_mistakes, linked=linked)}
        of_all = {**OF_ALL, "catalogue": catalogue.catalogue_line if linked else str}
        known = of_a_part if number else of_all
        if name not in known:
            raise self.error(f"There is nothing called {name!r} here: {', '.join(known)}.")
        try:
            chosen = [capstone() if number == ["11"] else course.part(int(number[0]))] if number else []
        except (KeyError, ValueError) as error:
            raise self.error(f"{number[0]}: {error}") from error
        self.env.note_dependency(str(course.HERE / "course.toml"))
        for part in chosen:
            self.env.note_dependency(str(part.suite / "misconceptions.toml"))
        container = nodes.container(classes=[f"course-{name}"])
        self.state.nested_parse(StringList(known[name](*chosen).splitlines(), name), self.content_offset, container)
        return container.children if name != "box" else [container]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("course", CourseDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
