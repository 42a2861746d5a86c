"""Grading a class: every submission of a part through nbgrader, each for itself."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.class_folder.alone import grading_alone
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.verdict_store import open_store
from autograder.classroom.ahead import grading_ahead
from autograder.classroom.by_hand import keep, settled
from autograder.course import SOLUTIONS, Part
from autograder.notebooks.release import ReleaseError, generate
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
    run_notebooks: bool = False,
) -> list[Outcome]:
    """Grade these submissions of a part, write their feedback, and enter scores in the gradebook. A submission that
    fails, whoever's fault it is, keeps the scores that it had and costs no other. Raises ReleaseError when the
    part's own notebook is not sound, ClassError when another grading of the class is at work.
    """
    outcomes = []
    _need_working_checks(folder, part, tier)
    with grading_alone(folder.root), grading_ahead(folder, part, learners, tier) as wait:
        enter_in_gradebook(folder, part, source)
        take = _one_by_one(folder, part, tier, source, run_notebooks)
        for learner in wait.ready_first(learners):
            outcomes.append(take(learner))
            on_outcome(outcomes[-1])
    return sorted(outcomes, key=lambda outcome: learners.index(outcome.learner))


def _need_working_checks(folder: ClassFolder, part: Part, tier: Tier) -> None:
    """A fault of our own must not cost a whole class its points. Raises ReleaseError unless the solution earns all."""
    files = {part.file_name: (SOLUTIONS / part.file_name).read_bytes()}
    report = open_store(folder.verdicts).grade(files, part, tier=tier)
    if report.earned < report.possible:
        earned = f"{report.earned:g} of {report.possible:g}"
        raise ReleaseError(
            f"{SOLUTIONS / part.file_name}: it earns {earned} points, and must earn all. Nothing was graded: restore "
            "the solution, or mend the checks."
        )


def enter_in_gradebook(folder: ClassFolder, part: Part, source: Path = SOURCE) -> None:
    """Enter the part and its graded cells in the gradebook. Raises ReleaseError."""
    found = notebook_findings(part, source)
    if found:
        raise ReleaseError(*found)
    with tempfile.TemporaryDirectory() as scratch:
        generate(part, Path(scratch), source, folder.database)


def _one_by_one(
    folder: ClassFolder, part: Part, tier: Tier, source: Path, run_notebooks: bool
) -> Callable[[str], Outcome]:
    """A function that takes one learner's submission through nbgrader's autograde and feedback."""
    from traitlets.config import Config

    from autograder.classroom.configuration import AUTOGRADE, RUN, configure
    from autograder.classroom.converters import AutogradeOneByOne, Directory, FeedbackOneByOne
    from autograder.notebooks.calling_nbgrader import calling_nbgrader, one_transaction

    config = Config()
    configure(config, folder.root, source)
    config.CourseDirectory.assignment_id = part.name
    config.SandboxStep.sandbox = "local" if tier is Tier.LOCAL else "strict"
    if run_notebooks:
        config.Autograde.autograde_preprocessors = [AUTOGRADE[0], RUN, *AUTOGRADE[1:]]
    directory = Directory(config=config)
    autograde, feedback = (step(coursedir=directory, config=config) for step in (AutogradeOneByOne, FeedbackOneByOne))
    autograde.force = feedback.force = True
    # A notebook may run for a minute, and nobody could write into the gradebook meanwhile.
    at_once = contextlib.nullcontext if run_notebooks else one_transaction

    def take(learner: str) -> Outcome:
        with calling_nbgrader() as reason:
            try:
                with at_once(folder.database):
                    seen = settled(folder, part, learner)
                    autograde.convert(learner)
                    keep(folder, part, learner, seen)
                with at_once(folder.database):
                    feedback.convert(learner)
                    return read_outcome(folder, part, learner)
            except Exception as error:  # whosever fault it is: the others are graded all the same
                return Outcome(learner, part, failure=reason(error))

    return take


def read_outcome(folder: ClassFolder, part: Part, learner: str) -> Outcome:
    """The scores that the gradebook has."""
    from nbgrader.api import Gradebook

    with Gradebook(folder.database) as gradebook:
        submission = gradebook.find_submission(part.name, learner)
        return Outcome(learner, part, submission.score, submission.max_score, submission.needs_manual_grade)
