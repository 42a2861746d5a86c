"""Grading a class: every submission of a part through nbgrader, each for itself."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.batch.ledger import Ledger
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.locks import grading_alone
from autograder.class_folder.released_verdicts import giving
from autograder.class_folder.settings import ClassError
from autograder.class_folder.verdict_store import open_store
from autograder.classroom.feedback import graded_cells, grader_sentences
from autograder.classroom.gradebook import make_gradebook
from autograder.classroom.manual_grades import keep, settled
from autograder.classroom.prefetch import pregrade_in_background
from autograder.classroom.written_answer import as_typed
from autograder.course import SOLUTIONS, Part
from autograder.database import damage
from autograder.notebooks.lesson_notebooks import SOURCE, grade_id, notebook_findings
from autograder.notebooks.release import ReleaseError, generate
from autograder.sandbox import Tier


@dataclass(frozen=True)
class Outcome:
    """The result for one submission. unanswered: written answers that were not found; module, notebook: why there was
    nothing to check or to read; failure: the reason, in nbgrader's words, when it could not be graded.
    """

    learner: str
    part: Part
    score: float = 0.0
    possible: float = 0.0
    by_hand: bool = False  # a person has still to grade an answer
    unanswered: tuple[str, ...] = ()
    module: str = ""
    notebook: str = ""
    failure: str = ""


def grade_class(
    folder: ClassFolder,
    part: Part,
    learners: Sequence[str],
    tier: Tier,
    source: Path = SOURCE,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
    run_notebooks: bool = False,
    lower: bool = False,
) -> list[Outcome]:
    """Grade these submissions of a part, write their feedback, and enter scores in the gradebook. A submission that
    fails, whoever is at fault, keeps the scores that it had and costs no other. lower: also where a better verdict
    was given for the same work. Raises ReleaseError when the part's own notebook is not sound, ClassError or
    LedgerError when another grading of the class is at work.
    """
    outcomes = []
    need_working_checks(folder, part, tier)
    with (
        grading_alone(folder.root),
        Ledger.opened(folder.verdicts) as ledger,
        pregrade_in_background(folder, part, learners, tier) as pending,
    ):
        enter_in_gradebook(folder, part, source)
        take = _one_by_one(folder, part, tier, source, run_notebooks, lower, ledger)
        for learner in pending.ready_first(learners):
            outcomes.append(take(learner))
            on_outcome(outcomes[-1])
    return sorted(outcomes, key=lambda outcome: learners.index(outcome.learner))


def need_working_checks(folder: ClassFolder, part: Part, tier: Tier) -> None:
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
    """Enter the part and its graded cells in the gradebook. Raises ReleaseError, ClassError for a damaged gradebook."""
    path = folder.root / "gradebook.db"
    if path.exists() and (why := damage(path)):
        raise ClassError(f"{path} is damaged: {why}. Nothing was written to it. What to do: {folder.command('doctor')}")
    found = notebook_findings(part, source)
    if found:
        raise ReleaseError(*found)
    make_gradebook(folder)
    with tempfile.TemporaryDirectory() as scratch:
        generate(part, Path(scratch), source, folder.database)


def _one_by_one(
    folder: ClassFolder, part: Part, tier: Tier, source: Path, run_notebooks: bool, lower: bool, ledger: Ledger
) -> Callable[[str], Outcome]:
    """A function that takes one learner's submission through nbgrader's autograde and feedback."""
    from traitlets.config import Config

    from autograder.classroom.nbgrader_configuration import (
        AUTOGRADE,
        RUN,
        AutogradeOneByOne,
        Directory,
        FeedbackOneByOne,
        configure,
    )
    from autograder.notebooks.calling_nbgrader import calling_nbgrader, one_transaction

    config = Config()
    configure(config, folder.root, source)
    config.CourseDirectory.assignment_id = part.name
    config.SandboxStep.sandbox = "local" if tier is Tier.LOCAL else "strict"
    config.GradeModule.lower = lower
    if run_notebooks:
        config.Autograde.autograde_preprocessors = [AUTOGRADE[0], RUN, *AUTOGRADE[1:]]
    directory = Directory(config=config)
    autograde, feedback = (step(coursedir=directory, config=config) for step in (AutogradeOneByOne, FeedbackOneByOne))
    autograde.force = feedback.force = True
    autograde.ledger = ledger
    # A notebook may run for a minute, and nobody could write into the gradebook meanwhile.
    at_once = contextlib.nullcontext if run_notebooks else one_transaction

    def take(learner: str) -> Outcome:
        with calling_nbgrader() as reason:
            try:
                seen = settled(folder, part, learner)
                with giving(folder, learner, part, seen=seen):
                    with at_once(folder.database):
                        autograde.convert(learner)
                        keep(folder, part, learner, seen)
                    with at_once(folder.database):
                        feedback.convert(learner)
                        outcome = read_outcome(folder, part, learner)
                return outcome
            except Exception as error:  # whoever is at fault: the others are graded all the same
                return Outcome(learner, part, failure=reason(error))

    return take


def read_outcome(folder: ClassFolder, part: Part, learner: str) -> Outcome:
    """The scores that the gradebook has, and what was missing in the notebook that was graded."""
    from nbgrader.api import Gradebook

    cells = graded_cells(folder, learner, part.name) or {}
    written = {task.id: cells.get(grade_id(task), ("", None)) for task in part.tasks if not task.defines}
    unanswered = tuple(task for task, cell in written.items() if not as_typed(*cell))
    said = grader_sentences(cells)
    no_module = f"{part.file_name} was not submitted"
    module = f"{no_module}." if any(line.startswith(no_module) for line in said) else ""
    about_it = (line for line in said if f"{part.name}.ipynb" in line)
    with Gradebook(folder.database) as gradebook:
        submission = gradebook.find_submission(part.name, learner)
        score, possible, by_hand = submission.score, submission.max_score, submission.needs_manual_grade
    return Outcome(learner, part, score, possible, by_hand, unanswered, module, next(about_it, ""))
