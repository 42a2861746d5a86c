"""`doctor`: check whether this machine and the class's folder are ready for grading, and if not, what to do."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import shutil
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import ClassError, load_settings
from autograder.class_folder.verdict import of_other_checks
from autograder.classroom.exchange import exchange_root
from autograder.classroom.nbgrader_configuration import other_course
from autograder.course import parts
from autograder.database import damage
from autograder.invocation import command
from autograder.sandbox import SandboxUnavailable, Tier, strict_tier
from autograder.sandbox.advice import advice, this_system
from autograder.sandbox.selftest import what_breaks
from autograder.text import plural

GIGABYTE = 1e9
NEEDED = {"the class's folder": 2.0, "temporary files": 0.5}  # gigabytes: 300 learners with feedback; a job's folder


@dataclass(frozen=True)
class Diagnosis:
    """One checked requirement. remedies: what to do, as sentences; if ok, possible improvements."""

    name: str
    ok: bool
    detail: str
    remedies: tuple[str, ...] = ()


def examine(folder: ClassFolder) -> Iterator[Diagnosis]:
    """Check everything that grading this class needs. Writes nothing in the class's folder."""
    yield _python()
    yield _sandbox()
    yield _nbgrader()
    for purpose, place in (("the class's folder", folder.root), ("temporary files", Path(tempfile.gettempdir()))):
        yield _disk(purpose, place)
    yield _settings(folder)
    yield _gradebook(folder)
    yield _verdicts(folder)
    yield _configuration(folder)
    yield _exchange(folder)


def lines(diagnoses: list[Diagnosis]) -> Iterator[str]:
    """The findings for a terminal."""
    for diagnosis in diagnoses:
        yield f"{'ok' if diagnosis.ok else 'TO DO':<7}{diagnosis.name}: {diagnosis.detail}"
        yield from (f"       - {sentence}" for sentence in diagnosis.remedies)
    wrong = [diagnosis.name for diagnosis in diagnoses if not diagnosis.ok]
    yield ""
    yield f"To do: {', '.join(wrong)}." if wrong else "A class can be graded here."


def as_json(diagnoses: list[Diagnosis]) -> dict:
    """The findings as data."""
    return {
        "well": all(diagnosis.ok for diagnosis in diagnoses),
        "findings": [
            {"name": diagnosis.name, "well": diagnosis.ok, "said": diagnosis.detail, "to_do": diagnosis.remedies}
            for diagnosis in diagnoses
        ],
    }


def _python() -> Diagnosis:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 11):
        remedies = ("nbgrader requires Python 3.11. Install it, delete .venv, and run this command with it.",)
        return Diagnosis("Python", False, version, remedies)
    safe_version = safe_tarfile_since(sys.version_info)
    if safe_version:
        detail = f"{version}, whose tarfile takes hours for some hostile archives (CVE-2024-6232)"
        better = f"Install Python {safe_version} or newer, delete .venv, and run this command with it."
        remedies = (better, "Until then, the grader refuses such archives; other learners are not affected.")
        return Diagnosis("Python", True, detail, remedies)
    return Diagnosis("Python", True, version)


def safe_tarfile_since(version: Sequence[int | str]) -> str:
    """The first patch release of this Python version with a safe tarfile; "" if this one is safe."""
    fixed = {10: 15, 11: 10, 12: 6}
    minor, micro = version[1:3]
    if minor in fixed and micro < fixed[minor]:
        return f"3.{minor}.{fixed[minor]}"
    early = minor == 13 and micro == 0 and version[3] in ("alpha", "beta")
    return "3.13.0" if early else ""


def _sandbox() -> Diagnosis:
    why = {}
    for tier in (Tier.STRICT, Tier.LANDLOCK):
        why[tier] = what_breaks(tier)
        if not why[tier]:
            better = advice(this_system()) if tier is Tier.LANDLOCK else []
            second = (
                " (the second of two tiers: it lets code see, but not read, other files)"
                if better or len(why) > 1
                else ""
            )
            return Diagnosis("sandbox for other people's code", True, f"{tier.value} holds{second}", tuple(better))
    detail = "none holds. " + "; ".join(f"{tier.value}: {reason}" for tier, reason in why.items())
    return Diagnosis("sandbox for other people's code", False, detail, tuple(advice(this_system())))


def _nbgrader() -> Diagnosis:
    try:
        return Diagnosis("nbgrader", True, importlib.metadata.version("nbgrader"))
    except importlib.metadata.PackageNotFoundError:
        return Diagnosis("nbgrader", True, f"not installed yet; the first {command('grade')} installs it")


def _disk(purpose: str, place: Path) -> Diagnosis:
    name = f"space for {purpose}"
    if place.exists() and not place.is_dir():
        return Diagnosis(name, False, f"{place} is not a folder", ("Choose a folder.",))
    try:
        free = shutil.disk_usage(place).free / GIGABYTE
    except OSError as error:
        return Diagnosis(name, False, f"{place}: {error.strerror}", (f"Create the folder {place}, or choose another.",))
    if not os.access(place, os.W_OK):
        return Diagnosis(name, False, f"{place} can't be written", ("Give your user write permission there.",))
    enough = free >= NEEDED[purpose]
    remedies = (
        () if enough else (f"Free {NEEDED[purpose]:g} GB of disk space, for example in submitted_before/ and runs/.",)
    )
    return Diagnosis(name, enough, f"{free:.1f} GB free in {place}", remedies)


def _settings(folder: ClassFolder) -> Diagnosis:
    try:
        settings = load_settings(folder)
    except ClassError as error:
        return Diagnosis("class.toml", False, str(error), ("Fix that line.",))
    now = datetime.now(settings.zone)
    due = f"{len(settings.due)} due dates" if settings.due else "no due dates, so nothing is late"
    return Diagnosis("class.toml", True, f"time zone {settings.zone}, where it is {now:%Y-%m-%d %H:%M} now; {due}")


def _gradebook(folder: ClassFolder) -> Diagnosis:
    path = folder.root / "gradebook.db"
    if not path.exists():
        # In a folder that does not exist, `roster` would report a misspelt name.
        makers = " or ".join(map(folder.command, ("roster", "release") if folder.root.is_dir() else ("release",)))
        return Diagnosis("gradebook", True, f"none yet; {makers} creates it")
    learners, problem = 0, ""
    try:
        where = f"{path.absolute().as_uri()}?mode=rw"
        with contextlib.closing(sqlite3.connect(where, uri=True, timeout=2)) as book:
            book.execute("BEGIN IMMEDIATE")  # fails while another program writes
            book.rollback()
            (learners,) = book.execute("SELECT count(*) FROM student").fetchone()
    except sqlite3.Error as error:
        problem = str(error)
    if "locked" not in problem:  # otherwise this would wait for the lock once more
        problem = damage(path) or problem
    if problem:
        remedy = (
            "End the program that writes to it (formgrader, or another grading), then try again."
            if "locked" in problem
            else f"Move it away and restore your newest copy. Without a copy, run {folder.command('roster')} and "
            f"{folder.command('grade')} to rebuild it. Only manual points are lost."
        )
        return Diagnosis("gradebook", False, f"{path}: {problem}", (remedy,))
    return Diagnosis("gradebook", True, f"sound, {learners} learners")


def _verdicts(folder: ClassFolder) -> Diagnosis:
    """Check whether grades come from another version of the course, as after an upgrade during a term."""
    try:
        tier = strict_tier()
    except SandboxUnavailable:
        return Diagnosis("grades", True, "not checked: this needs a working sandbox")
    older = {part.number: learners for part in parts() if (learners := of_other_checks(folder, part, tier))}
    if not older:
        return Diagnosis("grades", True, "none from another version of the checks")
    count = sum(map(len, older.values()))
    return Diagnosis(
        "grades",
        True,
        f"{plural(count, 'verdict')} from another version of the checks or of Python, in part "
        f"{', '.join(map(str, older))}. They stay until you grade again.",
        tuple(
            f"Part {number}: {folder.command('errata', number)} shows whose points would change." for number in older
        ),
    )


def _configuration(folder: ClassFolder) -> Diagnosis:
    """Check whether nbgrader and formgrader use this copy of the course."""
    name, other = "nbgrader_config.py", other_course(folder.root)
    if other is None:
        return Diagnosis(name, True, "nbgrader's commands and formgrader use this copy of the course")
    remedy = f"Delete {folder.root / name}. The next {folder.command('release')} writes it for this copy."
    return Diagnosis(name, False, f"nbgrader's commands and formgrader use the course in {other}", (remedy,))


def _exchange(folder: ClassFolder) -> Diagnosis:
    """Check nbgrader's exchange, if the class's or the machine's nbgrader_config.py configures one."""
    name = "nbgrader's exchange"
    try:
        root = exchange_root(folder)
    except ImportError:
        return Diagnosis(name, True, "not checked, since nbgrader is not installed yet")
    except ClassError as error:
        return Diagnosis(name, False, str(error), ("Fix that file.",))
    if root is None:
        return Diagnosis(name, True, "none is configured; you only need one to collect through nbgrader")
    if not root.is_dir():
        return Diagnosis(name, False, f"there is no {root}", (f"mkdir -p {root} && chmod 777 {root}",))
    mode = stat.S_IMODE(root.stat().st_mode)
    if mode & 0o777 != 0o777:
        detail = f"{root} has permissions {mode:o}: not every learner can submit"
        return Diagnosis(name, False, detail, (f"chmod 777 {root}",))
    return Diagnosis(name, True, f"{root}, open to everybody")
