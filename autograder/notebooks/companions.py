"""The files next to a released notebook. source/ contains only notebooks, since nbgrader would copy any other file from
there over a learner's own file.
"""

from __future__ import annotations

from autograder.assistant_files import assistant_files
from autograder.course import ROOT, Part
from autograder.notebooks.lesson_notebooks import TOOLS
from autograder.notebooks.tools_file import tools_file
from autograder.stubs import GIVEN, fresh_stubs


def companions(part: Part) -> dict[str, bytes]:
    """The contents of the files next to the part's notebook, by path. Raises StubError if a solution can't be used."""
    stubs = fresh_stubs()
    files = {part.file_name: stubs[part.file_name].encode("utf-8")}
    files[f"{TOOLS.name}.py"] = tools_file()
    for name in part.files:
        files[name] = stubs[name].encode("utf-8") if name in GIVEN else (ROOT / "datasets" / name).read_bytes()
    return files


def released_files(part: Part) -> dict[str, bytes]:
    """The companions, and the files for AI assistants. Raises StubError."""
    return {**companions(part), **assistant_files()}
