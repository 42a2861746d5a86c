"""`update`: bring a new version of the course into the learner's files.

What the learner changed and what the course changed are joined, both seen from the stub that the file began as.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder import backups
from autograder.course import EXERCISES, RECIPE_FILE
from autograder.files import shown_path, text_of, written_like
from autograder.invocation import command
from autograder.learner import local_state, merge_bases
from autograder.stubs import StubError, fresh_stub, fresh_stubs, recorded_as
from autograder.text import plural

# Lines that the learner replaces: only their estimate of a size differs between versions.
TODO = re.compile(r"^ *# TODO (L?\d+\.\d+ \S+): .*$", re.MULTILINE)
LABELS = ("yours", "the stub you began with", "the new course")


@dataclass(frozen=True)
class FileUpdate:
    """One file of exercises/. summary: what happens to it, in words. content: the new one; None to leave it alone.
    stub: the new stub; None for a file that has none.
    """

    name: str
    summary: str
    content: bytes | None
    stub: str | None
    conflicts: int = 0


def plan(old: Path | None = None) -> list[FileUpdate]:
    """Plan an update, file by file. old: another copy of the course, whose exercises are brought here; else those that
    are here are brought up to date. Raises StubError, OSError, ValueError.
    """
    theirs = EXERCISES if old is None else old / "exercises"
    if not theirs.is_dir():
        raise ValueError(
            f"{theirs} is not a folder. Give the folder of the older course, the one with exercises/ in it."
        )
    if old is not None and theirs.resolve() == EXERCISES.resolve():
        raise ValueError(f"{old} is this course itself. Give the folder of the older one.")
    stubs, stubs_of_old, updates = fresh_stubs(), {}, []
    if old is not None:
        known = [name for name in stubs if (old / "solutions" / name).is_file()]  # an older course may have fewer
        stubs_of_old = {name: fresh_stub(name, old / "solutions") for name in known}
    for name, stub in stubs.items():
        base, mine = merge_bases.base_of(name, old) or stubs_of_old.get(name), _read(theirs / name)
        if mine is not None and recorded_as(theirs, name, _text(mine)):
            base = _text(mine)  # as the course once wrote it
        updates.append(_plan_file(name, mine, base, stub, _read(EXERCISES / name)))
    if old is not None:  # what is nobody's stub is the learner's: the recipe, helpers, experiments
        others = [
            path.name for path in sorted(theirs.glob("*.py")) if path.name not in {update.name for update in updates}
        ]
        for name in others:
            mine, here = _read(theirs / name), _read(EXERCISES / name)
            if mine != here and (here is None or name == RECIPE_FILE):
                updates.append(FileUpdate(name, "your version is kept", mine, None))
    return updates


def _plan_file(name: str, mine: bytes | None, base: str | None, stub: str, here: bytes | None) -> FileUpdate:
    if mine is None and here is not None:
        return FileUpdate(name, "is only in this course: it stays as it is", None, None)
    if mine is None:
        return FileUpdate(name, "is missing: the stub is written", stub.encode("utf-8"), stub)
    text, fresh = _text(mine), written_like(stub, mine)
    if text == stub:
        return FileUpdate(name, "is up to date", None if _is_stub(here, stub) else fresh, stub)
    if text == base:
        what = "you have not started it: the new stub replaces it"
        return FileUpdate(name, what, None if _is_stub(here, stub) else fresh, stub)
    if base == stub:
        moved = mine != here
        what = "your version is kept" if moved else "the course changed nothing here"
        return FileUpdate(name, what, mine if moved else None, stub)
    if base is None:
        return FileUpdate(name, "LEFT ALONE: the stub that it started from is unknown", None, None)
    joined, conflicts = merged(text, base, stub)
    content = written_like(joined, mine)
    to_resolve = f"; {plural(conflicts, 'place')} for you to resolve" if conflicts else ""
    summary = f"your work and the course's changes are merged{to_resolve}"
    return FileUpdate(name, summary, None if here == content else content, stub, conflicts)


def _is_stub(content: bytes | None, stub: str) -> bool:
    return content is not None and text_of(content, "replace") == stub


def merged(mine: str, base: str, stub: str) -> tuple[str, int]:
    """The text with the changes of both, and the count of conflicts in it. Raises StubError when git can't do it."""
    if shutil.which("git") is None:
        raise StubError("Merging the two versions needs git, which is not installed: install git.")
    todo_of_base = {match[1]: match[0] for match in TODO.finditer(base)}
    todo_of_stub = {match[1]: match[0] for match in TODO.finditer(stub)}
    quiet = TODO.sub(lambda match: todo_of_base.get(match[1], match[0]), stub)
    with tempfile.TemporaryDirectory(prefix="update-") as folder:
        paths = [Path(folder) / name for name in ("mine", "base", "new")]
        for path, text in zip(paths, (mine, base, quiet)):
            path.write_text(text, encoding="utf-8", newline="\n")
        labels = [word for label in LABELS for word in ("-L", label)]
        done = subprocess.run(["git", "merge-file", "-p", *labels, *map(str, paths)], capture_output=True, check=False)
    if not 0 <= done.returncode < 128:
        raise StubError(f"git could not merge the versions: {done.stderr.decode('utf-8', 'replace').strip()}")
    text = done.stdout.decode("utf-8")
    return TODO.sub(lambda match: todo_of_stub.get(match[1], match[0]), text), done.returncode


def carry_out(updates: list[FileUpdate], old: Path | None = None) -> list[Path]:
    """Write what was planned; return the copies of what was replaced. Raises OSError; then nothing is lost."""
    changed = {EXERCISES / update.name: update.content for update in updates if update.content is not None}
    more = {
        merge_bases.path_of(update.name): update.stub.encode("utf-8") for update in updates if update.stub is not None
    }
    if old is not None:
        for name in (local_state.EVENTS, "ticks", "hints"):
            if not local_state.read(name) and local_state.read(name, old / local_state.NAME):
                more[local_state.path_of(name)] = local_state.path_of(name, old / local_state.NAME).read_bytes()
    return backups.replace(f"update {old}", changed, more)


def _read(path: Path) -> bytes | None:
    """The content of a file; None when there is none. Raises StubError when it is not UTF-8, and OSError."""
    try:
        content = path.read_bytes()
        text_of(content)
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise StubError(f"{shown_path(path)} is not UTF-8 text: save it as UTF-8 first.") from error
    return content


def _text(content: bytes) -> str:
    """The text of a file, with the line endings of the stubs."""
    text = text_of(content)
    return text if text.endswith("\n") or not text else f"{text}\n"


def plan_lines(updates: list[FileUpdate]) -> Iterator[str]:
    """What would be done, file by file."""
    changed = [update for update in updates if update.content is not None]
    for update in updates:
        if update in changed or update.summary.startswith("LEFT"):
            yield f"  {update.name:<26}{update.summary}"
    if not changed:
        yield "Your exercises already belong to this version of the course: nothing to update."
    else:
        yield f"This changes {plural(len(changed), 'file')}, and keeps a copy of each."
    if any(update.conflicts for update in updates):
        yield "Where you and the course changed the same lines, the file will contain both versions"
        yield "between <<<<<<< and >>>>>>>: keep what you want, delete the rest, and save."


def done_lines(updates: list[FileUpdate], copies: list[Path]) -> Iterator[str]:
    """What was done, and what is left for the learner."""
    yield "Done."
    if copies:
        yield f"Copies of the old files are in {shown_path(copies[0].parent)}. To bring them back: {command('undo')}"
    for update in updates:
        if update.conflicts:
            path = shown_path(EXERCISES / update.name)
            yield f"To resolve: {plural(update.conflicts, 'place')} in {path}. Look for <<<<<<<."
