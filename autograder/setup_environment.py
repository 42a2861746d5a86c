"""Find out whether anything must be installed before a command can run. Standard library only.

A command can run in three kinds of environment:
- `.venv` with a valid stamp. The stamp is written last, so an interrupted set-up has no valid one;
- `.venv` without a valid stamp in which every requirement has its pinned version;
- the user's own environment in which every requirement has its pinned version.
Otherwise `.venv` is made or updated. All messages go to standard error, since `--json` uses standard output.
"""

from __future__ import annotations

import hashlib
import os
import sys

from autograder.command_table import extras
from autograder.command_table.table import STRICT_WITH_FROM
from autograder.invocation import CALLED_AS

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAIN = os.path.join(ROOT, "autograder", "__main__.py")
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
STAMP = os.path.join(VENV, "set-up.txt")
UNFINISHED = "unfinished\n"

# Set while one process hands over to the next. It prevents an endless loop if .venv does not work.
HANDED_OVER = "AUTOGRADER_HANDED_OVER"


def missing_extra(arguments: list[str]) -> str | None:
    """The extra that must be installed before this command can run ("" for the learner's packages); None if nothing is
    missing. If the command can run in `.venv`, continue there and don't return.
    """
    if CALLED_AS not in os.environ:
        os.environ[CALLED_AS] = _as_typed(arguments)
    if not os.path.exists(os.path.join(ROOT, "pyproject.toml")):
        return None  # installed as a package, so pip has installed the requirements
    if "--help" in arguments or "-h" in arguments:
        _help(arguments)
        return None
    extra = extra_needed(arguments)
    handed_over = os.environ.pop(HANDED_OVER, None)
    stamp = read_stamp()
    if _runs_in_venv():
        if stamp_fits(stamp, extra):
            return None
        if stamp != UNFINISHED and requirements_met(extra):  # made manually, or with an extra that includes this one
            write_stamp(extra, *(extras_in(stamp) if stamp_fits(stamp, "") else ()))
            return None
    elif requirements_met(extra):
        return None
    elif handed_over:
        stop(f"{VENV} is not a working virtual environment: delete that folder and run the same command again.")
    elif stamp != UNFINISHED and os.path.exists(VENV_PYTHON):
        go_on_in_venv()  # which checks again, with its own interpreter
    return extra


def _help(arguments: list[str]) -> None:
    """Return if typer can print the help; otherwise print it without typer."""
    import importlib.util

    if all(map(importlib.util.find_spec, ["typer", *(["tomli"] if sys.version_info < (3, 11) else [])])):
        return
    if HANDED_OVER not in os.environ and read_stamp() != UNFINISHED and os.path.exists(VENV_PYTHON):
        go_on_in_venv()
    from autograder.commands.help_before_setup import help_text

    print(help_text(arguments), end="")
    sys.exit(0)


def extra_needed(arguments: list[str]) -> str:
    """The extra that the command in these arguments needs; "" means the learner's packages."""
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    return extras().get(command) or ("instructor" if _needs_the_strict_sandbox(command, arguments) else "")


def _needs_the_strict_sandbox(command: str, arguments: list[str]) -> bool:
    """Whether a learner's command runs other people's code in the sandbox: --from with another folder than the
    course's. Other systems than Linux have no such sandbox.
    """
    if command not in STRICT_WITH_FROM or sys.platform != "linux":
        return False
    given = [word for each in arguments for word in (each.split("=", 1) if each.startswith("--") else [each])] + [""]
    if "--sandbox" in given:
        return given[given.index("--sandbox") + 1] == "strict"
    own = {os.path.join(ROOT, name) for name in ("exercises", "solutions")}
    return "--from" in given and os.path.realpath(given[given.index("--from") + 1]) not in own


def fingerprint() -> str:
    """A hash of every requirement and its pinned version, and of nothing else in pyproject.toml."""
    with open(os.path.join(ROOT, "pyproject.toml"), encoding="utf-8") as file:
        requirements = file.read().split("\n[tool.")[0]  # a changed tool setting must not cause a new installation
    with open(os.path.join(ROOT, "constraints.txt"), encoding="utf-8") as file:
        return hashlib.sha256((requirements + "\0" + file.read()).encode()).hexdigest()


def python_version() -> str:
    """The part of the version that is in the name of the packages' folder: 3.11."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def read_stamp() -> str:
    """The content of the stamp; "" if there is none."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return ""


def write_stamp(*extras: str) -> None:
    """Record that `.venv` now has these extras, for the current requirements."""
    temporary = f"{STAMP}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(f"{fingerprint()} {python_version()}\n{' '.join(sorted({*extras} - {''}))}\n")
    os.replace(temporary, STAMP)  # atomic: the stamp is never half-written


def stamp_fits(stamp: str, extra: str) -> bool:
    """Whether the stamp records this extra, for the current requirements and this version of Python."""
    return stamp.partition("\n")[0] == f"{fingerprint()} {python_version()}" and extra in ("", *extras_in(stamp))


def extras_in(stamp: str) -> list[str]:
    """The extras that a stamp records."""
    return stamp.partition("\n")[2].split()


def requirements_met(extra: str) -> bool:
    """Whether every requirement, including this extra, is installed here in its pinned version."""
    import importlib.util

    if not all(importlib.util.find_spec(name) for name in ("typer", "packaging")):
        return False  # the usual case outside .venv; takes a millisecond

    import importlib.metadata

    from packaging.requirements import Requirement

    pinned: dict[str, str] = {}
    with open(os.path.join(ROOT, "constraints.txt"), encoding="utf-8") as file:
        for line in filter(None, (line.partition("#")[0].strip() for line in file)):
            constraint = Requirement(line)
            if constraint.marker is None or constraint.marker.evaluate():
                pinned[constraint.name] = str(constraint.specifier).removeprefix("==")
    for requirement in map(Requirement, _requirements(extra)):
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        try:
            if importlib.metadata.version(requirement.name) != pinned.get(requirement.name):
                return False
        except importlib.metadata.PackageNotFoundError:
            return False
    return True


def stop(sentence: str) -> None:
    """Print what was wrong and what to do, and exit with status 2."""
    print(sentence, file=sys.stderr)
    sys.exit(2)


def _requirements(extra: str) -> list[str]:
    """The learner's requirements in pyproject.toml, and an extra's, including the extras within it."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        try:
            import tomli as tomllib
        except ImportError:
            return ["tomli"]  # this version cannot read pyproject.toml without tomli, so it is missing
    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        project = tomllib.load(file)["project"]
    found, extras = list(project["dependencies"]), [extra] if extra else []
    for name in extras:
        for line in project["optional-dependencies"][name]:
            if line.startswith("autograder["):
                extras.append(line.removeprefix("autograder[").removesuffix("]"))
            else:
                found.append(line)
    return found


def _runs_in_venv() -> bool:
    try:
        return os.path.samefile(sys.prefix, VENV)
    except OSError:
        return False  # there is no .venv yet


def _as_typed(arguments: list[str]) -> str:
    """The words that the user typed before the command: `python3 -m autograder`."""
    words = sys.orig_argv[: len(sys.orig_argv) - len(arguments)]
    if os.path.isabs(words[0]):  # probably not typed: a launcher such as pyenv's python3 inserts the path
        words[0] = os.path.basename(words[0]).removesuffix(".exe")
    return " ".join(f'"{word}"' if " " in word else word for word in words)


def go_on_in_venv() -> None:
    """Run the same command with the interpreter of `.venv`. Does not return."""
    os.environ[HANDED_OVER] = "1"
    # By its path, because -m would search in the current folder, which can be any folder.
    command = [VENV_PYTHON, MAIN, *sys.argv[1:]]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(VENV_PYTHON, command)
    import subprocess  # on Windows, execv returns to the shell at once, and two programs would read the keyboard

    sys.exit(subprocess.run(command, check=False).returncode)
