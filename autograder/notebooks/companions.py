"""What a part's notebook is released with: the stub to fill in, what the notebooks share, data, given modules.

source/ holds notebooks only, since nbgrader would copy whatever else lies there over a learner's own file.
"""

from __future__ import annotations

from autograder.course import Part
from autograder.datasets import FOLDER as DATASETS
from autograder.notebooks.source import TOOLS
from autograder.stubs import GIVEN, fresh_stubs


def companions(part: Part) -> dict[str, bytes]:
    """The files beside the part's notebook: path -> content. Raises StubError when a solution can't be used."""
    stubs = fresh_stubs()
    files = {part.file_name: stubs[part.file_name].encode("utf-8")}
    for path in sorted(TOOLS.iterdir()):
        if path.suffix in (".py", ".json"):
            files[f"{TOOLS.name}/{path.name}"] = path.read_bytes()
    for name in part.files:
        files[name] = stubs[name].encode("utf-8") if name in GIVEN else (DATASETS / name).read_bytes()
    return files
