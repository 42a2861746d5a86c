"""What is in the students' zip: path -> content. The grader's modules that are named here, and no others."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from autograder.bundle.recording import record
from autograder.course import HERE, ROOT, Part
from autograder.notebooks.release import released_notebook
from autograder.stubs import GIVEN, fresh_stubs

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

STUDENT = Path(__file__).with_name("student")
# Of autograder/, as they are. What a suite, the reference or a known mistake is read with stays at home.
MODULES = """__init__ __main__ bare_help check console course ending install setup_environment wording bundle/__init__
    bundle/own_parts bundle/recorded_mistakes bundle/replay grading/__init__ grading/checks grading/compare
    grading/conditions grading/diagnosis grading/distribution grading/exceptions grading/failures grading/follow_through
    grading/grade grading/lines grading/misconceptions grading/mistake_replies grading/patience grading/probes
    grading/reference grading/report grading/session grading/slips grading/sources grading/standing
    grading/submission render/__init__ render/json_report render/next_step render/terminal
    appeal_command appeal_file files""".split()
NEEDED = ("typer", "rich", "tomli")  # of the learner's packages; numpy and pytest belong to what stays at home
DATASETS = (".md", ".txt", ".json")


def contents(parts: Sequence[Part], on_progress: Callable[[str], None] = lambda words: None) -> dict[str, bytes]:
    """All files for these parts. on_progress: told what is going on.

    Raises ValueError, StubError or ReleaseError when one of them can't be made."""
    files = {f"autograder/{name}.py": (HERE / f"{name}.py").read_bytes() for name in MODULES}
    files |= {f"autograder/sandbox/{path.name}": path.read_bytes() for path in (HERE / "sandbox").glob("*.py")}
    files["autograder/course.toml"] = (HERE / "course.toml").read_bytes()
    files |= {f"autograder/{name}": (STUDENT / name).read_bytes() for name in ("cli.py", "extras.py")}
    files |= {name: (STUDENT / name).read_bytes() for name in ("Makefile", "README.md")}
    files["pyproject.toml"] = _pyproject().encode("ascii")
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
        files |= {f"autograder/parts/{part.name}/{name}": data for name, data in record(part).items()}
    return files


def _files_of(folder: Path, suffixes: Iterable[str]) -> dict[str, bytes]:
    """What lies in a folder and below, committed kinds of files only."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix in suffixes)
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths if _is_ours(path)}


def _is_ours(path: Path) -> bool:
    """Not what was made here, and not the file that only trainings read, which the zip can't do."""
    return path.name != "makemore_names.txt" and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)


def _pyproject() -> str:
    """A pyproject.toml that asks for a learner's packages as our own does."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
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
