"""How much a text has in common with solutions/: runs of tokens that no stub and no probe holds."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from generator.wrong_code import runs

from autograder.course import SOLUTIONS, parts
from autograder.grading.part_probes import Probes
from autograder.stubs import BEGIN, END, fresh_stubs

TOKEN = re.compile(r"""f?"[^"\n]*"|f?'[^'\n]*'|\d+(?:\.\d+)?(?:e-?\d+)?|\w+|\*\*|//|[-+*/<>=!]=|[^\w\s]""")
LONGEST = 60  # tokens in a row; more are not counted


def tokens(text: str) -> list[str]:
    """The tokens of code or prose."""
    return TOKEN.findall(text)


def solutions() -> Iterator[str]:
    """The code between the marks, without comments."""
    for each in parts():
        inside, lines = False, []
        for line in (SOLUTIONS / each.file_name).read_text(encoding="utf-8").splitlines():
            if BEGIN.match(line) or END.match(line):
                inside = BEGIN.match(line) is not None
            elif inside:
                lines.append(re.sub(r"\s+#.*", "", line))
        yield "\n".join(lines)


@functools.cache
def secret_runs(length: int) -> frozenset[tuple[str, ...]]:
    """The runs of this many tokens that only solutions/ holds."""
    given = [*fresh_stubs().values(), *(Probes(each).source for each in parts())]
    secret = set().union(*(runs(tokens(code), length) for code in solutions()))
    return frozenset(secret.difference(*(runs(tokens(code), length) for code in given)))


def shared_runs(text: str, length: int) -> set[tuple[str, ...]]:
    """The runs of this many tokens that a text shares with solutions/."""
    return runs(tokens(text), length) & secret_runs(length)


def longest_shared_run(text: str) -> tuple[str, ...]:
    """The longest run that a text shares with solutions/; () if it shares no token."""
    found: tuple[str, ...] = ()
    of_text = tokens(text)
    for length in range(1, LONGEST + 1):
        shared = runs(of_text, length) & secret_runs(length)
        if not shared and length > 4:  # short runs may all be given, and longer ones not
            break
        found = min(shared, default=found)
    return found
