"""docs/_static/samples/: pages of the grader with invented learners, which the instructor's guide shows in frames.

    python docs/generator/samples.py

feedback.html is a real check of a module with the mistake of the picture in the README, and analytics.html a class of
24. A test says when they are stale.
"""

from __future__ import annotations

import datetime
import json
import random
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from autograder.analytics.class_figures import class_figures, write_figures  # noqa: E402
from autograder.analytics.class_verdicts import ClassVerdicts, LatestVerdict  # noqa: E402
from autograder.course import Part, part  # noqa: E402
from autograder.grading.misconceptions import misconceptions  # noqa: E402
from autograder.grading.report import Check, Report  # noqa: E402
from autograder.grading.store import report_from_json  # noqa: E402
from autograder.render.feedback_page import Feedback, feedback_page  # noqa: E402
from generator import terminal  # noqa: E402 - found by the line above

SAMPLES = ROOT / "docs" / "_static" / "samples"
DAY = datetime.date(2026, 10, 12)
LEARNERS, PARTS = 24, (0, 1, 2, 3, 4, 5)


def feedback() -> str:
    """The page for a learner whose backward overwrites gradients."""
    with tempfile.TemporaryDirectory() as folder:
        module = terminal.write_exercises(Path(folder))
        said = terminal.check(Path(folder), "1", "--json")
        source = module.read_bytes()
    data = {**json.loads(said), "interpreter": "3.11"}
    return feedback_page(Feedback("ada", part(1), report_from_json(data), DAY, source=source))


def analytics() -> str:
    """The page of a class of which most learners pass most parts, and some share a mistake."""
    rng = random.Random(7)
    verdicts = []
    for learner in range(LEARNERS):
        skill, reached = rng.uniform(0.72, 1.0), rng.choice((3, 4, 5, 6, 6, 6))
        for number in PARTS[:reached]:
            report = sample_report(part(number), skill, rng)
            days = datetime.timedelta(days=rng.choice((0, 1, 2, 4))) if rng.random() < 0.6 else None
            name = f"learner-{learner:02}"
            verdicts.append(LatestVerdict(name, part(number), report, rng.uniform(0.3, 0.9), 1 + learner % 3, days))
    figures = class_figures(ClassVerdicts(verdicts, []), shown=lambda name: name)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        write_figures(page, figures)
        return page.read_text(encoding="utf-8")


def sample_report(its_part: Part, skill: float, rng: random.Random) -> Report:
    """A report with a check for each task, of which a learner of this skill passes most."""
    likely = {task.id: [m for m in misconceptions(its_part) if m.task == task.id][:2] for task in its_part.tasks}
    checks = []
    for task in its_part.tasks:
        right = rng.random() < skill
        mistake = None if right or not likely[task.id] else rng.choice(likely[task.id])
        checks.append(
            Check(
                name=f"check_of_{task.id}",
                task=task.id,
                title=f"{task.title} gives the right values",
                hidden=False,
                points=2.0,
                earned=2.0 * right,
                status="passed" if right else "failed",
                misconception=mistake and mistake.id,
                advice=mistake.says if mistake else "",
            )
        )
    file = its_part.file_name
    return Report(its_part.number, its_part.module, file, "0" * 64, 1, "strict", "3.11", tuple(checks))


def pages() -> dict[str, str]:
    """The name and the text of each page."""
    return {"feedback.html": feedback(), "analytics.html": analytics()}


if __name__ == "__main__":
    SAMPLES.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (SAMPLES / name).write_text(text, encoding="utf-8")
        print(f"Written: {SAMPLES / name}")
