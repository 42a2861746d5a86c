"""The learner's side of the page: runs probes next to a learner's code, in a separate interpreter.

It is `autograder/sandbox/worker.py` with messages instead of pipes. Nothing trusts what it sends.
"""

from __future__ import annotations

import builtins
import html
import importlib
import io
import json
import os
import shutil
import sys
import traceback
import types

import worker  # autograder/sandbox/worker.py, which the page puts next to this file

ROOT = "/job"
LESSONS = "/course/lessons"  # notebook_tools and datasets/ are above
GIVEN = "/course/given"
REPLY_BYTES = 1024 * 1024
OUTPUT_BYTES = 64 * 1024
# A browser's stack is smaller than a process's: where Python does not stop a recursion first, the interpreter dies.
# Training needs 280 values in a row, and two calls for each if a sum goes through them.
DEPTH = 700


class Line(worker.Replies):
    """Keeps the last line that was written, instead of writing it to a descriptor."""

    def __init__(self) -> None:
        super().__init__(-1, REPLY_BYTES)
        self.line = ""

    def write(self, data: str) -> None:
        self.line = data


class Printed(io.TextIOBase):
    """Standard output and error of the code: what is beyond the limit is counted and dropped."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.size <= OUTPUT_BYTES:
            self.kept.append(text[: OUTPUT_BYTES + 1 - self.size])
        self.size += len(text)
        return len(text)


class Served:
    """One set of files, as a worker process has them."""

    def __init__(self, files: dict[str, str]) -> None:
        shutil.rmtree(ROOT, ignore_errors=True)
        for path, content in files.items():
            full = os.path.join(ROOT, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8", newline="") as file:
                file.write(content)
        folders = [entry for entry in os.listdir(ROOT) if os.path.isdir(os.path.join(ROOT, entry))]
        self.names = {name for folder in folders for name in worker.module_names(os.path.join(ROOT, folder))}
        for name in self.names:
            sys.modules.pop(name, None)
        self.answer = Line()
        self.printed = sys.stdout = sys.stderr = Printed()
        self.space = worker.ModuleSpace(ROOT, "submission", self.answer)
        self.loaded = False

    def load(self) -> None:
        """Run the learner's modules. There is no time limit here: the page stops them."""
        if not self.loaded:
            self.space.activate(self.names)
            self.loaded = True

    def call(self, probe: str, arguments: str) -> str:
        """The reply to one call, as a line of the wire's protocol. probe: empty to only load the modules; arguments:
        JSON.
        """
        self.load()
        self.answer.id = "page"
        if probe:
            self.space.call(probe, json.loads(arguments))
        else:
            self.space.confirm()
        return self.answer.line

    def output(self) -> str:
        """What the code has printed so far, a little more than the limit where it printed more."""
        return "".join(self.printed.kept)


class Notebook:
    """The cells of one part's lesson, with the learner's files next to them. Names live from cell to cell."""

    def __init__(self, part: str) -> None:
        self.folder = os.path.join(LESSONS, part)
        self.names: dict[str, object] = {"__name__": "__main__"}

    def run(self, code: str, files: dict[str, str]) -> dict[str, object]:
        """Run a cell: {"printed": text, "shown": [HTML, ...]}. An exception is printed, as in a notebook."""
        os.makedirs(self.folder, exist_ok=True)
        given = {name: _read(os.path.join(GIVEN, name)) for name in os.listdir(GIVEN)}
        for name, content in {**given, **files}.items():
            path = os.path.join(self.folder, name)
            if not os.path.exists(path) or _read(path) != content:
                sys.modules.pop(name[:-3], None)
                with open(path, "w", encoding="utf-8", newline="") as file:
                    file.write(content)
        importlib.invalidate_caches()
        for name in files:
            sys.modules.pop(name[:-3], None)  # a check may have left its own copy
        shown: list[str] = []
        sys.modules["IPython.display"].display = lambda data, **how: shown.append(_html_of(data))
        printed = sys.stdout = sys.stderr = Printed()
        os.chdir(self.folder)
        try:
            exec(compile(code, "cell", "exec", dont_inherit=True), self.names)
        except BaseException as error:
            print(_sentence(error))
        return {"printed": "".join(printed.kept), "shown": shown}


def _read(path: str) -> str:
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def _sentence(error: BaseException) -> str:
    """What a notebook shows last, with the cell's line; for a task that is not written, what to do."""
    kind, message = type(error).__name__, str(error)
    if isinstance(error, NotImplementedError) and worker.TODO_MESSAGE.fullmatch(message):
        return f"This cell runs your own code, and {message} is not written yet. Write it in the editor, then run this."
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "cell"]
    place = f" (line {lines[-1]} of this cell)" if lines else ""
    return f"{kind}: {message}{place}"


def _html_of(data: object) -> str:
    return data.get("text/html") or html.escape(data.get("text/plain", "")) if type(data) is dict else ""


class Page:
    """What the page calls."""

    def __init__(self) -> None:
        """Disable what a page can't offer to the learner's code."""
        sys.setrecursionlimit(DEPTH)
        sys.setrecursionlimit = lambda limit: None
        builtins.input = worker.refuse_input
        sys.breakpointhook = lambda *unused, **more: None
        builtins.exit = builtins.quit = sys.exit
        # The pictures of the lessons show themselves by this function of JupyterLab's.
        sys.modules["IPython"] = types.ModuleType("IPython")
        sys.modules["IPython.display"] = types.ModuleType("IPython.display")
        self.served: Served | None = None
        self.notebooks: dict[str, Notebook] = {}

    def serve(self, files: str) -> None:
        """Serve these files, given as JSON, from now on."""
        self.served = Served(json.loads(files))

    def run_cell(self, part: str, code: str, files: str) -> str:
        """Run a cell of a lesson; the result as JSON."""
        notebook = self.notebooks.setdefault(part, Notebook(part))
        return json.dumps(notebook.run(code, json.loads(files)))
