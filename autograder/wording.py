"""Name a command in the form that the user used: `make check part=5` or `python -m autograder check 5`."""

from __future__ import annotations

import os
import re
import shlex

# The Makefile sets it to "make"; setup_environment.py to what was typed, such as `python3 -m autograder`.
CALLED_AS = "AUTOGRADER_CALLED_AS"

# The variables that the Makefile knows. Other options reach it through args=.
MAKE_VARIABLES = (
    *"fast steps seed data check name tick layers width part class apply board worksheet".split(),
    *"decide request alike reason".split(),
)

# What a shell acts on, also inside double quotes or at the start of a word.
ACTED_ON = re.compile(r"[^\w\s@%+=:,./\\-]|[\n\r\t]")

# Targets that are called otherwise than their commands.
MAKE_TARGETS = {"leaderboard submit": "submit", "leaderboard show": "leaderboard", "leaderboard page": "leaderboard"}


def command(name: str, /, part: int | str | None = None, **options: object) -> str:
    """The words that run a command, as this user would type them.

    A part (5) or task ("5.2") is an argument. Options: True stands for a switch, None and False for one that is
    not given; an underscore is a hyphen, and one at the end is dropped, as in `from_="folder"`.

    >>> command("check", part="5.2", seed=3)
    'python -m autograder check 5.2 --seed 3'
    """
    called_as = os.environ.get(CALLED_AS, "python -m autograder")
    given = {key.rstrip("_").replace("_", "-"): value for key, value in options.items() if value not in (None, False)}
    if called_as != "make":
        return " ".join([called_as, name, *([] if part is None else [str(part)]), *_as_options(given)])
    words = ["make", MAKE_TARGETS.get(name, name)] + ([] if part is None else [f"part={part}"])
    words += [f"{key}={_quoted(1 if given[key] is True else given[key])}" for key in MAKE_VARIABLES if key in given]
    rest = {key: value for key, value in given.items() if key not in MAKE_VARIABLES}
    if rest:
        text = " ".join(_as_options(rest))
        words.append("args=" + (shlex.quote(text) if "'" in text else f"'{text}'"))
    return " ".join(words)


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
