"""The files that an interpreter needs: its program, its standard library, and the shared objects it loads. The strict
sandbox shows nothing else, so it contains no installed packages and no grader."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

OLDEST_VERSION = (3, 9)
SYSTEM_INTERPRETER = "/usr/bin/python3"
PACKAGE_FOLDERS = ("site-packages", "dist-packages")
# The interpreter answers this itself. The imports load the shared objects of all modules that a learner may use.
QUESTION = """
import sys, os, json
for name in "math random dataclasses hashlib statistics decimal array zlib ctypes _posixsubprocess fcntl".split():
    try:
        __import__(name)
    except ImportError:
        pass
magic = getattr(sys.modules.get("_frozen_importlib_external"), "MAGIC_NUMBER", b"")
print(json.dumps({"version": sys.version_info[:3], "magic": magic.hex(), "program": os.path.realpath(sys.executable),
    "path": sys.path,
    "mapped": sorted({line.split(None, 5)[5].strip() for line in open("/proc/self/maps") if "/" in line})}))
"""


class UnusableInterpreter(RuntimeError):
    """The interpreter cannot run in a sandbox; the message says why."""


@dataclass(frozen=True)
class Interpreter:
    """An interpreter and its files, as absolute paths; `loader` is the dynamic loader that its program requires, and
    `magic` the number of its bytecode.
    """

    program: str
    version: str
    magic: bytes
    library: tuple[str, ...]
    shared_objects: tuple[str, ...]
    loader: str | None

    def package_folders(self) -> list[str]:
        """Folders of installed packages inside the standard library, which must be hidden."""
        return [
            str(path) for folder in self.library for name in PACKAGE_FOLDERS if (path := Path(folder, name)).is_dir()
        ]

    def paths(self) -> list[str]:
        """Everything that must be readable."""
        return [self.program, *self.library, *self.shared_objects, *([self.loader] if self.loader else [])]


def choose_interpreter(wanted: str | None, everybody: bool) -> Interpreter:
    """Choose the interpreter for other people's code: `wanted`, else this one, else the system's.

    With `everybody`, every user must be able to read it, because the worker runs as another user. Raises
    UnusableInterpreter.
    """
    candidates = [wanted] if wanted else [getattr(sys, "_base_executable", None) or sys.executable, SYSTEM_INTERPRETER]
    reasons = []
    for candidate in candidates:
        program = shutil.which(candidate)
        if program is None:
            reasons.append(f"{candidate} is not a program")
            continue
        if everybody and not readable_by_everybody(program):
            reasons.append(f"{candidate} is where other users cannot read it")
            continue
        try:
            interpreter = describe(os.path.realpath(program))
        except UnusableInterpreter as error:
            reasons.append(str(error))
            continue
        hidden = _hidden_path(interpreter) if everybody else None
        if hidden is None:
            return interpreter
        reasons.append(f"{candidate} needs {hidden}, which other users cannot read")
    raise UnusableInterpreter("; ".join(reasons))


@functools.lru_cache(maxsize=16)
def describe(program: str) -> Interpreter:
    """Run `program` once and describe it. Raises UnusableInterpreter."""
    try:
        process = subprocess.run(
            [program, "-I", "-S", "-B", "-c", QUESTION], capture_output=True, timeout=30, check=True, env={}
        )
        answers = json.loads(process.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise UnusableInterpreter(f"{program} does not run: {error}") from error
    if tuple(answers["version"]) < OLDEST_VERSION:
        raise UnusableInterpreter(f"{program} is older than Python 3.9")
    library = _outermost(path for path in answers["path"] if os.path.exists(path))
    mapped = [path for path in answers["mapped"] if ".so" in path and os.path.isfile(path)]
    outside = [path for path in mapped if not any(path.startswith(folder + "/") for folder in library)]
    names = tuple(sorted({name for path in outside for name in _names_of(path)}))
    version = ".".join(str(number) for number in answers["version"])
    magic = bytes.fromhex(answers["magic"])
    return Interpreter(answers["program"], version, magic, library, names, _loader(answers["program"]))


@functools.lru_cache(maxsize=16)  # 5 ms
def _hidden_path(interpreter: Interpreter) -> str | None:
    """A path of the interpreter that some users cannot read; None if there is none."""
    return next((path for path in interpreter.paths() if not readable_by_everybody(path)), None)


def readable_by_everybody(path: str) -> bool:
    """Whether any user can read `path` (and list it, if it is a folder)."""
    real = Path(os.path.realpath(path))
    needed = 0o005 if real.is_dir() else 0o004
    return real.stat().st_mode & needed == needed and all(parent.stat().st_mode & 0o001 for parent in real.parents)


def _outermost(paths) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(paths):
        if not any(path.startswith(folder + "/") for folder in kept):
            kept.append(path)
    return tuple(kept)


def _names_of(path: str) -> list[str]:
    """A shared object's file and the links to it in its folder: libz.so.1.2.13 is loaded as libz.so.1."""
    folder, stem = os.path.dirname(path), os.path.basename(path).partition(".so")[0]
    links = (entry for entry in os.scandir(folder) if entry.name.startswith(stem) and entry.is_symlink())
    return [path, *(link.path for link in links if os.path.realpath(link.path) == path)]


def _loader(program: str) -> str | None:
    """The dynamic loader in the header of an ELF program."""
    with open(program, "rb") as file:
        match = re.search(rb"(/[\w./-]*/ld[\w.-]*\.so[\w.]*)\0", file.read(16384))
    return match.group(1).decode("ascii") if match else None
