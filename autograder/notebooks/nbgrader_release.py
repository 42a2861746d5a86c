"""How nbgrader makes a release: its settings, and the step that puts the companions beside the notebook.

They hold for our own command, for `nbgrader generate_assignment` and for formgrader's button alike.
"""

from __future__ import annotations

from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import part_named
from autograder.notebooks.companions import companions

# nbgrader's own steps, without headers, footers and generated tests, which the course does not use.
STEPS = """LockCells ClearSolutions ClearOutput CheckCellMetadata ComputeChecksums SaveCells ClearHiddenTests
    ClearMarkScheme ComputeChecksums CheckCellMetadata""".split()


def add_settings(config) -> None:
    """Put the settings of a release into a traitlets Config."""
    config.GenerateAssignment.preprocessors = [
        *(f"nbgrader.preprocessors.{step}" for step in STEPS),
        "autograder.notebooks.nbgrader_release.AddCompanions",
    ]
    config.ClearSolutions.text_stub = "Write your answer here."


class AddCompanions(NbGraderPreprocessor):
    """Hands the companions to nbgrader's writer, which puts them where it writes the notebook."""

    def preprocess(self, nb, resources):
        part = part_named(resources["nbgrader"]["assignment"])
        resources.setdefault("outputs", {}).update(companions(part))
        return nb, resources
