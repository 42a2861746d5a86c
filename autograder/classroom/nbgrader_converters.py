"""Run nbgrader's autograde and feedback on one submission at a time, safely for any contents of the folders."""

from __future__ import annotations

import os
from pathlib import Path

from nbconvert.writers import FilesWriter
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory

from autograder.batch.ledger import Ledger
from autograder.class_folder.collected import Unreadable, copy_exchange_notes, read_regular_file, recorded_time
from autograder.course import LARGEST_FILE, part_named


class ClassDirectory(CourseDirectory):
    """nbgrader's view of the class's folder. Without this, it would open any timestamp.txt, even a pipe."""

    def get_existing_timestamp(self, dest_path):
        time = recorded_time(Path(dest_path))
        return time and time.replace(tzinfo=None)  # nbgrader stores naive times in UTC


class OneByOne(BaseConverter):
    """A base class that replaces BaseConverter's behaviour in nbgrader's classes: it uses no file patterns, and copies
    only the module of a submission, never the target of a link.
    """

    ready = False

    def convert(self, learner: str) -> None:
        """Convert one submission of the assignment. Raises nbgrader's exceptions, mostly NbGraderException."""
        directory = self.coursedir
        directory.student_id = learner
        if not self.ready:  # only once, since an exporter reads and compiles its templates
            self.ready = True
            self.writer = FilesWriter(parent=self, config=self.config)
            self.exporter = self.exporter_class(parent=self, config=self.config)
            for preprocessor in self.preprocessors:
                self.exporter.register_preprocessor(preprocessor)
        folder = self._format_source(directory.assignment_id, learner)
        self.assignments = {folder: [os.path.join(folder, f"{directory.assignment_id}.ipynb")]}
        self.convert_notebooks()

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        source = Path(self._format_source(assignment_id, student_id))
        destination = Path(self._format_dest(assignment_id, student_id))
        destination.mkdir(parents=True, exist_ok=True)
        name = part_named(assignment_id).file_name
        try:
            content = read_regular_file(source / name, LARGEST_FILE)
        except Unreadable:
            return  # the report mentions it
        if content is not None:
            (destination / name).write_bytes(content)


class AutogradeOneByOne(Autograde, OneByOne):
    """`nbgrader autograde`, also for submissions without a notebook. ledger: the class's open ledger."""

    ledger: Ledger | None = None


class FeedbackOneByOne(GenerateFeedback, OneByOne):
    """`nbgrader generate_feedback`. Copies the exchange's files, which say whose feedback it is, next to the page."""

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        destination = Path(self._format_dest(assignment_id, student_id))
        destination.mkdir(parents=True, exist_ok=True)
        directory = self.coursedir
        copy_exchange_notes(
            Path(directory.format_path(directory.submitted_directory, student_id, assignment_id)), destination
        )
