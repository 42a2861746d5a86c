"""Point to the lesson when a learner meets a task for the first time. `.learner/lessons.json` holds the tasks met."""

from __future__ import annotations

import sys
from datetime import date

from autograder.course import part_or_lab
from autograder.grading.progress import current_check, file_level_failure
from autograder.grading.report import Report
from autograder.invocation import command
from autograder.learner import local_state
from autograder.learner.lab_experiment import lab_lesson
from autograder.render.next_step import task_to_fix

NAME = "lessons"


def lesson_lines(report: Report) -> list[str]:
    """How to open the lesson of the next task, once per task. Nothing unless the output goes to a terminal."""
    graded_part = part_or_lab(report.part)
    check = current_check(report, graded_part)
    if check is None or file_level_failure(report) or not sys.stdout.isatty():
        return []
    task, met = graded_part.task(task_to_fix(check)), local_state.read(NAME)
    if task.id in met:
        return []
    local_state.write(NAME, {**met, task.id: date.today().isoformat()})
    if graded_part.is_lab:
        return [lab_lesson(graded_part)]
    return [f"Task {task.id} in the lesson: {command('lesson', task.id)}"]
