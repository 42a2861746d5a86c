"""The main job of an instructor, end to end, on a class that never was: real commands, in a folder of their own."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.configuration import write_configuration
from autograder.classroom.demo_class import EXTENSIONS, PARTS, SETTINGS, pack, roster, submissions, wrong_scores
from autograder.course import ROOT
from autograder.wording import CALLED_AS


class DemoFailed(Exception):
    """A step did not do what it must; the text says which, and what it gave."""


def demo(to: Path | None, say: Callable[[str], None]) -> ClassFolder:
    """Run it all and return the class's folder, which stays. to: an empty or new folder; a temporary one when None.
    say: prints a line. Raises DemoFailed, ValueError for a folder that is in use, OSError.
    """
    began = time.monotonic()
    place = Path(tempfile.mkdtemp(prefix="gpt-demo-")) if to is None else to.absolute()
    place.mkdir(parents=True, exist_ok=True)
    if any(place.iterdir()):
        raise ValueError(f"{place} is not empty: name a new folder.")
    folder = ClassFolder(place / "class")
    write_class(folder)
    say(f"A class of twelve in {folder.root}. Each line with a $ is a command that you could type.")

    say("\n1. Release parts 1 and 9 to the class: notebooks and stubs, looked through for anything that gives answers.")
    for part in PARTS:
        _run(["release", str(part.number), "--class", str(folder.root)], say)
    say(f"\n2. The class hands in. In {place / 'submissions.zip'} are, as a learning platform packs them:")
    handed_in = submissions(folder)
    for one in handed_in:
        say(f"   {one.learner:<5} {one.part.name}  {one.what}")
    pack(handed_in, place / "submissions.zip")
    (place / "participants.csv").write_text(roster(handed_in), encoding="utf-8")
    say("\n3. Tell the gradebook who is in the class, and collect what they handed in.")
    _run(["roster", str(place / "participants.csv"), "--class", str(folder.root)], say)
    _run(["collect", str(place / "submissions.zip"), "--class", str(folder.root)], say)
    say("\n4. Grade everything in the sandbox, and write a page of feedback for each learner.")
    _run(["grade", "--class", str(folder.root)], say)
    say("\n5. The table: kim was late (class.toml says when work is due), june had an extension (extensions.csv).")
    _run(["grades", "--class", str(folder.root)], say)
    say("\n6. Files for Canvas, for Moodle, and nbgrader's own table.")
    _run(["export", "--class", str(folder.root)], say)

    wrong = wrong_scores(handed_in, json.loads(_output(["grades", "--json", "--class", str(folder.root)])))
    if wrong:
        raise DemoFailed("\n".join(["Not everybody got what they earned:", *wrong]))
    say(
        f"\nAll 13 pieces of work got the points that they must; {time.monotonic() - began:.0f} seconds. Where to look:"
    )
    for what, path in (
        ("what a learner gets back", folder.feedback / "dan" / "part01" / "part01.html"),
        ("the same after an attack", folder.feedback / "eve" / "part09" / "part09.html"),
        ("grades as files", folder.root / "exports"),
        ("what was handed in", folder.submitted),
    ):
        say(f"   {what}: {path}")
    say("To grade the two written answers, start JupyterLab there and choose Nbgrader, Formgrader in its menu:")
    say(f"   cd {shlex.quote(str(folder.root))} && {shlex.quote(sys.executable)} -m jupyter lab")
    say(f"Nothing of this is needed by the course: delete {place} when you have seen it.")
    return folder


def write_class(folder: ClassFolder) -> None:
    """Make the class's folder, with its settings."""
    folder.root.mkdir(parents=True)
    write_configuration(folder.root)
    for name, text in {"class.toml": SETTINGS, "extensions.csv": EXTENSIONS}.items():
        (folder.root / name).write_text(text, encoding="utf-8")


def _run(words: list[str], say: Callable[[str], None]) -> None:
    """Show a command, run it, show what it prints. Raises DemoFailed when it fails."""
    say(f"\n$ python -m autograder {shlex.join(words)}")
    for line in _output(words).rstrip("\n").splitlines():
        say(f"  {line}")


def _output(words: list[str]) -> str:
    """What a command prints. Raises DemoFailed."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *words],
        cwd=ROOT,
        env={**os.environ, CALLED_AS: "python -m autograder", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip()
        raise DemoFailed(f"{said}\nThis step failed with exit status {done.returncode}: {' '.join(words)}")
    return done.stdout
