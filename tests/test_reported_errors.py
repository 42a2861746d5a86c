"""An error that a command expects is a sentence with an exit status; any other is a bug and keeps its traceback."""

import errno

import pytest
import typer

from autograder.console import reports_errors
from autograder.errors import Failure, Misuse
from autograder.sandbox import SandboxUnavailable
from autograder.stubs import StubError

FULL = OSError(errno.ENOSPC, "No space left on device", "a.csv")
DENIED = PermissionError(errno.EACCES, "Permission denied", "a.csv")


def raised(error: BaseException, **sentences: str) -> int:
    """The exit status of a command that raises this error."""

    @reports_errors(**sentences)
    def command() -> None:
        raise error

    with pytest.raises(typer.Exit) as ended:
        command()
    return ended.value.exit_code


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (ValueError("No such part."), 2, "No such part."),
        (Misuse("No such part."), 2, "No such part."),
        (SandboxUnavailable("No sandbox holds."), 2, "No sandbox holds."),
        (Failure("It failed."), 1, "It failed."),
        (StubError("It failed."), 1, "It failed."),
        (DENIED, 1, "a.csv can't be read or written (Permission denied)."),
        (FULL, 1, "a.csv can't be read or written (No space left on device). Free some disk space"),
    ],
)
def test_an_expected_error_is_a_sentence_and_a_status(capsys, error, status, sentence):
    assert raised(error) == status
    assert capsys.readouterr().err.startswith(sentence)


def test_a_command_can_say_what_a_full_disk_or_an_interruption_means(capsys):
    assert raised(FULL, disk="The page can't be written ({error}).") == 1
    assert raised(KeyboardInterrupt(), stopped="Stopped. Nothing is lost.") == 130
    said = capsys.readouterr().err
    assert "The page can't be written ([Errno 28]" in said and "\nStopped. Nothing is lost.\n" in said


@pytest.mark.parametrize("error", [TypeError("a bug"), KeyError("a bug"), BrokenPipeError(), KeyboardInterrupt()])
def test_any_other_error_is_left_alone(error):
    @reports_errors()
    def command() -> None:
        raise error

    with pytest.raises(type(error)):
        command()


def test_a_decorated_command_keeps_its_signature_for_the_command_line():
    @reports_errors()
    def command(part: int, seed: int = 3) -> None:
        """Check."""

    group = typer.Typer()
    group.command()(command)
    called = typer.main.get_command(group)
    assert [parameter.name for parameter in called.params][:2] == ["part", "seed"] and called.help == "Check."
