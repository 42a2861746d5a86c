"""Which room a command stands in. Only that room is loaded: all of them would take a fifth of the time of a check."""

from __future__ import annotations

import errno
import importlib
import os
import re

import typer
from typer.core import TyperCommand, TyperGroup

from autograder.commands.table import COMMANDS, GROUPS
from autograder.console import misuse
from autograder.files import without_dots
from autograder.invocation import CALLED_AS, MAKE_TARGETS, make_variables

# Commands of the release before: the name of today, or none, and a sentence. They go with the next release.
FORMER = {
    "dataset": ("", "datasets/makemore_names.txt is part of the course now: there is nothing to download."),
}
UsageError = typer.BadParameter.__base__  # of click, which newer versions of typer bring along under another name
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Rooms(TyperGroup):
    """The commands of its own app, and those of each room as they are asked for."""

    def get_command(self, context: typer.Context | None, name: str) -> TyperCommand | TyperGroup | None:
        """The command, None when there is none: then all are loaded, and the nearest can be named."""
        if name in FORMER:
            name, sentence = FORMER[name]
            typer.echo(sentence, err=True)
            if not name:
                return TyperCommand(name, callback=lambda: None)
        if name not in self.commands:
            rooms = [room for room, names in COMMANDS.items() if name in names.split()]
            for room in rooms or COMMANDS:
                self._load(room)
        command = self.commands.get(name)
        for each in (command, *getattr(command, "commands", {}).values()):
            _name_paths_without_dots(each)
        return command

    def list_commands(self, context: typer.Context | None) -> list[str]:
        """The names of all, room by room."""
        for room in COMMANDS:
            self._load(room)
        return list(self.commands)

    def invoke(self, context: typer.Context) -> object:
        """Run the command; what is missing or not a number is told in words that are not a programmer's."""
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            typer.echo("\nStopped. To finish, run the same command again.", err=True)
            raise typer.Exit(130) from None  # what shells report for a program that Ctrl-C ended
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            typer.echo(f"{error.filename or 'A file'} can't be written ({error.strerror}).", err=True)
            typer.echo("Make room on the disk. Then run the same command again.", err=True)
            raise typer.Exit(1) from error
        except UsageError as error:
            error.message = re.sub(r"is not a valid int( range)?\.$", "is not a whole number.", error.message)
            if os.environ.get(CALLED_AS) == "make" and error.ctx is not None:
                raise misuse(_as_make_says_it(error)) from error
            raise

    def _load(self, room: str) -> None:
        above = typer.Typer(rich_markup_mode=self.rich_markup_mode)  # whose look they take over
        above.add_typer(importlib.import_module(room).app, name=COMMANDS[room] if COMMANDS[room] in GROUPS else None)
        self.commands.update(typer.main.get_group(above).commands)


def _name_paths_without_dots(command: TyperCommand | TyperGroup | None) -> None:
    """Whatever a command says of a path that it was given, the path is one that means the same anywhere."""
    for parameter in command.params if command else ():
        if parameter.type.name == "path" and parameter.callback is None:
            parameter.callback = _without_dots


def _without_dots(context: typer.Context, parameter: object, value: object) -> object:
    """One path, or several of an argument that takes any number; None is none."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(without_dots, value))
    return without_dots(value) if value else value


def _as_make_says_it(error: UsageError) -> str:
    """What was wrong in a sentence, with variables of the Makefile, which are called as the metavars of arguments or
    the options are. An option that no variable stands for is named as it is.
    """
    name = error.ctx.command_path.partition("autograder ")[2]
    target = MAKE_TARGETS.get(name, name)
    parameter = getattr(error, "param", None)
    if parameter is None:
        return f"{error.format_message().rstrip('.')}. See: make {target} args=--help"

    def variable(one) -> str:
        is_option = one.param_type_name == "option"
        word = (one.opts[0].strip("-") if is_option else one.metavar or one.name).lower().partition("|")[0].strip("[")
        return one.opts[0] if is_option and word not in make_variables(target) else f"{word}="

    if error.message:
        return f"{variable(parameter)} {error.message}"
    needed = [variable(each) for each in error.ctx.command.params if each.required]
    typed = " ".join(f"{word}{word.strip('-=').upper()}" for word in needed)
    return f"{variable(parameter)} is missing. Type: make {target} {typed}"


def every_command(app: typer.Typer) -> dict[str, TyperCommand | TyperGroup]:
    """All commands by name."""
    group = typer.main.get_group(app)
    return {name: group.get_command(None, name) for name in group.list_commands(None)}
