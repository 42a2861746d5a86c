"""What pages say of the course, made from the course when the site is built. In a page, for part 5:

    ```{course} box 5
    ```

box: its tasks, minutes, file and commands. mistakes: those that the checks recognise, task by task.
The others take no number. list: all parts with their pages. hours: what the course takes, part by part.
days: the same, spread over days. term, weeks: a class's term, a part a week; the parts in half as many weeks.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder import course
from autograder.course import Part, capstone, parts
from autograder.grading.misconceptions import misconceptions

LEARNER = "../learner/"
PLANS = {"One hour a day": 60, "Two hours a day": 120, "Five hours a day": 300}


def box(part: Part) -> str:
    """The facts of a part: what is to be written, how long it takes, where, and the commands for it."""
    written = [f"**{task.id}** {_escaped(task.title)}" for task in part.tasks]
    numbers = sorted({course.part(int(module[4:6])).number for module in part.needs})
    rows = {
        "Tasks": " · ".join(written),
        "Time": f"about {part.minutes} minutes",
        "File": f"`exercises/{part.file_name}`",
        "Uses": ", ".join(f"[part {number}](part{number:02d}.md)" for number in numbers) or "nothing but Python",
        "Lesson": f"`make notebooks part={part.number}`",
        "Check": f"`make check part={part.number}`, or one task: `make check part={part.tasks[0].id}`",
        "Stuck": f"`make hint part={part.number}`: each call shows one more hint, and none costs points",
    }
    lines = [":::{list-table}", ":stub-columns: 1", ":widths: auto"]
    for name, what in rows.items():
        lines += [f"* - {name}", f"  - {what}"]
    return "\n".join([*lines, ":::"])


def mistakes(part: Part) -> str:
    """The sentences of the mistakes that the part's checks recognise, folded up by task."""
    lines = []
    for task_id, of_task in groupby(misconceptions(part), key=lambda mistake: mistake.task):
        sentences = [mistake.says for mistake in of_task]
        count = f"{len(sentences)} mistakes" if len(sentences) > 1 else "one mistake"
        title = _escaped(part.task(task_id).title)
        lines += [f"<details><summary>{task_id} {title}: {count}</summary>", ""]
        lines += [f"- {_escaped(sentence)}" for sentence in sentences]
        lines += ["", "</details>", ""]
    return "\n".join(lines)


def all_parts() -> str:
    """Every part with its page, its tasks as `make progress` counts them, its written answers and its minutes."""
    rows = []
    for part in _assignments():
        written = 0 if part == capstone() else sum(not task.defines for task in part.tasks)
        rows.append((_linked(part), f"{len(part.tasks) - written}", f"{written or ''}", f"{part.minutes}"))
    return _table(["part", "tasks", "written answers", "minutes"], rows)


def hours() -> str:
    """Every part with its minutes, and the hours that have gone by when it is done."""
    rows, gone = [], 0
    for part in _assignments():
        gone += part.minutes
        rows.append((_linked(part), f"{part.minutes}", _clock(gone)))
    return _table(["part", "minutes", "hours so far"], rows)


def days() -> str:
    """What each day brings, for some numbers of hours a day."""
    return "\n\n".join(
        f"**{title}**, {len(plan)} days\n\n"
        + _table(["day", "parts"], [(f"{day}", " · ".join(items)) for day, items in enumerate(plan, start=1)])
        for title, plan in ((title, spread(budget)) for title, budget in PLANS.items())
    )


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
    """The parts on days of so many minutes, in order; a part that a day does not end is gone on with on the next.
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
                else ", begun"
                if to_do == part.minutes
                else ", done"
                if now == to_do
                else ", on"
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


def _escaped(text: str) -> str:
    """Plain text as Markdown that shows just that."""
    return "".join("\\" + char if char in r"\`*_{}[]<>#$~|" else char for char in text)


OF_A_PART: dict[str, Callable[[Part], str]] = {"box": box, "mistakes": mistakes}
OF_ALL: dict[str, Callable[[], str]] = {"list": all_parts, "hours": hours, "days": days, "term": term, "weeks": weeks}


class CourseDirective(SphinxDirective):
    """`{course} NAME [PART]`: see above."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        name, *number = self.arguments
        known = OF_A_PART if number else OF_ALL
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
        return container.children if name not in ("box",) else [container]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("course", CourseDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
