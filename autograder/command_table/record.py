"""One row of the command table, and how variables of `make` become command options."""

from __future__ import annotations

from typing import NamedTuple

OFF = ("0", "no", "false")


class Switch(NamedTuple):
    """A variable that stands for an option without a value: fast=1 is --fast."""

    variable: str
    option: str = ""  # --VARIABLE when empty
    meaning: str = ""  # only `run` and a plain yes switch it on, in order to do this; anything but OFF when empty

    def words(self, value: str) -> list[str]:
        """The option, or nothing. Raises ValueError with a sentence for a value that says neither yes nor no."""
        if value in OFF:
            return []
        if self.meaning and value not in ("run", "1", "yes", "true"):
            raise ValueError(
                f"{self.variable}={value} says nothing: type {self.variable}=run {self.meaning}, or leave it out"
            )
        return [self.option or f"--{self.variable}"]


class Command(NamedTuple):
    """A command, its target of `make`, and its line in both helps."""

    name: str  # as typed after `python -m autograder`: "check", "leaderboard submit"
    module: str  # of autograder.commands; "" is autograder/cli.py
    summary: str
    usage: str = ""  # goes on with the summary where variables can be typed, in the help of `make`
    extra: str = ""  # of pyproject.toml; "" is the learner's set
    target: str = ""  # of `make`; "" for a command that has none
    argument: str = ""  # the variable that becomes the command's argument
    options: tuple[str, ...] = ()  # seed= becomes --seed
    switches: tuple[Switch, ...] = ()
    always: tuple[str, ...] = ()  # what the target adds to the command
    then: str = ""  # another command that the target runs after it, with the same variables and without args=

    @property
    def variables(self) -> list[str]:
        """The variables that the target accepts, sorted."""
        switches = (switch.variable for switch in self.switches)
        return sorted(filter(None, ("args", self.argument, *self.options, *switches)))

    def calls(self, values: dict[str, str], rest: list[str]) -> list[list[str]]:
        """What the target runs: for each command its words. rest: the words of args=. Raises ValueError."""
        words = [values[self.argument]] if values.get(self.argument) else []
        for switch in self.switches:
            words += switch.words(values.get(switch.variable) or OFF[0])
        for option in self.options:
            words += [f"--{option}", values[option]] if values.get(option) else []
        calls = [[*self.name.split(), *self.always, *words, *rest]]
        return calls + ([[*self.then.split(), *words]] if self.then else [])


def command(name: str, module: str, summary: str, usage: str = "", **fields: object) -> Command:
    """A row whose target is called as the command is."""
    return Command(name, module, summary, usage, **{"target": name, **fields})
