"""nbgrader's settings, from course.toml. A class's nbgrader_config.py calls `configure`, and so does our own grading.

This module doesn't import nbgrader: `doctor` and `release` need it where nbgrader isn't installed yet.
"""

from __future__ import annotations

import re
from pathlib import Path

from autograder.course import ROOT, class_settings, parts
from autograder.files import write_atomically
from autograder.notebooks.lesson_notebooks import SOURCE

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
    match = re.match(r'"""nbgrader\'s settings for this class: those of the course in (.+)\."""', text)
    return match[1] if match and match[1] != str(ROOT) else None


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
