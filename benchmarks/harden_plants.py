"""Search for mistakes that `harden` can plant, in each reference solution and in all right code written differently.

    nice python benchmarks/harden_plants.py          every solution, four minutes; benchmarks/harden_plants.md
    nice python benchmarks/harden_plants.py 5 9      only these parts; their rows in the page

The search of a solution ends when it has MOST plants. A plant is sound if it changes one place only, keeps every other
byte and every comment, is still Python, makes a check fail with a wrong answer, and is recognised as one known mistake
of its part. The page is written after each solution, so a run that you stop loses nothing.
"""

from __future__ import annotations

import datetime
import itertools
import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course import ROOT, SOLUTIONS, part, parts
from autograder.errors import Failure
from autograder.grading.misconceptions import misconceptions
from autograder.learner import harden, mistake_edits
from autograder.learner.harden import Plant

PAGE = Path(__file__).with_suffix(".md")
RIGHT = ROOT / "tests" / "right_but_different"
MOST = 5  # plants that each solution must have
# Forms far from the reference's. With Values as local gradients, the checks report only those if anything is wrong, so
# they recognise few mistakes.
FEWER = {"values_as_local_gradients": 2, "one_table_of_operators": 2, "a_tape_of_operations": 3}
CPU_SECONDS = 60.0  # for the search in one solution
SEED = 1
REFERENCE = "the reference"
HEADER = "| part | solution | plants | needed | sound | tasks | processor time (s) | measured on |"


@dataclass(frozen=True)
class Row:
    """One solution: `sound` of its plants are sound; tasks: those that the planted mistakes belong to."""

    part: int
    solution: str
    plants: int
    needed: int
    sound: int
    tasks: str
    seconds: float
    day: str

    @property
    def right(self) -> bool:
        """Whether there are enough plants, and all are sound."""
        return self.plants >= self.needed and self.sound == self.plants

    def line(self) -> str:
        """The row of the table."""
        return (
            f"| {self.part} | {self.solution} | {self.plants} | {self.needed} | {self.sound} | {self.tasks} | "
            f"{self.seconds:.0f} | {self.day} |"
        )


def needed(path: Path) -> int:
    """The number of plants that a solution must have."""
    return FEWER.get(path.stem, MOST)


def solutions(number: int) -> list[Path]:
    """The reference of a part, then right code written differently."""
    return [SOLUTIONS / part(number).file_name, *sorted((RIGHT / f"part{number:02d}").glob("*.py"))]


def faults(plant: Plant, content: bytes, number: int) -> Iterator[str]:
    """What is wrong with a plant in a file's content."""
    edit = plant.edit
    if plant.content != content[: edit.start] + edit.text + content[edit.end :] or plant.content == content:
        yield "it changes more than one place, or nothing"
    if mistake_edits.comments(plant.content) != mistake_edits.comments(content):
        yield "it changes a comment"
    if mistake_edits.valid(edit, content) is None:
        yield "it is no longer Python, or the same program"
    if not any(check.status == "failed" for check in plant.report.checks):
        yield "no check fails with a wrong answer"
    if {check.misconception for check in plant.report.checks if check.misconception} != {plant.mistake}:
        yield "another mistake is recognised"
    if plant.mistake not in {each.id for each in misconceptions(part(number))}:
        yield "it is not a known mistake of the part"


def row_of(number: int, path: Path) -> Row:
    """Search one solution."""
    content, begin = path.read_bytes(), harden.cpu_time()
    found = harden.find(content, part(number), SEED, most=needed(path), cpu_seconds=CPU_SECONDS)
    task_of = {each.id: each.task for each in misconceptions(part(number))}
    wrong = [f"{plant.mistake}: {fault}" for plant in found for fault in faults(plant, content, number)]
    for fault in wrong:
        print(f"part {number}, {path.stem}: {fault}", file=sys.stderr)
    return Row(
        number,
        name(path),
        len({plant.mistake for plant in found}),
        needed(path),
        len(found) - len({fault.partition(":")[0] for fault in wrong}),
        ", ".join(sorted({task_of[plant.mistake] for plant in found})),
        harden.cpu_time() - begin,
        datetime.date.today().isoformat(),
    )


def recorded(text: str) -> list[Row]:
    """The rows of a page."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in re.findall(r"^\| \d.*", text, re.M)]
    return [Row(int(a), b, int(c), int(d), int(e), f, float(g), h) for a, b, c, d, e, f, g, h in cells]


def page(rows: list[Row]) -> str:
    """The page of these rows."""
    order = [(number, name(path)) for number in (each.number for each in parts()) for path in solutions(number)]
    rows = [row for each in order for row in rows if (row.part, row.solution) == each]
    table = "\n".join([HEADER, "|---|---|---|---|---|---|---|---|", *(row.line() for row in rows)])
    days = sorted({row.day for row in rows})
    measured = f"on {days[0]}" if len(days) == 1 else f"from {days[0]} to {days[-1]}"
    return f"""# Mistakes that harden can plant

`python benchmarks/harden_plants.py` searches each solution until it has as many plants as it needs. Measured
{measured}, seed {SEED}, Python {sys.version.split()[0]}.

{sum(row.plants for row in rows)} plants in {len(rows)} solutions, {sum(row.sound for row in rows)} of them sound. \
{sum(row.right for row in rows)} of the {len(rows)} solutions have enough plants, and all of those are sound.

{table}

A plant is *sound* if it changes one place, keeps every other byte and every comment, makes a check fail with a wrong
answer, and is recognised as exactly one known mistake. *Tasks* are those of the planted mistakes. `make harden` itself
stops at the first plant.
"""


def name(path: Path) -> str:
    """A solution's name in the table."""
    return REFERENCE if path.parent == SOLUTIONS else path.stem


def main(words: list[str]) -> None:
    """Measure the given parts, or all; update the page after each solution."""
    numbers = [int(word) for word in words] or [each.number for each in parts()]
    harden.SECONDS = math.inf  # a busy machine makes the search longer, not worse
    # All references first, then one other solution of each part, and so on.
    rounds = itertools.zip_longest(*([(number, path) for path in solutions(number)] for number in numbers))
    for number, path in (each for one_of_each_part in rounds for each in one_of_each_part if each is not None):
        row = row_of(number, path)
        print(row.line(), flush=True)
        old = recorded(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else []
        kept = [each for each in old if (each.part, each.solution) != (row.part, row.solution)]
        PAGE.write_text(page([*kept, row]), encoding="utf-8")
    if not all(row.right for row in recorded(PAGE.read_text(encoding="utf-8"))):
        raise Failure("Some solutions have too few plants, or plants that are not sound: see the table.")


if __name__ == "__main__":
    main(sys.argv[1:])
