"""Load a command's module only when it is needed: loading all modules would take a fifth of the time of a check."""

from __future__ import annotations

import importlib
import os
import re

import typer
from typer.core import TyperCommand, TyperGroup

from autograder.command_table import find_command, group_in, modules, summaries, target_of
from autograder.command_table.table import FORMER
from autograder.console import ctrl_c_always_stops, is_plain, misuse, use_plain_output
from autograder.files import without_dots
from autograder.invocation import CALLED_AS

UsageError = typer.BadParameter.__base__  # click's; newer versions of typer include click under another name


PASSES_ON = {"test", "mutation", "versions"}  # further arguments go to another program


class LazyGroup(TyperGroup):
    """The commands of this app and of the table's modules, which are loaded one by one."""

    def get_command(self, context: typer.Context | None, name: str) -> TyperCommand | TyperGroup | None:
        """The command, or None. In that case, load all commands, so that the error can suggest a similar name."""
        if name in FORMER:
            name, sentence = FORMER[name]
            typer.echo(sentence, err=True)
            if not name:
                return TyperCommand(name, callback=lambda: None)
        if name not in self.commands:
            module = modules().get(name)
            for each in [module] if module else dict.fromkeys(filter(None, modules().values())):
                self._load(each)
        command = self.commands.get(name)
        for each in (command, *getattr(command, "commands", {}).values()):
            _name_paths_without_dots(each)
        return command

    def parse_args(self, context: typer.Context, arguments: list[str]) -> list[str]:
        """Parse, with --plain anywhere; what comes after the name of another program's command is that program's."""
        words = arguments[: arguments.index("--")] if "--" in arguments else arguments
        if "--plain" in words and not PASSES_ON & set(words[:1]):
            use_plain_output()
            arguments.remove("--plain")
        if is_plain():
            use_plain_output()
        return super().parse_args(context, arguments)

    def list_commands(self, context: typer.Context | None) -> list[str]:
        """The names of all commands."""
        return list(modules())

    def format_commands(self, context: typer.Context, formatter: object) -> None:
        """Write the list in --help by group of people. It comes from the table, so no module is loaded."""
        for title, lines in summaries().items():
            with formatter.section(title):
                formatter.write_dl(list(lines.items()))

    def invoke(self, context: typer.Context) -> object:
        """Run the command; a missing or wrong argument is reported in words for users, not programmers."""
        try:
            with ctrl_c_always_stops():
                return super().invoke(context)
        except KeyboardInterrupt:
            typer.echo("\nStopped. To finish, run the same command again.", err=True)
            raise typer.Exit(130) from None  # what shells report for a program that Ctrl-C ended
        except UsageError as error:
            error.message = re.sub(r"is not a valid int( range)?\.$", "is not a whole number.", error.message)
            if os.environ.get(CALLED_AS) == "make" and error.ctx is not None:
                raise misuse(_as_make_says_it(error)) from error
            raise

    def _load(self, module: str) -> None:
        above = typer.Typer(rich_markup_mode=self.rich_markup_mode)  # so that they look the same
        above.add_typer(importlib.import_module(f"autograder.commands.{module}").app, name=group_in(module))
        self.commands.update(typer.main.get_group(above).commands)


def _name_paths_without_dots(command: TyperCommand | TyperGroup | None) -> None:
    """Make the paths in a command's arguments absolute, so that its messages are valid in any folder."""
    for parameter in command.params if command else ():
        if parameter.type.name == "path" and parameter.callback is None:
            parameter.callback = _without_dots


def _without_dots(context: typer.Context, parameter: object, value: object) -> object:
    """The absolute form of one path, or of a list of paths; None stays None."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(without_dots, value))
    return without_dots(value) if value else value


def _as_make_says_it(error: UsageError) -> str:
    """The error as a sentence that uses the Makefile's variables. An option without a variable is shown as it is."""
    name = error.ctx.command_path.partition("autograder ")[2]
    command = target_of(name) or find_command(name)
    target = command.target or name if command else name
    parameter = getattr(error, "param", None)
    if parameter is None:
        return f"{error.format_message().rstrip('.')}. See: make {target} args=--help"

    def variable(one) -> str:
        if one.param_type_name == "argument":
            word = command.argument if command and command.argument else (one.metavar or one.name).lower()
            return f"{word}="
        word = one.opts[0].strip("-")
        return f"{word}=" if command and word in command.variables else one.opts[0]

    if error.message:
        return f"{variable(parameter)} {error.message}"
    needed = [variable(each) for each in error.ctx.command.params if each.required]
    typed = " ".join(f"{word}{'5' if word == 'part=' else word.strip('-=').upper()}" for word in needed)
    return f"{variable(parameter)} is missing. {'For example' if 'part=' in needed else 'Type'}: make {target} {typed}"


def every_command(app: typer.Typer) -> dict[str, TyperCommand | TyperGroup]:
    """All commands by name."""
    group = typer.main.get_group(app)
    return {name: group.get_command(None, name) for name in group.list_commands(None)}
