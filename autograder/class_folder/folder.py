"""The folder of a class: submissions, graded notebooks, feedback, verdicts and the gradebook."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from autograder.course import ROOT, Part
from autograder.invocation import command


@dataclass(frozen=True)
class ClassFolder:
    """A class: submitted/, autograded/, feedback/ and gradebook.db in `root` (default: the course's own folder)."""

    root: Path = ROOT

    @property
    def release(self) -> Path:
        return self.root / "release"

    @property
    def submitted(self) -> Path:
        return self.root / "submitted"

    @property
    def submitted_before(self) -> Path:
        """Earlier submissions that newer ones replaced in submitted/."""
        return self.root / "submitted_before"

    @property
    def appeals(self) -> Path:
        """Collected regrade requests, by learner; every version of a file is kept."""
        return self.root / "appeals"

    @property
    def autograded(self) -> Path:
        return self.root / "autograded"

    @property
    def feedback(self) -> Path:
        return self.root / "feedback"

    @property
    def verdicts(self) -> Path:
        """The stored verdicts, so that unchanged work is not graded again."""
        return self.root / "verdicts"

    @property
    def database(self) -> str:
        """The URL of nbgrader's gradebook."""
        return f"sqlite:///{(self.root / 'gradebook.db').absolute()}"

    def command(self, name: str, /, part: int | str | None = None, **options: object) -> str:
        """A command for this class, as the user would type it."""
        root = self.root.absolute()
        if root != ROOT:
            options["class"] = root.relative_to(Path.cwd()) if root.is_relative_to(Path.cwd()) else root
        return command(name, part, **options)

    @staticmethod
    def require_name(learner: str) -> None:
        """Gradebook and pages must be able to hold the name of a learner's folder. Raises ValueError."""
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in learner):
            raise ValueError(
                f"The name of this folder, {ascii(learner)}, has control characters or is not text. Rename it to the "
                "learner's id."
            )

    def learners(self, part: Part) -> list[str]:
        """The learners who submitted this part, in order."""
        folders = self.submitted.glob(f"*/{part.name}")
        return sorted(path.parent.name for path in folders if not path.parent.name.startswith("."))
