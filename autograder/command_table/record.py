"""One row of the command table, and how variables of `make` become command options."""

from __future__ import annotations

from typing import NamedTuple

OFF = ("0", "no", "false")


class Switch(NamedTuple):
    """A `make` variable for an option without a value: fast=1 becomes --fast."""

    variable: str
    option: str = ""  # default: --VARIABLE
    meaning: str = ""  # what `run` does, for the error message; if empty, any value except OFF switches it on

    def words(self, value: str) -> list[str]:
        """The option as a list of words, empty if it is off. Raises ValueError for a value that is neither
        on nor off.
        """
        if value in OFF:
            return []
        if self.meaning and value not in ("run", "1", "yes", "true"):
            raise ValueError(
                f"{self.variable}={value} is not valid: type {self.variable}=run {self.meaning}, or leave it out"
            )
        return [self.option or f"--{self.variable}"]


class Command(NamedTuple):
    """A command, its `make` target, and its line in both help texts."""

    name: str  # as typed after `python -m autograder`: "check", "leaderboard submit"
    module: str  # in autograder.commands; "" means autograder/cli.py
    summary: str
    usage: str = ""  # the rest of the line in the help of `make`: the variables
    extra: str = ""  # in pyproject.toml; "" means the packages that learners have
    target: str = ""  # of `make`; "" if it has none
    argument: str = ""  # the variable that becomes the command's argument
    options: tuple[str, ...] = ()  # seed= becomes --seed
    switches: tuple[Switch, ...] = ()
    always: tuple[str, ...] = ()  # options that the target always adds
    then: str = ""  # a second command that the target runs, with the same variables but without args=

    @property
    def variables(self) -> list[str]:
        """The variables that the target accepts, sorted."""
        switches = (switch.variable for switch in self.switches)
        return sorted(filter(None, ("args", self.argument, *self.options, *switches)))

    def calls(self, values: dict[str, str], rest: list[str]) -> list[list[str]]:
        """The commands that the target runs, each as a list of words. rest: the words of args=. Raises ValueError."""
        words = [values[self.argument]] if values.get(self.argument) else []
        for switch in self.switches:
            words += switch.words(values.get(switch.variable) or OFF[0])
        for option in self.options:
            words += [f"--{option}", values[option]] if values.get(option) else []
        calls = [[*self.name.split(), *self.always, *words, *rest]]
        return calls + ([[*self.then.split(), *words]] if self.then else [])


def command(name: str, module: str, summary: str, usage: str = "", **fields: object) -> Command:
    """A row whose `make` target has the same name as the command."""
    return Command(name, module, summary, usage, **{"target": name, **fields})
