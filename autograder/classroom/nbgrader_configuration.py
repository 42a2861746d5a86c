"""nbgrader's autograde and feedback, one submission after the other, whatever their folders hold."""

from __future__ import annotations

import os
import re
from pathlib import Path

from nbconvert.writers import FilesWriter
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory

from autograder.batch.ledger import Ledger
from autograder.class_folder.collected import Unreadable, copy_exchange_notes, read_regular_file, recorded_time
from autograder.course import ROOT, class_settings, part_named, parts
from autograder.files import write_atomically
from autograder.grading.sources import LARGEST_FILE
from autograder.notebooks.lesson_notebooks import SOURCE

# nbgrader's settings, from course.toml. nbgrader_config.py calls `configure`, and so does our own grading.

PLUGIN = "autograder.classroom.nbgrader_plugin"
# SaveAutoGrades reads what WriteVerdict wrote; the report is made before anything of the learner's is run.
AUTOGRADE = [
    f"{PLUGIN}.GradeModule",
    f"{PLUGIN}.WriteVerdict",
    "nbgrader.preprocessors.SaveAutoGrades",
    "autograder.classroom.late_policy.AssignPenalty",
]
RUN = f"{PLUGIN}.RunNotebook"  # behind GradeModule, when an instructor asks for it

FILE = "nbgrader_config.py"
# What makes nbgrader's own commands and formgrader work in a class's folder outside of the course.
CONFIGURATION = """\"\"\"nbgrader's settings for this class: those of the course in {root}.\"\"\"

import sys
from pathlib import Path

if {root!r} not in sys.path:
    sys.path.insert(0, {root!r})

from autograder.classroom.nbgrader_configuration import configure

c = get_config()
configure(c, Path(__file__).resolve().parent, Path({source!r}))
"""


def write_configuration(folder: Path) -> bool:
    """Write nbgrader_config.py into a class's folder that has none; say whether it did."""
    path = folder / FILE
    if path.exists():
        return False
    write_atomically(path, CONFIGURATION.format(root=str(ROOT), source=str(SOURCE)).encode("utf-8"))
    return True


def other_course(folder: Path) -> str | None:
    """The copy of the course that a class's nbgrader_config.py belongs to, if that is another one than this."""
    path = folder / FILE
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    found = re.match(r'"""nbgrader\'s settings for this class: those of the course in (.+)\."""', text)
    return found[1] if found and found[1] != str(ROOT) else None


def configure(config, root: Path = ROOT, source: Path = SOURCE) -> None:
    """Put the course's settings into a traitlets Config. root: the class's folder. It may be called more than once."""
    from autograder.notebooks.companions import add_settings

    add_settings(config)
    config.CourseDirectory.course_id = class_settings()["course_id"]
    config.CourseDirectory.root = str(root.absolute())
    if source.absolute() != root.absolute() / "source":
        config.CourseDirectory.source_directory = str(source.absolute())
    config.Autograde.exporter_class = f"{PLUGIN}.SubmissionExporter"
    config.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.CheckCellMetadata"]
    config.Autograde.autograde_preprocessors = AUTOGRADE
    config.Exporter.optimistic_validation = True  # once, when all steps have run, and not after each
    # Learners get our own page: no script, no request to any host. nbgrader's HTML is for formgrader.
    config.GenerateFeedback.exporter_class = f"{PLUGIN}.FeedbackExporter"
    config.GenerateFeedback.preprocessors = []
    # source/ holds notebooks only, so nothing overwrites a learner's module. This holds if somebody puts one there.
    config.Autograde.exclude_overwriting = {part.name: [part.file_name] for part in parts()}


class Directory(CourseDirectory):
    """nbgrader's view of the class's folder. It would open any timestamp.txt, also a pipe, and read any zone's file."""

    def get_existing_timestamp(self, dest_path):
        time = recorded_time(Path(dest_path))
        return time and time.replace(tzinfo=None)  # nbgrader keeps naive times in UTC


class OneByOne(BaseConverter):
    """Stands behind nbgrader's classes: what they do through BaseConverter is done without search patterns, and of a
    submission's files the module alone is copied, never what a link leads to.
    """

    ready = False

    def convert(self, learner: str) -> None:
        """Convert one submission of the assignment. Raises what nbgrader raises, mostly its NbGraderException."""
        directory = self.coursedir
        directory.student_id = learner
        if not self.ready:  # once: an exporter reads and compiles its templates
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
            return  # the report says so
        if content is not None:
            (destination / name).write_bytes(content)


class AutogradeOneByOne(Autograde, OneByOne):
    """`nbgrader autograde`; a submission without a notebook is graded as well. ledger: the class's, held open."""

    ledger: Ledger | None = None


class FeedbackOneByOne(GenerateFeedback, OneByOne):
    """`nbgrader generate_feedback`; the page holds all of it, and the exchange's notes say whose it is."""

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        destination = Path(self._format_dest(assignment_id, student_id))
        destination.mkdir(parents=True, exist_ok=True)
        directory = self.coursedir
        copy_exchange_notes(
            Path(directory.format_path(directory.submitted_directory, student_id, assignment_id)), destination
        )
