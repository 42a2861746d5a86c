"""How much a text has in common with solutions/: runs of tokens that no stub and no probe holds."""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Iterator, Mapping

from generator.wrong_code import runs

from autograder.bundle.zip_audit import replacements
from autograder.course import SOLUTIONS, parts, parts_and_labs
from autograder.grading.part_probes import Probes
from autograder.notebooks.release_audit import normalised, strings_in
from autograder.stubs import fresh_stubs, lines_inside

TOKEN = re.compile(r"""f?"[^"\n]*"|f?'[^'\n]*'|\d+(?:\.\d+)?(?:e-?\d+)?|\w+|\*\*|//|[-+*/<>=!]=|[^\w\s]""")
LONGEST = 60  # tokens in a row; more are not counted
# How many tokens in a row a file that learners get may share with solutions/.
MOST = 9
# Code that anybody writes who uses the finished functions, or any list of lines. It may occur, although it is longer.
EVERYDAY = (
    "tokens = trained.tokenizer.encode(name)",
    "sequence_loss(tokens, trained.state_dict, trained.config).data",
    "keys, values, trained.state_dict, trained.config).",
    "Trained(tokenizer, config, state_dict, losses)",
    "= [[[] for _ in range(config.n_layer)] for",
    "[doc for doc in docs if doc not in",
    "= [line.strip() for line in",
)
TEXTS = (".py", ".md", ".mdc", ".json", ".ipynb", ".toml", ".html", ".txt", ".js", "Makefile")


def tokens(text: str) -> list[str]:
    """The tokens of code or prose."""
    return TOKEN.findall(text)


def solutions() -> Iterator[str]:
    """The code between the marks, without comments."""
    for each in parts_and_labs():
        text = (SOLUTIONS / each.file_name).read_text(encoding="utf-8")
        yield "\n".join(re.sub(r"\s+#.*", "", line) for _, line in lines_inside(text))


@functools.cache
def secret_runs(length: int) -> frozenset[tuple[str, ...]]:
    """The runs of this many tokens that only solutions/ holds."""
    given = [*fresh_stubs().values(), *(Probes(each).source for each in parts_and_labs())]
    secret = set().union(*(runs(tokens(code), length) for code in solutions()))
    return frozenset(secret.difference(*(runs(tokens(code), length) for code in given)))


def shared_runs(text: str, length: int) -> set[tuple[str, ...]]:
    """The runs of this many tokens that a text shares with solutions/."""
    return runs(tokens(text), length) & secret_runs(length)


def leaks(files: Mapping[str, bytes]) -> dict[str, set]:
    """What files that learners get share with solutions/, beyond MOST tokens in a row, and the lines of known mistakes
    that they hold, by path. Data sets are left out.
    """
    everyday = set().union(*(runs(tokens(code), MOST + 1) for code in EVERYDAY))
    mistakes = set().union(*map(replacements, parts()))
    found, seen = {}, set()
    for path, content in files.items():
        if not path.endswith(TEXTS) or "datasets/" in path or path.endswith("names.txt") or content in seen:
            continue
        seen.add(content)
        text = content.decode("utf-8")
        if path.endswith((".json", ".ipynb")):
            text = "\n".join(strings_in(json.loads(text)))
        condensed = normalised(text)
        shared = shared_runs(html.unescape(text), MOST + 1) - everyday | {
            line for line in mistakes if line in condensed
        }
        if shared or path.endswith("misconceptions.toml"):
            found[path] = shared
    return found


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
