"""nbgrader's autograde and feedback for exactly one submission, whatever its folder holds."""

from __future__ import annotations

import os
from pathlib import Path

from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter

from autograder.classroom.collected import Unreadable, read_plain
from autograder.course import part_named
from autograder.grading.sources import LARGEST_FILE


class OneSubmission(BaseConverter):
    """Stands behind nbgrader's classes: what they do through BaseConverter is done for one submission, without search
    patterns, and of its files the module alone is copied, never what a link leads to.
    """

    def init_notebooks(self) -> None:
        directory = self.coursedir
        folder = self._format_source(directory.assignment_id, directory.student_id)
        self.assignments = {folder: [os.path.join(folder, f"{directory.assignment_id}.ipynb")]}
        self.notebooks = []

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        source, destination = (
            Path(form(assignment_id, student_id)) for form in (self._format_source, self._format_dest)
        )
        destination.mkdir(parents=True, exist_ok=True)
        name = part_named(assignment_id).file_name
        try:
            content = read_plain(source / name, LARGEST_FILE)
        except Unreadable:
            return  # the report says so
        if content is not None:
            (destination / name).write_bytes(content)


class AutogradeOne(Autograde, OneSubmission):
    """`nbgrader autograde` for one submission; one without a notebook is graded as well."""

    def init_notebooks(self) -> None:
        OneSubmission.init_notebooks(self)


class FeedbackForOne(GenerateFeedback, OneSubmission):
    """`nbgrader generate_feedback` for one submission."""

    def init_notebooks(self) -> None:
        OneSubmission.init_notebooks(self)
