"""A class of 30 submits part 3: compare `grade` with unmodified nbgrader, with assert cells for the same checks.

    python benchmarks/class_of_30.py            the table, and benchmarks/class_of_30.md

Both autograde the same 30 modules and write the feedback pages, as complete commands that take turns. Each starts with
a gradebook with the assignment but without submissions. The assert cells are what an instructor would write: one assert
per check of the suite, with fixed numbers, without explanations and without a sandbox. A correct module must get all
points on both sides, and a stub none.
"""

from __future__ import annotations

import argparse
import datetime
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.autograde import enter_in_gradebook
from autograder.course import ROOT, SOLUTIONS, part
from autograder.grading.misconceptions import misconceptions
from autograder.notebooks.lesson_notebooks import notebook_path
from autograder.stubs import make_stub

PART = part(3)
LEARNERS = 30
CELLS = {
    "3.1": """
import math
from part01_autograd import Value
from part03_layers import linear, softmax, rmsnorm
def numbers(values): return [value.data for value in values]
def near(a, b): return len(a) == len(b) and all(abs(p - q) < 1e-9 for p, q in zip(a, b))
def values(*xs): return [Value(x) for x in xs]
w = [values(1.0, 2.0, 3.0), values(-1.0, 0.5, 2.5)]
x = values(0.5, -1.5, 2.0)
out = linear(x, w)
assert near(numbers(out), [3.5, 3.75])
(out[0] * 2 + out[1]).backward()
assert near([v.grad for v in x], [1.0, 4.5, 8.5]) and near([v.grad for v in w[0]], [1.0, -3.0, 4.0])
a = Value(2.0)
linear([a, a], [[a, a]])[0].backward()
assert abs(a.grad - 8.0) < 1e-9
""",
    "3.2": """
logits = values(0.3, -1.2, 2.0)
exps = [math.exp(v) for v in (0.3, -1.2, 2.0)]
p = softmax(logits)
assert near(numbers(p), [e / sum(exps) for e in exps])
assert near(numbers(softmax(values(1000.3, 998.8, 1002.0))), numbers(p))
p[0].backward()
q = numbers(p)
assert near([v.grad for v in logits], [q[0] * (1 - q[0]), -q[0] * q[1], -q[0] * q[2]])
assert near(numbers(softmax(values(-1e5, 0.0))), [0.0, 1.0])
assert near(numbers(logits), [0.3, -1.2, 2.0])
""",
    "3.3": """
x = values(1.0, -2.0, 3.5)
mean = sum(v * v for v in (1.0, -2.0, 3.5)) / 3
y = rmsnorm(x)
assert near(numbers(y), [v / math.sqrt(mean + 1e-5) for v in (1.0, -2.0, 3.5)])
assert near(numbers(rmsnorm(values(1e-3, 2e-3), 0.5)), [v / math.sqrt(2.5e-6 + 0.5) for v in (1e-3, 2e-3)])
y[0].backward()
s = (mean + 1e-5) ** -0.5
assert near([v.grad for v in x], [s * (k == 0) - 1.0 * v * s**3 / 3 for k, v in enumerate((1.0, -2.0, 3.5))])
assert near(numbers(rmsnorm(values(0.0, 0.0))), [0.0, 0.0])
assert near(numbers(x), [1.0, -2.0, 3.5])
""",
}


def modules() -> list[str]:
    """30 different modules: half of them right, five not begun, ten with mistakes that learners make."""
    solution = (SOLUTIONS / PART.file_name).read_text(encoding="utf-8")
    stub = make_stub(solution, PART.file_name)
    wrong = [mistake.applied_to(solution) for mistake in misconceptions(PART)][:10]
    texts = [solution] * (LEARNERS - 5 - len(wrong)) + [stub] * 5 + wrong
    return [f"{text}\n# learner {number}\n" for number, text in enumerate(texts)]


def plain_class(root: Path, texts: list[str]) -> None:
    """nbgrader's source, submissions of these modules and gradebook for the assert cells."""
    source = root / "source" / PART.name
    source.mkdir(parents=True)
    points = {"grade": True, "locked": True, "schema_version": 3, "solution": False, "task": False, "points": 3}
    cells = [
        new_code_cell(text.strip(), metadata={"nbgrader": {**points, "grade_id": f"test-{task[-1]}"}})
        for task, text in CELLS.items()
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), source / f"{PART.name}.ipynb")
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'plain'\n"
        f"c.Autograde.exclude_overwriting = {{'{PART.name}': ['{PART.file_name}']}}\n",
        encoding="utf-8",
    )
    run([sys.executable, "-m", "nbgrader", "generate_assignment", PART.name], root)
    for number, text in enumerate(texts):
        place = root / "submitted" / f"learner{number:02d}" / PART.name
        shutil.copytree(root / "release" / PART.name, place)
        (place / PART.file_name).write_text(text, encoding="utf-8")
        shutil.copy(SOLUTIONS / "part01_autograd.py", place)


def our_class(root: Path) -> None:
    """The same submissions for our own grading."""
    for number, text in enumerate(modules()):
        place = root / "submitted" / f"learner{number:02d}" / PART.name
        place.mkdir(parents=True)
        shutil.copy(notebook_path(PART), place)
        (place / PART.file_name).write_text(text, encoding="utf-8")
    enter_in_gradebook(ClassFolder(root), PART)


Cost = tuple[float, float]  # wall seconds, seconds of processors


def run(command: list[str], folder: Path, may_fail: bool = False) -> Cost:
    """What a command costs, with all that it starts. may_fail: nbgrader fails when it could not grade somebody."""
    path = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    begin, used = time.perf_counter(), _used()
    subprocess.run(
        command,
        check=not may_fail,
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - begin, _used() - used


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def scores(root: Path) -> list[float]:
    """What each learner has by checks, as part of what the best one has."""
    book = sqlite3.connect(root / "gradebook.db")
    rows = book.execute(
        "select submitted_assignment.student_id, sum(auto_score) from grade "
        "join submitted_notebook on submitted_notebook.id = grade.notebook_id "
        "join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id group by 1 order by 1"
    ).fetchall()
    best = max((score for _, score in rows), default=0.0) or 1.0
    return [score / best for _, score in rows]


def measure(scratch: Path) -> tuple[Cost, Cost, Cost]:
    """What nbgrader as it comes costs, what ours does, and ours when nothing has changed since."""
    plain, ours = scratch / "plain", scratch / "ours"
    plain.mkdir()
    ours.mkdir()
    plain_class(plain, modules())
    our_class(ours)
    nbgrader = [sys.executable, "-m", "nbgrader"]
    steps = [run([*nbgrader, step, PART.name], plain) for step in ("autograde", "generate_feedback")]
    theirs = (sum(wall for wall, _ in steps), sum(used for _, used in steps))
    grade = [sys.executable, "-m", "autograder", "grade", "--class", str(ours), "--part", str(PART.number)]
    first, again = run(grade, ROOT), run(grade, ROOT)
    for root in (plain, ours):
        found = scores(root)
        right, begun = found[:15], found[15:20]
        if len(found) != LEARNERS or set(right) != {1.0} or set(begun) != {0.0}:
            raise SystemExit(f"{root.name}: the scores are not those of the modules: {found}")
        pages = list(root.glob(f"feedback/*/{PART.name}/{PART.name}.html"))
        if len(pages) != LEARNERS:
            raise SystemExit(f"{root.name}: {len(pages)} feedback pages, not {LEARNERS}")
    return theirs, first, again


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    load = os.getloadavg()[0]
    times = "one run" if runs == 1 else f"medians of {runs} runs"
    measured = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as scratch:
            measured.append(measure(Path(scratch)))
            print("; ".join(f"{wall:.1f} wall, {used:.1f} used" for wall, used in measured[-1]), flush=True)
    names = ["nbgrader as it comes, assert cells, unprotected", "`grade --part 3`, in the strict sandbox"]
    names.append("`grade --part 3` again, nothing has changed")
    medians = [tuple(map(statistics.median, zip(*column))) for column in zip(*measured)]
    stamp = f"{datetime.date.today().isoformat()}, Python {sys.version.split()[0]}, {os.cpu_count()} processors"
    lines = [
        "# A class of 30",
        "",
        f"`python benchmarks/class_of_30.py`, {stamp}; the machine's load was {load:.1f} before.",
        "",
        f"30 submissions of part 3, autograde and feedback, whole commands, {times}, taking turns.",
        "",
        "| | wall s | times as fast | seconds of processors | times as few |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {w:.1f} | {medians[0][0] / w:.1f} | {used:.1f} | {medians[0][1] / used:.1f} |"
            for name, (w, used) in zip(names, medians)
        ),
    ]
    print("\n".join(lines))
    Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
