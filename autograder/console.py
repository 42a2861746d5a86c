"""Print lines and report errors in the same way in every command."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import signal
import sys
import textwrap
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

import typer

from autograder.errors import Failure, Misuse

PLAIN_WIDTH = 79
PLAIN = "AUTOGRADER_PLAIN"  # an environment variable, so that the programs that a command starts know it too
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def use_plain_output() -> None:
    """From now on: no line longer than 79 characters, no colour, ASCII only, nothing that moves or is erased."""
    os.environ.update({PLAIN: "1", "NO_COLOR": "1", "TERM": "dumb"})


def is_plain() -> bool:
    """Whether the output is for a screen reader or a simple terminal: --plain, or the environment variable."""
    return bool(os.environ.get(PLAIN))


def is_animated(stream: TextIO) -> bool:
    """Whether a line on this stream may be written over, as a progress bar is."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not is_plain()


def print_lines(lines: Iterable[str]) -> None:
    """Print lines on any console. Characters outside its encoding become escapes, and long lines are wrapped."""
    sys.stdout.reconfigure(errors="backslashreplace")
    for line in lines:
        typer.echo(fitted(line, sys.stdout))


def fitted(line: str, stream: TextIO) -> str:
    """The line, wrapped if it is too long for the terminal."""
    width = shutil.get_terminal_size().columns - 1 if stream.isatty() else None
    if is_plain():
        width = min(width or PLAIN_WIDTH, PLAIN_WIDTH)
    # typer writes UTF-8 to a stream whose encoding is ASCII.
    if is_plain() or (stream.encoding or "").lower() in ("ascii", "us-ascii", "ansi_x3.4-1968", "646"):
        line = line.encode("ascii", "backslashreplace").decode("ascii")
    return line if width is None or len(line) <= width else hanging(line, width)


def hanging(line: str, width: int) -> str:
    """Wrap a long line at spaces. Further lines are indented to the text after the label."""
    label = re.match(r" *(?:\| *|[A-Z][a-z ]+: +)?", line)[0]
    indent = " " * len(label) if len(label) < width // 2 else ""
    return textwrap.fill(line, width, subsequent_indent=indent, break_on_hyphens=False)


def failure(sentence: str) -> typer.Exit:
    """Print a failure and what to do on standard error. Return the exception to raise: exit status 1."""
    return _exit(sentence, 1)


def misuse(sentence: str) -> typer.Exit:
    """Print a usage error and what to do on standard error. Return the exception to raise: exit status 2."""
    return _exit(sentence, 2)


def _exit(sentence: str, status: int) -> typer.Exit:
    typer.echo("\n".join(fitted(line, sys.stderr) for line in sentence.split("\n")), err=True)
    return typer.Exit(status)


@contextlib.contextmanager
def reports_errors(disk: str = "", stopped: str = "") -> Iterator[None]:
    """Print an expected error as a sentence and exit with its status. Use it as a decorator or in a `with` statement.

    disk: the message for a file that can't be read or written, with {error} in it. stopped: the message after Ctrl-C.
    """
    try:
        yield
    except (ValueError, Misuse) as error:
        raise misuse(str(error)) from error
    except Failure as error:
        raise failure(str(error)) from error
    except BrokenPipeError:
        raise  # as in `make progress | head`: typer ends the command silently
    except OSError as error:
        path = error.filename if isinstance(error.filename, str | os.PathLike) else None  # not an open file's number
        default = f"{path or 'A file'} can't be read or written ({error.strerror})."
        if path and isinstance(error, IsADirectoryError):
            default = f"{path} is a folder, but must be a file. Move the folder to another place."
        elif path and isinstance(error, FileExistsError | NotADirectoryError) and (wrong := _file_in_the_way(path)):
            default = f"{wrong} is a file, but must be a folder. Move the file to another place."
        if not disk and error.errno in DISK_FULL:
            default += " Free some disk space, then run the same command again."
        raise failure(disk.format(error=error) if disk else default) from error
    except KeyboardInterrupt:
        if not stopped:
            raise
        typer.echo(f"\n{stopped}", err=True)
        raise typer.Exit(130) from None  # what shells report for a program that Ctrl-C ended
    except Exception as error:
        if type(error).__module__ != "sqlalchemy.exc":  # importing it would slow down commands that don't use it
            raise
        raise failure(
            f"Can't use the gradebook ({getattr(error, 'orig', error)}): is another program using it?"
        ) from error


def _file_in_the_way(path: str | os.PathLike) -> Path | None:
    """The file at a place where the path needs a folder; None if there is none."""
    return next((each for each in (Path(path), *Path(path).parents) if each.is_file()), None)


@contextlib.contextmanager
def ctrl_c_always_stops() -> Iterator[None]:
    """Stop also for a Ctrl-C that arrives during a finalizer. Python can't raise an exception there: it prints a
    traceback and goes on, so the user would have to press again.
    """

    def report(unraisable: sys.UnraisableHookArgs) -> None:
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            before(unraisable)
        elif hasattr(signal, "pthread_kill"):  # a signal also ends a wait of the main thread
            again(signal.pthread_kill, threading.main_thread().ident, signal.SIGINT)
        else:
            again(signal.raise_signal, signal.SIGINT)

    def again(send: Callable, *arguments: int) -> None:
        timer = threading.Timer(0.01, send, arguments)  # after the finalizer
        timer.daemon = True
        timer.start()

    before, sys.unraisablehook = sys.unraisablehook, report
    try:
        yield
    finally:
        sys.unraisablehook = before
