"""Name a command the way the user typed it: `make check part=5` or `python -m autograder check 5`."""

from __future__ import annotations

import os
import re
import shlex

from autograder.command_table import commands, target_of

# The Makefile sets it to "make"; setup_environment.py sets it to the typed words, such as `python3 -m autograder`.
CALLED_AS = "AUTOGRADER_CALLED_AS"
PLAIN = "python -m autograder"

# Characters that are special to a shell, also inside double quotes or at the start of a word.
ACTED_ON = re.compile(r"[^\w\s@%+=:,./\\-]|[\n\r\t]")


def command(name: str, /, part: int | str | None = None, **options: object) -> str:
    """A command as this user would type it.

    part: the command's argument, such as a part (5) or a task ("5.2"). Options: True means a switch; None and False
    are left out. An underscore becomes a hyphen, and one at the end is dropped, as in `from_="folder"`.

    >>> command("check", part="5.2", seed=3)
    'python -m autograder check 5.2 --seed 3'
    """
    return _words(os.environ.get(CALLED_AS, PLAIN), name, part, options)


def learners_command(name: str, /, part: int | str | None = None, **options: object) -> str:
    """The same for a learner who reads it elsewhere: in the words that run in each copy of the course, on each system,
    however the instructor runs commands.
    """
    return _words(PLAIN, name, part, options)


def _words(called_as: str, name: str, part: int | str | None, options: dict[str, object]) -> str:
    given = {key.rstrip("_").replace("_", "-"): value for key, value in options.items() if value not in (None, False)}
    target = target_of(name) if called_as == "make" else None
    if target is None:
        called_as = PLAIN if called_as == "make" else called_as
        return " ".join([called_as, name, *([] if part is None else [str(part)]), *_as_options(given)])
    argument = {} if part is None else {target.argument or "part": part}
    return " ".join(["make", target.target, *_as_variables(argument | given, {*argument, *target.variables})])


def option(name: str, value: object = True) -> str:
    """One option, as this user would type it: `--part 5`, or `part=5` for make."""
    if os.environ.get(CALLED_AS) != "make":
        return " ".join(_as_options({name: value}))
    return " ".join(_as_variables({name: value}, {name for each in commands() for name in each.variables}))


def _as_variables(given: dict[str, object], taken: set[str]) -> list[str]:
    """The variables for `make`. Options without a variable go into args=."""
    words = [f"{key}={_quoted(1 if value is True else value)}" for key, value in given.items() if key in taken]
    rest = " ".join(_as_options({key: value for key, value in given.items() if key not in taken}))
    if rest:
        words.append("args=" + (shlex.quote(rest) if "'" in rest else f"'{rest}'"))
    return words


def _as_options(given: dict[str, object]) -> list[str]:
    return [f"--{key}" if value is True else f"--{key} {_quoted(value)}" for key, value in given.items()]


def _quoted(value: object) -> str:
    """Quote a word for a shell. It may contain a folder name that somebody else chose."""
    text = str(value)
    if ACTED_ON.search(text) and os.name != "nt":
        return shlex.quote(text)
    return f'"{text}"' if " " in text else text
