"""An autograder for Gradescope: a zip with setup.sh, run_autograder and the files for grading one part.

The layout is that of https://gradescope-autograders.readthedocs.io/en/latest/specs/: Gradescope unpacks the zip in
/autograder/source, runs setup.sh once when it builds an image, and run_autograder in a new container per submission.
"""

from __future__ import annotations

from pathlib import Path

from autograder.bundle.students_zip import DIST
from autograder.bundle.zip_file import write_zip
from autograder.course import HERE, ROOT, SOLUTIONS, Part

FILES = Path(__file__).with_name("gradescope_files")
PROGRAMS = ("setup.sh", "run_autograder")
MODULES = """__init__.py course.py course.toml errors.py files.py invocation.py model.py text.py
    bundle/__init__.py bundle/gradescope_run.py""".split()
FOLDERS = ("command_table", "grading", "parts", "render", "sandbox")


def make_package(part: Part, to: Path = DIST) -> Path:
    """Write the zip for one part to a folder and return its path. Raises OSError."""
    path = to / f"gradescope_{part.name}.zip"
    write_zip(path, package(part), frozenset(PROGRAMS))
    return path


def package(part: Part) -> dict[str, bytes]:
    """The files of the zip. The course's files are in course/, which only root can read."""
    files = {name: (FILES / name).read_bytes() for name in (*PROGRAMS, "README.md")}
    files["part.txt"] = f"{part.number}\n".encode("ascii")
    files["course/constraints.txt"] = (ROOT / "constraints.txt").read_bytes()
    paths = [HERE / name for name in MODULES]
    for folder in FOLDERS:
        paths += [path for path in (HERE / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    paths += [*SOLUTIONS.glob("part*.py"), ROOT / "datasets" / "names.txt"]  # a check of part 7 needs it
    return files | {f"course/{path.relative_to(ROOT).as_posix()}": path.read_bytes() for path in paths}
