"""Grading a class: every submission of a part through nbgrader, each for itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from traitlets.config import Config

from autograder.classroom.configuration import configure
from autograder.classroom.folder import ClassFolder
from autograder.course import Part
from autograder.notebooks.calling_nbgrader import calling_nbgrader
from autograder.notebooks.release import generate
from autograder.notebooks.source import SOURCE, notebook_findings
from autograder.sandbox import Tier


@dataclass(frozen=True)
class Outcome:
    """What became of one submission. failure: the reason, in nbgrader's words, when it could not be graded."""

    learner: str
    part: Part
    score: float = 0.0
    possible: float = 0.0
    by_hand: bool = False  # a person has still to grade an answer
    failure: str = ""


def grade_class(
    folder: ClassFolder,
    part: Part,
    learners: Sequence[str],
    tier: Tier,
    source: Path = SOURCE,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Grade these submissions of a part, write their feedback, and enter scores in the gradebook. A submission that
    fails, whoever's fault it is, keeps the scores that it had and costs no other. Raises ReleaseError when the
    part's own notebook is not sound.
    """
    enter_in_gradebook(folder, part, source)
    outcomes = []
    for learner in learners:
        with calling_nbgrader() as reason:
            try:
                _convert(folder, part, learner, tier, source)
                outcome = read_outcome(folder, part, learner)
            except Exception as error:  # nbgrader's own, SystemExit aside: the others are graded all the same
                why = reason()
                outcome = Outcome(learner, part, failure=why if "Traceback" not in why else str(error))
        outcomes.append(outcome)
        on_outcome(outcome)
    return outcomes


def enter_in_gradebook(folder: ClassFolder, part: Part, source: Path = SOURCE) -> None:
    """Enter the part and its graded cells in the gradebook. Raises ReleaseError."""
    import tempfile

    from autograder.notebooks.release import ReleaseError

    found = notebook_findings(part, source)
    if found:
        raise ReleaseError(*found)
    with tempfile.TemporaryDirectory() as scratch:
        generate(part, Path(scratch), source, folder.database)


def settings(folder: ClassFolder, part: Part, learner: str, tier: Tier, source: Path = SOURCE) -> Config:
    """nbgrader's settings for one submission."""
    config = Config()
    configure(config, folder.root, source)
    config.CourseDirectory.assignment_id = part.name
    config.CourseDirectory.student_id = learner
    config.GradeModule.sandbox = "local" if tier is Tier.LOCAL else "strict"
    return config


def _convert(folder: ClassFolder, part: Part, learner: str, tier: Tier, source: Path) -> None:
    from nbgrader.coursedir import CourseDirectory

    from autograder.classroom.converters import AutogradeOne, FeedbackForOne

    config = settings(folder, part, learner, tier, source)
    for converter in (AutogradeOne, FeedbackForOne):
        step = converter(coursedir=CourseDirectory(config=config), config=config)
        step.force = True
        step.start()


def read_outcome(folder: ClassFolder, part: Part, learner: str) -> Outcome:
    """The scores that the gradebook has."""
    from nbgrader.api import Gradebook

    with Gradebook(folder.database) as gradebook:
        submission = gradebook.find_submission(part.name, learner)
        return Outcome(learner, part, submission.score, submission.max_score, submission.needs_manual_grade)
