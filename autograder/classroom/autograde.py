"""Grade a class: run every submission of a part through nbgrader, one by one."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.batch.ledger import Ledger
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.locks import exclusive_grading
from autograder.class_folder.released_verdicts import releasing
from autograder.class_folder.settings import ClassError
from autograder.class_folder.verdict_store import open_store
from autograder.classroom.feedback import graded_cells, grader_sentences
from autograder.classroom.gradebook import make_gradebook
from autograder.classroom.manual_grades import restore_manual_grades, snapshot_manual_grades
from autograder.classroom.nbgrader_configuration import AUTOGRADE, RUN, configure
from autograder.classroom.prefetch import pregrade_in_background
from autograder.classroom.written_answer import from_inert_markdown
from autograder.course import SOLUTIONS, Part
from autograder.database import damage
from autograder.notebooks.lesson_notebooks import SOURCE, grade_id, notebook_findings
from autograder.notebooks.release import ReleaseError, generate
from autograder.sandbox import Tier
from autograder.text import clean_text, number, plural


@dataclass(frozen=True)
class SubmissionOutcome:
    """The result for one submission. unanswered: written answers that were not found; module, notebook: why there was
    nothing to check or to read; failure: nbgrader's reason if it could not be graded.
    """

    learner: str
    part: Part
    score: float = 0.0
    possible: float = 0.0
    by_hand: bool = False  # an answer still needs manual grading
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
    on_outcome: Callable[[SubmissionOutcome], None] = lambda outcome: None,
    run_notebooks: bool = False,
    lower: bool = False,
) -> list[SubmissionOutcome]:
    """Grade these submissions of a part, write their feedback, and enter scores in the gradebook. If one submission
    fails for any reason, it keeps its old scores, and the others are still graded. lower: use a new verdict even if
    the old one on the same work is better. Raises ReleaseError if the part's own notebook has a fault, ClassError or
    LedgerError if another grading of the class is running.
    """
    outcomes = []
    require_working_checks(folder, part, tier)
    with (
        exclusive_grading(folder.root),
        Ledger.opened(folder.verdicts) as ledger,
        pregrade_in_background(folder, part, learners, tier) as pending,
    ):
        enter_in_gradebook(folder, part, source)
        grade_submission_of = _submission_grader(folder, part, tier, source, run_notebooks, lower, ledger)
        for learner in pending.ready_first(learners):
            outcomes.append(grade_submission_of(learner))
            on_outcome(outcomes[-1])
    return sorted(outcomes, key=lambda outcome: learners.index(outcome.learner))


def require_working_checks(folder: ClassFolder, part: Part, tier: Tier) -> None:
    """Test the checks themselves: raises ReleaseError unless the solution earns all points."""
    files = {part.file_name: (SOLUTIONS / part.file_name).read_bytes()}
    report = open_store(folder.verdicts).grade(files, part, tier=tier)
    if report.earned < report.possible:
        earned = f"{report.earned:g} of {report.possible:g}"
        raise ReleaseError(
            f"{SOLUTIONS / part.file_name} earns only {earned} points with these checks. Nothing was graded: restore "
            "the solution, or fix the checks."
        )


def enter_in_gradebook(folder: ClassFolder, part: Part, source: Path = SOURCE) -> None:
    """Enter the part and its graded cells in the gradebook. Raises ReleaseError, ClassError for a damaged gradebook."""
    path = folder.root / "gradebook.db"
    if path.exists() and (why := damage(path)):
        raise ClassError(
            f"{path} is damaged: {why}. Nothing was written to it. To see what to do: {folder.command('doctor')}"
        )
    findings = notebook_findings(part, source)
    if findings:
        raise ReleaseError(*findings)
    make_gradebook(folder)
    with tempfile.TemporaryDirectory() as scratch:
        generate(part, Path(scratch), source, folder.database)


def _submission_grader(
    folder: ClassFolder, part: Part, tier: Tier, source: Path, run_notebooks: bool, lower: bool, ledger: Ledger
) -> Callable[[str], SubmissionOutcome]:
    """Return a function that grades one learner's submission with nbgrader's autograde and writes the feedback."""
    from traitlets.config import Config

    from autograder.classroom.nbgrader_converters import AutogradeOneByOne, ClassDirectory, FeedbackOneByOne
    from autograder.notebooks.calling_nbgrader import calling_nbgrader, one_transaction

    config = Config()
    configure(config, folder.root, source)
    config.CourseDirectory.assignment_id = part.name
    config.SandboxStep.sandbox = "local" if tier is Tier.LOCAL else "strict"
    config.GradeModule.lower = lower
    if run_notebooks:
        config.Autograde.autograde_preprocessors = [AUTOGRADE[0], RUN, *AUTOGRADE[1:]]
    directory = ClassDirectory(config=config)
    autograde, feedback = (step(coursedir=directory, config=config) for step in (AutogradeOneByOne, FeedbackOneByOne))
    autograde.force = feedback.force = True
    autograde.ledger = ledger
    # A notebook may run for a minute. Without this, the gradebook would be locked all that time.
    at_once = contextlib.nullcontext if run_notebooks else one_transaction

    def grade_submission_of(learner: str) -> SubmissionOutcome:
        try:
            folder.require_name(learner)
        except ValueError as error:
            return SubmissionOutcome(learner, part, failure=str(error))
        with calling_nbgrader() as reason:
            try:
                seen = snapshot_manual_grades(folder, part, learner)
                with releasing(folder, learner, part, seen=seen):
                    with at_once(folder.database):
                        autograde.convert(learner)
                        restore_manual_grades(folder, part, learner, seen)
                    with at_once(folder.database):
                        feedback.convert(learner)
                        outcome = read_outcome(folder, part, learner)
                return outcome
            except Exception as error:  # any error: record it and grade the remaining submissions
                return SubmissionOutcome(learner, part, failure=reason(error))

    return grade_submission_of


def read_outcome(folder: ClassFolder, part: Part, learner: str) -> SubmissionOutcome:
    """The outcome: the scores in the gradebook, and what is missing in the graded notebook."""
    from nbgrader.api import Gradebook

    cells = graded_cells(folder, learner, part.name) or {}
    written = {task.id: cells.get(grade_id(task), ("", None)) for task in part.tasks if not task.defines}
    unanswered = tuple(task for task, cell in written.items() if not from_inert_markdown(*cell))
    sentences = grader_sentences(cells)
    no_module = f"{part.file_name} was not submitted"
    module = f"{no_module}." if any(line.startswith(no_module) for line in sentences) else ""
    about_notebook = (line for line in sentences if f"{part.name}.ipynb" in line)
    with Gradebook(folder.database) as gradebook:
        submission = gradebook.find_submission(part.name, learner)
        score, possible, by_hand = submission.score, submission.max_score, submission.needs_manual_grade
    return SubmissionOutcome(learner, part, score, possible, by_hand, unanswered, module, next(about_notebook, ""))


def outcome_line(outcome: SubmissionOutcome) -> str:
    """A line such as `ada  part05  7.5/10`, with the answers to grade manually."""
    line = f"  {clean_text(outcome.learner, 40):<24} {outcome.part.name}  "
    if outcome.failure:
        return f"{line}NOT GRADED: {clean_text(outcome.failure, 300)}"
    line += f"{number(outcome.score)}/{number(outcome.possible)}"
    if outcome.by_hand:
        line += "  a written answer needs manual grading"
    if outcome.unanswered:
        line += f"  no written answer to {', '.join(outcome.unanswered)}"
    return "  ".join([line, *(clean_text(remark, 300) for remark in (outcome.module, outcome.notebook) if remark)])


def grading_summary(folder: ClassFolder, outcomes: Sequence[SubmissionOutcome]) -> Iterator[str]:
    """Summary lines: how many were graded, what failed, and where scores and feedback are."""
    failed = [outcome for outcome in outcomes if outcome.failure]
    yield ""
    graded = plural(len(outcomes) - len(failed), "submission")
    yield f"{graded} graded. Feedback: {folder.feedback}. Scores: gradebook.db."
    if any(outcome.by_hand for outcome in outcomes):
        yield "Written answers: grade them in formgrader (start JupyterLab in the class's folder), then run this again."
    if failed:
        yield f"{plural(len(failed), 'submission')} could not be graded and kept the old scores."
