"""What the instructor reads of a grading: a line a submission, and where to look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.autograde import SubmissionOutcome
from autograder.render.terminal import number, plural
from autograder.text import clean_text


def outcome_line(outcome: SubmissionOutcome) -> str:
    """`ada  part05  7.5/10`, and what a person has still to do."""
    line = f"  {clean_text(outcome.learner, 40):<24} {outcome.part.name}  "
    if outcome.failure:
        return f"{line}NOT GRADED: {clean_text(outcome.failure, 300)}"
    line += f"{number(outcome.score)}/{number(outcome.possible)}"
    if outcome.by_hand:
        line += "  a written answer needs manual grading"
    if outcome.unanswered:
        line += f"  no written answer to {', '.join(outcome.unanswered)}"
    return "  ".join([line, *(clean_text(each, 300) for each in (outcome.module, outcome.notebook) if each)])


def summary_lines(folder: ClassFolder, outcomes: Sequence[SubmissionOutcome]) -> Iterator[str]:
    """How many, what failed, where scores and feedback are."""
    failed = [outcome for outcome in outcomes if outcome.failure]
    yield ""
    graded = plural(len(outcomes) - len(failed), "submission")
    yield f"{graded} graded. Feedback: {folder.feedback}. Scores: gradebook.db."
    if any(outcome.by_hand for outcome in outcomes):
        yield "Written answers: grade them in formgrader (start JupyterLab in the class's folder), then run this again."
    if failed:
        yield f"{plural(len(failed), 'submission')} could not be graded and kept the scores that were there before."
