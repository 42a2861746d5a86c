"""What pages say of the course, made from the course when the site is built. In a page, for part 5:

    ```{course} box 5
    ```

box: its tasks, minutes, file and commands. mistakes: those that the checks recognise, task by task.
The others take no number. list: all parts with their pages. hours: what the course takes, part by part.
days: the same, spread over days.
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
    """Every part with its page, its tasks and its minutes."""
    rows = [(_linked(part), f"{len(part.tasks)}", f"{part.minutes}") for part in _assignments()]
    return _table(["part", "tasks", "minutes"], rows)


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


def spread(budget: int) -> list[list[str]]:
    """The parts on days of so many minutes, in order; a part that a day does not end is gone on with on the next."""
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
            plan[-1].append(f"{_linked(part)}{word}")
            to_do, left = to_do - now, left - now
    return plan


def _assignments() -> tuple[Part, ...]:
    return (*parts(), capstone())


def _linked(part: Part) -> str:
    if part.module == "capstone":
        return f"[{part.title}](capstone.md)"
    return f"[{part.number} {part.title}](part{part.number:02d}.md)"


def _clock(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60:02d}"


def _table(header: list[str], rows: list[tuple[str, ...]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _escaped(text: str) -> str:
    """Plain text as Markdown that shows just that."""
    return "".join("\\" + char if char in r"\`*_{}[]<>#$~|" else char for char in text)


OF_A_PART: dict[str, Callable[[Part], str]] = {"box": box, "mistakes": mistakes}
OF_ALL: dict[str, Callable[[], str]] = {"list": all_parts, "hours": hours, "days": days}


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
