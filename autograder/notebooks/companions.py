"""nbgrader's settings for a release, and the files next to the notebook.

The settings apply to our command, to `nbgrader generate_assignment` and to formgrader's button. source/ contains only
notebooks, since nbgrader would copy any other file from there over a learner's own file.
"""

from __future__ import annotations

from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.assistant_files import assistant_files
from autograder.course import Part, part_named
from autograder.datasets import FOLDER as DATASETS
from autograder.notebooks.lesson_notebooks import TOOLS
from autograder.notebooks.tools_file import tools_file
from autograder.stubs import GIVEN, fresh_stubs

# nbgrader's own steps, without headers, footers and generated tests, which the course does not use.
STEPS = """LockCells ClearSolutions ClearOutput CheckCellMetadata ComputeChecksums SaveCells ClearHiddenTests
    ClearMarkScheme ComputeChecksums CheckCellMetadata""".split()


def companions(part: Part) -> dict[str, bytes]:
    """The contents of the files next to the part's notebook, by path. Raises StubError if a solution can't be used."""
    stubs = fresh_stubs()
    files = {part.file_name: stubs[part.file_name].encode("utf-8")}
    files[f"{TOOLS.name}.py"] = tools_file()
    for name in part.files:
        files[name] = stubs[name].encode("utf-8") if name in GIVEN else (DATASETS / name).read_bytes()
    return files


def released_files(part: Part) -> dict[str, bytes]:
    """The companions, and the files for AI assistants. Raises StubError."""
    return {**companions(part), **assistant_files()}


def add_settings(config) -> None:
    """Write the settings of a release into a traitlets Config."""
    config.GenerateAssignment.preprocessors = [
        *(f"nbgrader.preprocessors.{step}" for step in STEPS),
        "autograder.notebooks.companions.AddCompanions",
    ]
    config.ClearSolutions.text_stub = "Write your answer here."


class AddCompanions(NbGraderPreprocessor):
    """Pass the companion files to nbgrader's writer, which writes them next to the notebook."""

    def preprocess(self, nb, resources):
        part = part_named(resources["nbgrader"]["assignment"])
        resources.setdefault("outputs", {}).update(released_files(part))
        return nb, resources
