"""What a notebook needs of the course: the learner's own modules, the data files, and the checks."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from notebook_tools import checks, finding


def start(part: int) -> Lesson:
    """Begin the notebook of a part: find the learner's modules, and say where each one comes from."""
    lesson = Lesson(part, Path.cwd())
    print("\n".join(lesson.found.lines()))
    return lesson


class Lesson:
    """One notebook at work. folder: where the notebook lies."""

    def __init__(self, part: int, folder: Path) -> None:
        self.part = part
        self.folder = folder
        self.found = finding.find(part, folder)
        sys.path[:0] = [str(path) for path in self.found.folders() if str(path) not in sys.path]
        self._seen: dict[str, float] = {}

    @contextlib.contextmanager
    def exploring(self) -> Iterator[None]:
        """Run code that uses the learner's modules as they are saved now; what they lack is said in a sentence.

        A task that isn't written yet, a module that isn't there or doesn't load, an error in the learner's own code:
        each ends the cell with what to do, and the notebook goes on.
        """
        self._forget_what_changed()
        try:
            yield
        except Exception as error:  # whatever a learner's code raises
            print(self.explain(error))

    def check(self, task: str) -> float:
        """Check one task of the module beside this notebook, print what was found, and return the points."""
        print("\n".join((report := checks.run(task, self.found.own)).lines))
        return report.earned

    def data(self, name: str) -> Path:
        """The path of a data file of the course, such as names.txt."""
        for folder in (self.folder, self.folder / "datasets", *(above / "datasets" for above in self.folder.parents)):
            if (folder / name).is_file():
                return folder / name
        raise FileNotFoundError(f"{name} is not beside this notebook: get it again from where you got the notebook.")

    def explain(self, error: Exception) -> str:
        """One sentence or two for an error that came out of a cell: what it means and what to do."""
        again = "save the file, and run this cell again."
        if isinstance(error, NotImplementedError) and error.args:
            return f"Task {error.args[0]} is not written yet. Write it in {self._file_of(error)}, {again}"
        if isinstance(error, ModuleNotFoundError) and (error.name or "") in self.found.needed:
            return f"There is no {error.name}.py here. {finding.WHERE_TO_PUT}"
        kind = type(error).__name__
        if isinstance(error, SyntaxError):
            file = Path(error.filename or "?").name
            return f"{file}, line {error.lineno}, is no valid Python: {error.msg}. Mend it, {again}"
        where = self._line_of(error)
        return f"{where}{kind}: {error}" + (f"\nMend it, {again}" if where else "")

    def _file_of(self, error: Exception) -> str:
        frames = traceback.extract_tb(error.__traceback__)
        return Path(frames[-1].filename).name if frames else f"part {self.part}"

    def _line_of(self, error: Exception) -> str:
        """`part05_gpt.py, line 40, in attend: ` of the last frame in a module of the learner's, else nothing."""
        files = {str(path) for path in self.found.modules.values()}
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if os.path.abspath(frame.filename) in files:
                return f"{Path(frame.filename).name}, line {frame.lineno}, in {frame.name}: "
        return ""

    def _forget_what_changed(self) -> None:
        """Forget every module of the course when one was saved since: they hold each other's classes."""
        times = {name: path.stat().st_mtime for name, path in self.found.modules.items() if path.is_file()}
        if self._seen and times != self._seen:
            changed = ", ".join(f"{name}.py" for name in times if times[name] != self._seen.get(name))
            print(f"Loaded again, since it changed: {changed}. What cells above made is of the older version.")
        if times != self._seen:
            for name in (*times, "weights"):  # weights.py makes Values, so it holds their class too
                sys.modules.pop(name, None)
        self._seen = times
