"""What a notebook needs of the course: the learner's own modules, the data files, and the checks."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator
from pathlib import Path

from notebook_tools import checks, explaining, finding


def start(part: int) -> Lesson:
    """Begin the notebook of a part: find the learner's modules, and say where each one comes from."""
    lesson = Lesson(part, Path.cwd())
    print("\n".join(lesson.found.lines()))
    return lesson


class Lesson:
    """One notebook in use. folder: where the notebook is."""

    def __init__(self, part: int, folder: Path) -> None:
        self.part = part
        self.folder = folder
        self.found = finding.find(part, folder)
        finding.install(self.found)
        sys.dont_write_bytecode = True  # its files know whole seconds only, too coarse for two saves within one
        self._seen: dict[str, int] = {}
        self._model = ""

    @contextlib.contextmanager
    def exploring(self) -> Iterator[None]:
        """Run code that uses the learner's modules as they are saved now; errors are explained in a sentence.

        A task that isn't written yet, a module that isn't there or doesn't load, an error in the learner's own code:
        each ends the cell with what to do, and the notebook goes on.
        """
        self._look_again()
        usual = gc.get_threshold()
        # Graphs have no cycles, and the usual search for cycles takes half of the time.
        gc.set_threshold(100_000, 20, 100)
        try:
            yield
        except Exception as error:  # whatever a learner's code raises
            print(explaining.explain(error, self.found))
        finally:
            gc.set_threshold(*usual)

    def check(self, task: str) -> float:
        """Check one task of the module next to this notebook, print the result, and return the points."""
        self._look_again()
        print("\n".join((report := checks.run(task, self.found.own, self.found.theirs.values())).lines))
        return report.earned

    def data(self, name: str) -> Path:
        """The path of a data file of the course, such as names.txt. Raises FileNotFoundError with a sentence."""
        for folder in (self.folder, self.folder / "datasets", *(above / "datasets" for above in self.folder.parents)):
            if (folder / name).is_file():
                return folder / name
        raise FileNotFoundError(
            f"{name} is not next to this notebook: download it again from where you got the notebook."
        )

    def model_file(self) -> Path:
        """A trained model's path: the learner's, from `make capstone`, or else the course's. Prints which, once."""
        kept = (above / "runs" / "capstone.json" for above in (self.folder, *self.folder.parents))
        path = next((path for path in kept if path.is_file()), None)
        said = f"Your own model, trained by your capstone: {path}"
        if path is None:
            path = self.data("trained_weights.json")
            said = f"The course's trained model, {path.name}. After make capstone, your own is used instead."
        if said != self._model:
            self._model = said
            print(said)
        return path

    def _look_again(self) -> None:
        """Find the modules again, and reload all of them when one was saved: they use each other's classes."""
        self.found = finding.find(self.part, self.folder)
        finding.install(self.found)
        times = {name: path.stat().st_mtime_ns for name, path in self.found.modules.items()}
        if self._seen and times != self._seen:
            changed = ", ".join(f"{name}.py" for name in times if times[name] != self._seen.get(name))
            print(f"Reloaded, because it changed: {changed}. Values from earlier cells still use the old version.")
        if times != self._seen:
            for name in (*times, *self._seen, "weights"):  # weights.py makes Values, so it holds their class too
                sys.modules.pop(name, None)
        self._seen = times
