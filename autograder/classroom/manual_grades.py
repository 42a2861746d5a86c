"""Keep manual grades when nbgrader grades a submission again, as long as the graded cell is unchanged.

Without this, nbgrader marks every manually graded cell for review each time it grades a submission.
"""

from __future__ import annotations

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import interrupted_release
from autograder.classroom.feedback import graded_cells
from autograder.classroom.gradebook import open_gradebook
from autograder.classroom.written_answer import from_inert_markdown
from autograder.course import Part

Seen = dict[str, tuple[str, float | None]]  # by grade id: the cell's source, and the points of its checks

NO_BREAK_SPACE = chr(160)


def snapshot_manual_grades(folder: ClassFolder, part: Part, learner: str) -> Seen:
    """The cells with manual points, as they were when they were graded. Call it before autograde. If the last
    autograde was interrupted, use the snapshot from before it, since the notebook may have been replaced.
    """
    if (before := interrupted_release(folder, learner, part)) is not None:
        return {name: (source, points) for name, (source, points) in before.get("seen", {}).items()}
    with open_gradebook(folder) as book:
        grades = _grades(book, part, learner)
        by_person = {g.name: g.auto_score for g in grades if g.manual_score is not None and not g.needs_manual_grade}
    sources = _sources(folder, part, learner)
    return {name: (sources[name], points) for name, points in by_person.items() if name in sources}


def restore_manual_grades(folder: ClassFolder, part: Part, learner: str, seen: Seen) -> None:
    """Clear nbgrader's mark on the cells that have not changed. Call it after autograde."""
    if not seen:
        return
    sources = _sources(folder, part, learner)
    with open_gradebook(folder) as book:
        for grade in _grades(book, part, learner):
            if grade.name in seen and seen[grade.name] == (sources.get(grade.name), grade.auto_score):
                grade.needs_manual_grade = False
        book.db.commit()


def _grades(book, part: Part, learner: str) -> list:
    from nbgrader.api import MissingEntry

    try:
        return book.find_submission_notebook(part.name, part.name, learner).grades
    except MissingEntry:  # never graded before
        return []


def _sources(folder: ClassFolder, part: Part, learner: str) -> dict[str, str]:
    """The contents of the cells in the last autograded notebook, by id."""
    cells = graded_cells(folder, learner, part.name) or {}
    return {name: _content(source, attachments) for name, (source, attachments) in cells.items()}


def _content(source: str, attachments: object) -> str:
    """The text that an instructor reads when grading the cell; for a written answer, the typed text."""
    pieces = from_inert_markdown(source, attachments) or (source,)
    text = "".join(piece if isinstance(piece, str) else repr(piece) for piece in pieces)
    return "\n".join(line.rstrip() for line in text.replace(NO_BREAK_SPACE, " ").strip().split("\n"))
