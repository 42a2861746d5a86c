"""nbgrader's settings for a release.

They apply to our command, to `nbgrader generate_assignment` and to formgrader's button.
"""

from __future__ import annotations

from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import part_named
from autograder.notebooks.companions import released_files

# nbgrader's own steps, without headers, footers and generated tests, which the course does not use.
STEPS = """LockCells ClearSolutions ClearOutput CheckCellMetadata ComputeChecksums SaveCells ClearHiddenTests
    ClearMarkScheme ComputeChecksums CheckCellMetadata""".split()


def add_settings(config) -> None:
    """Write the settings of a release into a traitlets Config."""
    config.GenerateAssignment.preprocessors = [
        *(f"nbgrader.preprocessors.{step}" for step in STEPS),
        "autograder.notebooks.release_settings.AddCompanions",
    ]
    config.ClearSolutions.text_stub = "Write your answer here."


class AddCompanions(NbGraderPreprocessor):
    """Pass the companion files to nbgrader's writer, which writes them next to the notebook."""

    def preprocess(self, nb, resources):
        part = part_named(resources["nbgrader"]["assignment"])
        resources.setdefault("outputs", {}).update(released_files(part))
        return nb, resources
