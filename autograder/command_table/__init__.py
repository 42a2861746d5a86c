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
    """The row of a command, by its words: `check`, or `leaderboard submit`; None when there is none."""
    return next((command for command in commands() if name == command.name), None)


def find_target(target: str) -> Command | None:
    """The row of a target of `make`; None when there is none."""
    return next((command for command in commands() if command.target and target == command.target), None)


def target_of(name: str) -> Command | None:
    """The row of a target of `make` that runs a command; None when there is none."""
    return next((command for command in commands() if command.target and name in (command.name, command.then)), None)


def modules() -> dict[str, str]:
    """The module of `autograder.commands` by the first word of a command; "" is autograder/cli.py."""
    return {command.name.split()[0]: command.module for command in commands()}


def extras() -> dict[str, str]:
    """What the commands need beyond the learner's set, by the first word of each."""
    return {command.name.split()[0]: command.extra for command in commands() if command.extra}


def group_in(module: str) -> str | None:
    """The first word of a module's commands where each has two: `leaderboard`; else None."""
    names = (command.name.split() for command in commands() if command.module == module)
    return next((words[0] for words in names if len(words) > 1), None)


def summaries() -> dict[str, dict[str, str]]:
    """Each group of people with its commands, a summary by name."""
    listed: dict[str, dict[str, str]] = {title: {} for title in TABLE}
    for title, rows in TABLE.items():
        for command in rows:
            listed[title].setdefault(command.name, command.summary)
    return listed
