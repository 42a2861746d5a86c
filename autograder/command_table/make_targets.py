"""Turn a target of `make` and the variables typed with it into command calls, and list the targets.

The Makefile has one rule for all targets. It passes what was typed through the environment, so that a value may contain
any character.
"""

from __future__ import annotations

import os

from autograder.command_table import commands, find_target
from autograder.command_table.record import Command
from autograder.command_table.table import TABLE, UNLISTED

# Set by the Makefile: the names of the variables that were typed, the targets, and each value as it was typed.
NAMES, GOALS, VALUE = "AUTOGRADER_MAKE_VARIABLES", "AUTOGRADER_MAKE_GOALS", "AUTOGRADER_MAKE_VALUE_"

# The variables that most targets accept, as the first line of the help shows them.
EXAMPLES = {"part": "5", "fast": "1", "steps": "N", "seed": "N", "data": "FILE", "args": "..."}


class MakeError(ValueError):
    """The typed variables or values are wrong; the message says what the target accepts."""


def asks_for_help(arguments: list[str]) -> bool:
    """Whether the user typed `make` alone or `make help`."""
    return NAMES in os.environ and arguments[:1] == ["help"]


def calls_of(arguments: list[str]) -> list[list[str]]:
    """The commands to run for these arguments: one, except for a target of `make` that runs two. Raises MakeError."""
    if NAMES not in os.environ:
        return [arguments]  # not called by a rule of the Makefile
    target, *rest = arguments
    names, goals = os.environ[NAMES].split(), os.environ.get(GOALS, target).split()
    _refuse_part_as_goal(goals)
    _refuse_unknown(names, goals)
    command = find_target(target)
    if command is None:
        return [arguments]
    try:
        return command.calls({name: os.environ.get(VALUE + name, "") for name in names}, rest)
    except ValueError as error:
        raise MakeError(f"{error}.") from None


def _refuse_part_as_goal(goals: list[str]) -> None:
    """`make check 5` has two goals for make, which would check all parts and then know no rule to make 5."""
    number = next((goal for goal in goals if goal[0].isdigit()), None)
    targets = [goal for goal in goals if goal != number and find_target(goal)]
    if number is not None and targets:
        raise MakeError(f"make takes a part or a task as a variable: make {targets[0]} part={number}")


def _refuse_unknown(names: list[str], goals: list[str]) -> None:
    """Refuse variables that no target reads. If ignored, `make check prat=1` would silently check all parts."""
    known = {name for command in filter(None, map(find_target, goals)) for name in command.variables}
    for name in names if known else ():
        if name not in known:
            accepted = " ".join(f"{variable}=" for variable in sorted(known))
            raise MakeError(f"make {' '.join(goals)} does not accept {name}=. It accepts: {accepted}.")


def forget_call() -> None:
    """Remove the Makefile's variables from the environment, so that programs started by a command don't see them."""
    for name in [name for name in os.environ if name in (NAMES, GOALS) or name.startswith(VALUE)]:
        del os.environ[name]


def target_names(table: dict[str, tuple[Command, ...]] = TABLE, unlisted: tuple[str, ...] = UNLISTED) -> list[str]:
    """All targets of the course's Makefile, or of a Makefile for another table."""
    targets = (command.target for rows in table.values() for command in rows)
    return ["help", *filter(None, targets), *unlisted]


def help_text() -> str:
    """The output of `make` alone: the targets by group, one line each."""
    known = {name for command in commands() for name in command.variables}
    examples = " ".join(f"[{name}={value}]" for name, value in EXAMPLES.items() if name in known)
    lines = [f"make TARGET {examples}", f"  {'help':<12}list these targets"]
    for group, rows in TABLE.items():
        entries = [f"  {row.target:<12}{row.summary}{row.usage}" for row in rows if row.target]
        lines += ["", group, *entries] if entries else []
    return "\n".join(lines) + "\n"
