"""--plain: the same words within 79 columns, in ASCII, without colour, and nothing that moves or is erased."""

import os
import sys

import pytest
from helpers.learner import solution
from typer.testing import CliRunner

from autograder import console
from autograder.cli import app

ESCAPE = "\x1b"


@pytest.fixture(autouse=True)
def restored(monkeypatch):
    for name in (console.PLAIN, "NO_COLOR", "TERM"):
        monkeypatch.setenv(name, os.environ.get(name, ""))


def words(text):
    return "".join(text.split())


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_check_has_the_same_words_in_short_lines(course, place):
    course.write(1, solution(1).replace("for value in reversed(order)", "for value in order"))
    given = ["check", "1", "--seed", "1"]
    long = course.run(*given)
    short = course.run("--plain", *given) if place == "before" else course.run(*given, "--plain")
    assert short.returncode == long.returncode == 1
    assert max(map(len, long.stdout.splitlines())) > 79 >= max(map(len, short.stdout.splitlines()))
    assert words(short.stdout) == words(long.stdout) and short.stdout.isascii()


@pytest.mark.skipif(sys.platform == "win32", reason="There are no pseudo-terminals on Windows.")
def test_watch_erases_nothing_and_says_all_in_the_order_of_time(course):
    from helpers.terminal import Terminal

    course.write(3, solution(3))
    environment = course.environment(TERM="xterm-256color")
    with Terminal([sys.executable, "-m", "autograder", "watch", "3", "--plain"], course.root, environment) as terminal:
        place = terminal.wait_for("Keys: ")
        terminal.send("h")
        terminal.wait_for("Keys: ", place)
        terminal.send("q")
        terminal.exit_status(30)
        assert ESCAPE not in terminal.text and "10 of 10 points." in terminal.text and terminal.text.isascii()
        assert max(map(len, terminal.text.splitlines())) <= 79


def test_what_is_not_ascii_is_written_as_an_escape():
    console.use_plain_output()
    assert console.fitted("caf\u00e9 \u2264", sys.stdout) == "caf\\xe9 \\u2264"
    assert max(map(len, console.fitted("word " * 40, sys.stdout).split("\n"))) <= 79


def test_a_terminal_with_plain_output_shows_no_bar():
    class ATerminal:
        def isatty(self):
            return True

    os.environ.update({"TERM": "xterm", console.PLAIN: ""})
    assert console.is_animated(ATerminal())
    console.use_plain_output()
    assert not console.is_animated(ATerminal())


def test_what_another_program_is_given_is_left_to_it(monkeypatch):
    given = []
    monkeypatch.setattr("autograder.commands.development._run", lambda arguments: given.extend(arguments) or 0)
    CliRunner().invoke(app, ["test", "--plain"])
    assert given[-1] == "--plain" and not console.is_plain()


def test_the_environment_variable_is_enough(monkeypatch):
    monkeypatch.setenv(console.PLAIN, "1")
    CliRunner().invoke(app, ["--version"])
    assert os.environ["NO_COLOR"] == "1" and os.environ["TERM"] == "dumb"
