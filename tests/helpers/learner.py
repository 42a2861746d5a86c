"""A copy of the course, so that no test touches the learner's files of this working copy."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course import ROOT, SOLUTIONS, part
from autograder.stubs import write_stubs


@dataclass(frozen=True)
class Course:
    """A working copy: `root` is its folder. forks: runs its commands; without it, each starts Python anew."""

    root: Path
    forks: Forks | None = None

    @property
    def exercises(self) -> Path:
        return self.root / "exercises"

    def file(self, number: int) -> Path:
        return self.exercises / part(number).file_name

    def write(self, number: int, text: str) -> None:
        self.file(number).write_text(text, encoding="utf-8")

    def solve(self, *numbers: int) -> None:
        for number in numbers:
            self.write(number, solution(number))

    def environment(self, **more: str) -> dict[str, str]:
        """No colour, 80 columns, and the words for commands that have no make in them."""
        dropped = ("AUTOGRADER_CALLED_AS", "AUTOGRADER_MEMORY", "PYTEST_CURRENT_TEST", "PYTHONDONTWRITEBYTECODE")
        kept = {key: value for key, value in os.environ.items() if key not in dropped}
        return {**kept, "NO_COLOR": "1", "COLUMNS": "80", "LINES": "24", **more}

    def run(self, *words: object, input: str = "") -> subprocess.CompletedProcess:
        """`python -m autograder WORDS` in this copy."""
        command = [sys.executable, "-m", "autograder", *map(str, words)]
        if self.forks is not None:
            return self.forks.run(command, self.environment(), input)
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.environment(),
            input=input,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
        )


class Forks:
    """Runs the commands of one working copy in forks of a process that has loaded them: see fork_server.py."""

    def __init__(self, server: subprocess.Popen) -> None:
        self.server = server

    def run(self, command: list[str], environment: dict[str, str], input: str) -> subprocess.CompletedProcess:
        """Like subprocess.run, for `python -m autograder WORDS`."""
        with tempfile.TemporaryDirectory(prefix="fork-") as folder:
            streams = [Path(folder) / name for name in ("stdin", "stdout", "stderr")]
            for path, text in zip(streams, (input, "", ""), strict=True):
                path.write_text(text, encoding="utf-8")
            request = {"command": command, "environment": environment, "streams": list(map(str, streams))}
            self.server.stdin.write(json.dumps(request) + "\n")
            self.server.stdin.flush()
            if not select.select([self.server.stdout], [], [], 600)[0]:
                os.killpg(self.server.pid, signal.SIGKILL)  # the command as well
                raise subprocess.TimeoutExpired(command, 600)
            status = int(self.server.stdout.readline())
            said, complained = (path.read_text(encoding="utf-8") for path in streams[1:])
        return subprocess.CompletedProcess(command, status, said, complained)


@contextlib.contextmanager
def forking(course: Course) -> Iterator[Course]:
    """The same copy. On Linux, its commands run in forks."""
    if sys.platform != "linux":
        yield course
        return
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("fork_server.py"))],
        cwd=course.root,
        env=course.environment(OPENBLAS_NUM_THREADS="1"),  # a process with threads can't fork safely
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    with server:  # closes its standard input, which ends it
        yield Course(course.root, Forks(server))


def solution(number: int) -> str:
    return (SOLUTIONS / part(number).file_name).read_text(encoding="utf-8")


def make_course(root: Path) -> Course:
    """Without pyproject.toml: then the copy counts as installed, and sets nothing up. What is below the package is
    linked, the modules at its top are copied: they say where exercises/ is.
    """
    (root / "autograder").mkdir(parents=True)
    for path in (ROOT / "autograder").iterdir():
        target = root / "autograder" / path.name
        if path.name == "__pycache__":
            shutil.copytree(path, target)
        elif path.is_dir():
            target.symlink_to(path)
        else:
            shutil.copy2(path, target)
    course = Course(root)
    renew(course)
    return course


def renew(course: Course) -> None:
    """Give the copy a learner's first files, and nothing else."""
    for path in course.root.iterdir():
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.name != "autograder":
            shutil.rmtree(path)
    for name in ("datasets", "experiments", "notebook_tools", "release", "solutions"):
        (course.root / name).symlink_to(ROOT / name)
    write_stubs(course.exercises)
