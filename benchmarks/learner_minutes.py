"""How long each part takes: an estimate for two readers, from what there is to read, to answer and to write.

    python benchmarks/learner_minutes.py          writes benchmarks/learner_minutes.md

The rates in RATES are assumptions. They were chosen to fit what a programmer who tried the whole course reported: about
12 hours for somebody who writes Python often, 20 to 25 hours for somebody who knows a little. Nobody was timed part by
part. `minutes` and `minutes_new` in autograder/course.toml are these estimates, rounded; a test keeps them near.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from autograder.course import SOLUTIONS, Part, parts  # noqa: E402 - found by the line above
from autograder.notebooks.lesson_notebooks import notebook_path, read_notebook  # noqa: E402


@dataclass(frozen=True)
class Rates:
    """What one reader takes. words: per minute; adults read 238 words of plain English prose per minute (Brysbaert
    2019, https://doi.org/10.1016/j.jml.2019.104047), and far fewer of a text with formulas and tables. The others:
    minutes for a question to predict or a calculation on paper, a line of code, a task's checks, a written answer.
    """

    words: float
    question: float
    line: float
    task: float
    written: float


RATES = {
    "writes Python often": Rates(words=150, question=1, line=2, task=4, written=10),
    "knows a little Python": Rates(words=100, question=2, line=4, task=8, written=15),
}


@dataclass(frozen=True)
class Work:
    """What there is to do in a part. words: of the notebook and of the stub's docstrings. lines: of the reference."""

    words: int
    questions: int
    lines: int
    tasks: int
    written: int

    def minutes(self, rates: Rates) -> float:
        """The estimate for a reader with these rates."""
        to_do = self.questions * rates.question + self.lines * rates.line
        return self.reading(rates) + to_do + self.tasks * rates.task + self.written * rates.written

    def reading(self, rates: Rates) -> float:
        """The minutes for reading alone."""
        return self.words / rates.words


def work(part: Part) -> Work:
    """Count what a part holds."""
    cells = read_notebook(notebook_path(part))["cells"]
    text = "\n".join(
        cell["source"] for cell in cells if cell["cell_type"] == "markdown" and "BEGIN SOLUTION" not in cell["source"]
    )
    prose = re.sub(r"\$[^$]*\$|<[^>]+>", " x ", text)  # a formula counts as a word
    source = (SOLUTIONS / part.file_name).read_text(encoding="utf-8")
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(source)) if isinstance(node, documented)]
    answers = re.findall(r"### BEGIN SOLUTION.*?\n(.*?)### END SOLUTION", source, re.DOTALL)
    lines = [line for answer in answers for line in answer.splitlines() if line.strip(" ").partition("#")[0]]
    return Work(
        words=len(re.findall(r"\w[\w'’.-]*", prose)) + sum(len(docstring.split()) for docstring in docstrings),
        questions=len(re.findall(r"\*\*(?:Predict|On paper|By hand|Step by step)", text)),
        lines=len(lines),
        tasks=sum(bool(task.defines) for task in part.tasks),
        written=sum(not task.defines for task in part.tasks),
    )


def page() -> str:
    """The table, with what course.toml says."""
    names = list(RATES)
    lines = [
        "# How long each part takes",
        "",
        "An estimate for two readers, from what there is to read, to answer and to write. The rates per reader:",
        "",
        "| reader | words per minute | minutes per question | per line of code | per task | per written answer |",
        "|---|---|---|---|---|---|",
    ]
    for name, rates in RATES.items():
        cells = [name, rates.words, rates.question, rates.line, rates.task, rates.written]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += [
        "",
        " ".join(__doc__.split("\n\n")[2].split()),
        "",
        f"| part | words | questions | lines | tasks | written | {names[0]}: minutes | in the course | "
        f"{names[1]}: minutes | in the course |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    sums = [0.0] * 4
    for part in parts():
        found = work(part)
        minutes = [
            found.minutes(RATES[names[0]]), part.minutes, found.minutes(RATES[names[1]]), part.minutes_new
        ]  # fmt: skip
        sums = [total + now for total, now in zip(sums, minutes)]
        cells = [part.title, f"{found.words:,}", found.questions, found.lines, found.tasks, found.written]
        lines.append(f"| {' | '.join(map(str, [*cells, *map(round, minutes)]))} |")
    lines.append(f"| all | | | | | | {' | '.join(f'{round(total):,}' for total in sums)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(HERE / "learner_minutes.md").write_text(page(), encoding="utf-8")
    print(page())
