"""One table of all commands, the source of the command line, `make`, the help and the docs.

Standard library only, because this package is read before anything is installed. The rows are in table.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograder.command_table.record import Command
from autograder.command_table.table import TABLE


def commands() -> Iterator[Command]:
    """All rows, in the order in which they are listed."""
    for rows in TABLE.values():
        yield from rows


def find_command(name: str) -> Command | None:
    """The row of a command by its full name, such as `check` or `leaderboard submit`; None if there is none."""
    return next((command for command in commands() if name == command.name), None)


def find_target(target: str) -> Command | None:
    """The row of a `make` target; None if there is none."""
    return next((command for command in commands() if command.target and target == command.target), None)


def target_of(name: str) -> Command | None:
    """The row of the `make` target that runs a command; None if there is none."""
    return next((command for command in commands() if command.target and name in (command.name, command.then)), None)


def modules() -> dict[str, str]:
    """Map the first word of each command to its module in `autograder.commands`; "" means autograder/cli.py."""
    return {command.name.split()[0]: command.module for command in commands()}


def extras() -> dict[str, str]:
    """Map the first word of each command to the extra (a set of packages) that it needs, if it needs one."""
    return {command.name.split()[0]: command.extra for command in commands() if command.extra}


def group_in(module: str) -> str | None:
    """The first word of a module's commands if they have two words, such as `leaderboard`; otherwise None."""
    names = (command.name.split() for command in commands() if command.module == module)
    return next((words[0] for words in names if len(words) > 1), None)


def summaries() -> dict[str, dict[str, str]]:
    """For each group of people, a dict of command names and summaries."""
    listed: dict[str, dict[str, str]] = {title: {} for title in TABLE}
    for title, rows in TABLE.items():
        for command in rows:
            listed[title].setdefault(command.name, command.summary)
    return listed
