"""What the learner's commands share in a terminal: a question, a failure of the disk as a sentence."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

import typer

from autograder.wording import CALLED_AS


def agreed(question: str, yes: bool) -> bool:
    """Ask, unless the answer was given with the command. Raises typer.Exit where nobody can be asked."""
    if yes:
        return True
    if not sys.stdin.isatty():
        from autograder.console import misuse

        added = "args=--yes" if os.environ.get(CALLED_AS) == "make" else "--yes"
        raise misuse(
            f"Nobody is at the keyboard to be asked, so nothing was changed. Add {added} to go on without being asked."
        )
    return typer.prompt(f"{question} [y/N]", default="n", show_default=False, prompt_suffix=" ").strip().lower() in (
        "y",
        "yes",
    )


@contextlib.contextmanager
def sentences() -> Iterator[None]:
    """What can't be done is one sentence: exit status 2 for misuse, 1 for what the machine refuses."""
    from autograder.console import failure, misuse
    from autograder.datasets import DatasetError
    from autograder.stubs import StubError

    try:
        yield
    except ValueError as error:
        raise misuse(str(error)) from error
    except (DatasetError, StubError) as error:
        raise failure(str(error)) from error
    except BrokenPipeError:
        raise  # `make progress | head` has read enough: typer ends the command without a word
    except OSError as error:
        raise failure(f"{error.filename or 'A file'} can't be read or written ({error.strerror}).") from error
