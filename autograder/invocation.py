"""Name a command the way the user typed it: `make check part=5` or `python -m autograder check 5`."""

from __future__ import annotations

import functools
import os
import re
import shlex

# The Makefile sets it to "make"; setup_environment.py to what was typed, such as `python3 -m autograder`.
CALLED_AS = "AUTOGRADER_CALLED_AS"

MAKEFILE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Makefile")
READ = re.compile(r"\$\((?:value )?([A-Za-z]+)\)")  # a variable, in a recipe or in a definition
DEFINITION = re.compile(r"^([A-Z]+) = (.*)$", re.MULTILINE)
RECIPE = re.compile(r"^([a-z0-9]+):.*\n((?:\t.*\n)+)", re.MULTILINE)

# What a shell acts on, also inside double quotes or at the start of a word.
ACTED_ON = re.compile(r"[^\w\s@%+=:,./\\-]|[\n\r\t]")

# Targets that are called otherwise than their commands.
MAKE_TARGETS = {"leaderboard submit": "submit", "leaderboard show": "leaderboard", "leaderboard page": "leaderboard"}

# The argument of a command is part=, but of these.
MAKE_ARGUMENTS = {"repeat": "name", "template": "url", "classroom50": "url", "roster": "file", "collect": "file"}


def command(name: str, /, part: int | str | None = None, **options: object) -> str:
    """The words that run a command, as this user would type them.

    A part (5) or task ("5.2") is an argument, or what else this command takes. Options: True stands for a switch, None
    and False for one that is not given; an underscore is a hyphen, and one at the end is dropped, as in
    `from_="folder"`.

    >>> command("check", part="5.2", seed=3)
    'python -m autograder check 5.2 --seed 3'
    """
    called_as = os.environ.get(CALLED_AS, "python -m autograder")
    given = {key.rstrip("_").replace("_", "-"): value for key, value in options.items() if value not in (None, False)}
    if called_as != "make":
        return " ".join([called_as, name, *([] if part is None else [str(part)]), *_as_options(given)])
    target = MAKE_TARGETS.get(name, name)
    taken = make_variables(target)
    argument = MAKE_ARGUMENTS.get(name, "part")
    words = ["make", target] + ([] if part is None else [f"{argument}={_quoted(part)}"])
    words += [f"{key}={_quoted(1 if value is True else value)}" for key, value in given.items() if key in taken]
    rest = {key: value for key, value in given.items() if key not in taken}
    if rest:
        text = " ".join(_as_options(rest))
        words.append("args=" + (shlex.quote(text) if "'" in text else f"'{text}'"))
    return " ".join(words)


@functools.cache
def make_variables(target: str) -> frozenset[str]:
    """The variables that a target of the Makefile takes, as the Makefile itself finds them; those of all for "".
    Every other option reaches a command through args=.
    """
    try:
        with open(MAKEFILE, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        text = ""
    meanings, taken = dict(DEFINITION.findall(text)), set()
    waiting = [recipe for name, recipe in RECIPE.findall(text) if target in ("", name)]
    while waiting:
        for name in READ.findall(waiting.pop()):
            taken |= {name} if name.islower() else set()
            waiting += [meanings[name]] if name in meanings else []
    return frozenset(taken)


def option(name: str, value: object = True) -> str:
    """One option, as this user would type it: `--part 5`, or `part=5` for make."""
    whole = command("", **{f"{name}_": value})
    return whole.removeprefix("make ").removeprefix(os.environ.get(CALLED_AS, "python -m autograder")).strip()


def _as_options(given: dict[str, object]) -> list[str]:
    return [f"--{key}" if value is True else f"--{key} {_quoted(value)}" for key, value in given.items()]


def _quoted(value: object) -> str:
    """A word for a shell. It may hold the name that a stranger gave to a folder."""
    text = str(value)
    if ACTED_ON.search(text) and os.name != "nt":
        return shlex.quote(text)
    return f'"{text}"' if " " in text else text
