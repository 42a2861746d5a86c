"""`bundle`: make the students' zip, audit it, and write it completely or not at all.

From the grader, it contains only the modules that are listed here.
"""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from autograder.assistant_files import assistant_files
from autograder.bundle.recordings import recorded
from autograder.bundle.zip_audit import audit
from autograder.bundle.zip_file import write_zip
from autograder.command_table.make_targets import target_names
from autograder.course import HERE, ROOT, Part, class_settings, parts, read_toml
from autograder.errors import Failure
from autograder.notebooks.release import ReleaseError, released_notebook
from autograder.stubs import GIVEN, StubError, fresh_stubs

DIST = ROOT / "dist"
STUDENT = Path(__file__).with_name("student")
# Unchanged files of autograder/. Modules that read suites, the reference or known mistakes are not included.
MODULES = """__init__ __main__ check console course fast_exit install invocation setup_environment text bundle/__init__
    bundle/recorded_mistakes bundle/replay command_table/__init__ command_table/make_targets command_table/record
    commands/__init__ commands/appeal commands/help_before_setup grading/__init__ grading/checks grading/compare
    grading/conditions grading/diagnosis grading/exceptions grading/failures grading/follow_through grading/grade
    grading/lines grading/misconceptions grading/mistake_replies grading/part_probes grading/progress grading/reference
    grading/report grading/request grading/session grading/slips grading/sources grading/submission grading/timeouts
    notebooks/__init__ notebooks/lesson_notebooks notebooks/lesson_page notebooks/side_by_side
    notebooks/jupyterlab_child render/__init__ render/mistake_page render/next_step render/terminal render/tutor
    appeal_file errors files grading/passed_checks""".split()
NEEDED = ("typer", "rich", "latex2mathml", "tomli")  # only missing modules need the others, such as numpy
DATASETS = (".md", ".txt", ".json")


def make_bundle(
    to: Path = DIST, wanted: Sequence[Part] | None = None, on_progress: Callable[[str], None] = lambda words: None
) -> Path:
    """Write the zip with these parts (None: all) to a folder and return its path. Raises Failure."""
    wanted = parts() if wanted is None else wanted
    name = class_settings()["course_id"]
    try:
        files = contents(wanted, on_progress)
    except (ValueError, StubError, ReleaseError) as error:
        raise Failure(f"The bundle can't be made: {error}") from error
    on_progress("Checking that the zip contains no answers ...")
    if leaks := audit(files, wanted):
        raise Failure("\n".join([*leaks, "Nothing was written. Remove these from the bundle first."]))
    path = to / f"{name}.zip"
    try:
        write_zip(path, {f"{name}/{file}": content for file, content in files.items()})
    except OSError as error:
        raise Failure(f"{path} can't be written ({error.strerror}).") from error
    return path


def contents(parts: Sequence[Part], on_progress: Callable[[str], None] = lambda words: None) -> dict[str, bytes]:
    """All files for these parts. on_progress: called with messages about the progress.

    Raises ValueError, StubError or ReleaseError if one can't be made."""
    files = {f"autograder/{name}.py": (HERE / f"{name}.py").read_bytes() for name in MODULES}
    files |= {f"autograder/sandbox/{path.name}": path.read_bytes() for path in (HERE / "sandbox").glob("*.py")}
    files["autograder/course.toml"] = (HERE / "course.toml").read_bytes()
    files["autograder/notebooks/lesson.html"] = (HERE / "notebooks" / "lesson.html").read_bytes()
    files["autograder/cli.py"] = (STUDENT / "cli.py").read_bytes()
    files["autograder/command_table/table.py"] = (STUDENT / "table.py").read_bytes()
    files["README.md"] = (STUDENT / "README.md").read_bytes()
    files["Makefile"] = _makefile().encode("ascii")
    files["pyproject.toml"] = _pyproject().encode("ascii")
    files |= assistant_files(top=True)
    files |= {f"exercises/{name}": content for name, content in assistant_files().items()}
    files["constraints.txt"] = (ROOT / "constraints.txt").read_bytes()
    stubs = fresh_stubs()
    for name in (*(part.file_name for part in parts), *GIVEN):
        files[f"exercises/{name}"] = stubs[name].encode("utf-8")
    files |= _files_of(ROOT / "notebook_tools", (".py", ".json"))
    files |= _files_of(ROOT / "datasets", DATASETS)
    for part in parts:
        on_progress(f"Recording part {part.number}, {part.title} ...")
        notebook = json.dumps(released_notebook(part), indent=1, ensure_ascii=False) + "\n"
        files[f"notebooks/{part.name}/{part.name}.ipynb"] = notebook.encode("utf-8")
        files |= {f"autograder/parts/{part.name}/{name}": data for name, data in recorded(part).items()}
    return files


def _files_of(folder: Path, suffixes: Iterable[str]) -> dict[str, bytes]:
    """The files in a folder and its subfolders, only of committed types."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix in suffixes)
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths if _is_ours(path)}


def _is_ours(path: Path) -> bool:
    """Exclude generated files, and the file that only training needs, which the zip can't run."""
    return path.name != "makemore_names.txt" and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)


def _makefile() -> str:
    """Our own Makefile with the targets of the students' table."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    table = runpy.run_path(str(STUDENT / "table.py"))
    targets = " ".join(target_names(table["TABLE"], table["UNLISTED"]))
    return re.sub(r"^TARGETS := .*$", f"TARGETS := {targets}", text, flags=re.MULTILINE)


def _pyproject() -> str:
    """A pyproject.toml with the same requirements for learners as our own."""
    project = read_toml(ROOT / "pyproject.toml")["project"]
    needed = [line for line in project["dependencies"] if re.match(r"[\w-]+", line).group() in NEEDED]
    extras = project["optional-dependencies"]["notebooks"]
    strict = [line for line in project["optional-dependencies"]["instructor"] if "linux" in line]  # for `verdict`
    return f"""[build-system]
requires = ["flit_core==3.12.0"]
build-backend = "flit_core.buildapi"

[project]
name = "autograder"
dynamic = ["version"]
description = "A course in which you build a GPT in pure Python"
requires-python = "{project["requires-python"]}"
dependencies = {json.dumps(needed)}

[project.optional-dependencies]
notebooks = {json.dumps(extras)}
strict = {json.dumps(strict)}
"""
