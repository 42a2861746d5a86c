"""Where a learner's modules are: next to the notebook, in the folders of the other parts, in exercises/.

In the course's folder, the reference replaces other parts that are not passed yet, so that learners can start anywhere.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# By part: its title, its module and the modules that it needs. course.json is generated from course.toml.
COURSE = json.loads(Path(__file__).with_name("course.json").read_text(encoding="utf-8"))
WHERE_TO_PUT = "Put the folder of its part next to this folder, or the file next to this notebook."


@dataclass(frozen=True)
class Found:
    """The modules of a part and of those that it builds on. own: the file that the part is written in. modules: what
    the notebook imports; theirs: the learner's files, some of which the reference may replace.
    """

    title: str
    own: Path
    needed: tuple[str, ...]
    modules: dict[str, Path]
    theirs: dict[str, Path]

    def lines(self) -> list[str]:
        """What the learner reads at the start of a notebook."""
        lines = [f"{self.title}. You write {self.own.name}; this notebook uses:"]
        for name in self.needed:
            place = self.modules.get(name)
            said = f"from {place.parent}" if place else f"not found. {WHERE_TO_PUT}"
            if place and place != self.theirs.get(name):
                said = f"the reference, until you have passed part {int(name[4:6])}"
            lines.append(f"  {name}.py  {said}")
        return lines


def find(part: int, folder: Path) -> Found:
    """Look for the part's module and for every one that it builds on, seen from the notebook's folder."""
    facts = COURSE[str(part)]
    places = [folder, *sorted(folder.parent.glob("part??")), *(above / "exercises" for above in folder.parents)]
    modules = {}
    for name in (*facts["needs"], facts["module"]):
        for place in places:
            if (place / f"{name}.py").is_file():
                modules[name] = (place / f"{name}.py").resolve()
                break
    own = modules.get(facts["module"], folder / f"{facts['module']}.py")
    used = {name: modules[name] if path == own else passed_or_reference(path) for name, path in modules.items()}
    return Found(f"Part {part}, {facts['title']}", own, (*facts["needs"], facts["module"]), used, modules)


def passed_or_reference(path: Path) -> Path:
    """The learner's file of another part in exercises/, or the reference if the part is not passed and it is here."""
    reference = path.parent.parent / "solutions" / path.name
    if path.parent.name != "exercises" or not reference.is_file():
        return path
    return path if passed(path) else reference


def passed(path: Path) -> bool:
    """Whether the learner's file in exercises/ passes as it is now. It is checked when no result of it is recorded."""
    content, course, number = path.read_bytes(), path.parent.parent, int(path.name[4:6])
    if b'raise NotImplementedError("' in content:
        return False
    digest = hashlib.sha256(content).hexdigest()
    if (known := _recorded(course, number, digest)) is None:
        command = [sys.executable, str(course / "autograder" / "__main__.py"), "check", str(number), "--json"]
        subprocess.run(command, cwd=course, capture_output=True, check=False)  # it records the result
        known = _recorded(course, number, digest)
    return bool(known)


def _recorded(course: Path, number: int, digest: str) -> bool | None:
    """Whether the file with this sha256 passed its last check; None if another one was checked, or none."""
    memory = Path(os.environ.get("AUTOGRADER_MEMORY") or course / ".learner")
    try:
        report = json.loads((memory / "results" / f"{number}.json").read_text(encoding="utf-8"))
        return report["passed"] if report["sha256"] == digest else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Importer:
    """Lets `import` take exactly the files that were found: a folder on sys.path may hold other parts' modules too."""

    def __init__(self, modules: dict[str, Path]) -> None:
        self.modules = modules

    def find_spec(self, name: str, path=None, target=None):
        """Python calls it with a module's name; None leaves the module to the others."""
        return importlib.util.spec_from_file_location(name, self.modules[name]) if name in self.modules else None


def install(found: Found) -> None:
    """Make `import` use these files, and no longer those that an earlier call named."""
    sys.meta_path[:] = [Importer(found.modules), *(other for other in sys.meta_path if not isinstance(other, Importer))]
    folders = dict.fromkeys(str(path.parent) for path in found.modules.values())  # weights.py is next to them
    sys.path += [folder for folder in folders if folder not in sys.path]
