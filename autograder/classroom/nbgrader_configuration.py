"""nbgrader's settings, from course.toml. A class's nbgrader_config.py and our own grading call `configure`.

This module doesn't import nbgrader: `doctor` and `release` need it where nbgrader isn't installed yet.
"""

from __future__ import annotations

import re
from pathlib import Path

from autograder.course import ROOT, class_settings, parts
from autograder.files import write_atomically
from autograder.notebooks.lesson_notebooks import SOURCE

PLUGIN = "autograder.classroom.nbgrader_plugin"
# SaveAutoGrades reads the output of WriteVerdict. The report is finished before any learner code of a notebook runs.
AUTOGRADE = [
    f"{PLUGIN}.GradeModule",
    f"{PLUGIN}.WriteVerdict",
    "nbgrader.preprocessors.SaveAutoGrades",
    "autograder.classroom.late_policy.AssignPenalty",
]
RUN = f"{PLUGIN}.RunNotebook"  # after GradeModule, if the instructor asks for it

FILE = "nbgrader_config.py"
# This makes nbgrader's own commands and formgrader work in a class's folder outside the course.
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
    """Write nbgrader_config.py into a class's folder if it has none. Return whether it was written."""
    path = folder / FILE
    if path.exists():
        return False
    write_atomically(path, CONFIGURATION.format(root=str(ROOT), source=str(SOURCE)).encode("utf-8"))
    return True


def other_course(folder: Path) -> str | None:
    """The copy of the course that a class's nbgrader_config.py uses, if it is not this one."""
    path = folder / FILE
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    match = re.match(r'"""nbgrader\'s settings for this class: those of the course in (.+)\."""', text)
    return match[1] if match and match[1] != str(ROOT) else None


def configure(config, root: Path = ROOT, source: Path = SOURCE) -> None:
    """Write the course's settings into a traitlets Config. root: the class's folder. Can be called more than once."""
    from autograder.notebooks.release_settings import add_settings

    add_settings(config)
    config.CourseDirectory.course_id = class_settings()["course_id"]
    config.CourseDirectory.root = str(root.absolute())
    if source.absolute() != root.absolute() / "source":
        config.CourseDirectory.source_directory = str(source.absolute())
    config.Autograde.exporter_class = f"{PLUGIN}.SubmissionExporter"
    config.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.CheckCellMetadata"]
    config.Autograde.autograde_preprocessors = AUTOGRADE
    config.Exporter.optimistic_validation = True  # validate once after all steps, not after each
    # Learners get our own page, without scripts or requests. nbgrader's HTML is only for formgrader.
    config.GenerateFeedback.exporter_class = f"{PLUGIN}.FeedbackExporter"
    config.GenerateFeedback.preprocessors = []
    # source/ has only notebooks, so nothing overwrites a learner's module. This prevents it even if somebody adds one.
    config.Autograde.exclude_overwriting = {part.name: [part.file_name] for part in parts()}
