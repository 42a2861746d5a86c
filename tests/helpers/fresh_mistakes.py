"""Mistakes of people who knew the stubs only: read, put into the reference, and graded.

tests/fresh_mistakes/partNN.toml has a table for each:

- id, task, function: the def that holds the mistake; truth: what a teacher would say
- code: the definitions that replace those of the reference; a class holds only the methods that are replaced.
  replaces: the def that goes where the code has another name for it
- visible: false where the answers are right all the same, so that no point may be lost
- named: the ids of the known mistakes of which one must be named; says: what the report must say where none is
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.course import SOLUTIONS, Part, part, read_toml

FOLDER = Path(__file__).resolve().parent.parent / "fresh_mistakes"
DEFINITION = re.compile(r"( *)(?:def|class)\s+(\w+)")


@dataclass(frozen=True)
class FreshMistake:
    """One entry of the files. Its text may be no Python at all."""

    part: int
    id: str
    task: str
    function: str
    truth: str
    code: str
    visible: bool = True
    replaces: str = ""
    named: tuple[str, ...] = ()
    says: str = ""

    @property
    def source(self) -> str:
        """The reference of the part with this mistake in it."""
        reference = (SOLUTIONS / part(self.part).file_name).read_text(encoding="utf-8")
        lines, places = reference.splitlines(), spans(reference)
        changes: list[tuple[int, int, list[str]]] = []  # lines first to last (from 1) become these
        at_top: list[str] = []
        for name, text in pieces(self.code.strip("\n").splitlines(), 0):
            methods = pieces(text[1:], 4) if name and text[0].startswith("class ") else []
            if name in places and methods:
                for method, body in methods:
                    first, last = self._place(f"{name}.{method}", places) or (places[name][1] + 1, places[name][1])
                    changes.append((first, last, body))
            elif span := self._place(name, places):
                changes.append((*span, text))
            else:
                at_top += text
        for first, last, text in sorted(changes, key=lambda change: change[0], reverse=True):
            lines[first - 1 : last] = "\n".join(text).rstrip().splitlines()
        imports = [i for i, line in enumerate(lines) if re.match(r"(import|from) ", line)]
        lines[max(imports) + 1 : max(imports) + 1] = at_top
        return "\n".join(lines) + "\n"

    def _place(self, name: str, places: dict[str, tuple[int, int]]) -> tuple[int, int] | None:
        """The lines of the reference that a definition replaces; None for one that is added."""
        misspelt = name.rpartition(".")[2] not in self.replaces.split(".") and name not in places
        return places.get(self.replaces if misspelt and self.replaces else name)


def fresh_mistakes(its_part: Part) -> list[FreshMistake]:
    """All of a part."""
    tables = read_toml(FOLDER / f"{its_part.name}.toml")["mistakes"]
    return [FreshMistake(its_part.number, **{**table, "named": tuple(table.get("named", ()))}) for table in tables]


def spans(source: str) -> dict[str, tuple[int, int]]:
    """The first and last line of each function, class and method, by its dotted name."""
    found = {}
    for node in ast.parse(source).body:
        for sub in [node, *(node.body if isinstance(node, ast.ClassDef) else [])]:
            if isinstance(sub, (ast.FunctionDef, ast.ClassDef)):
                first = min([sub.lineno, *(decorator.lineno for decorator in sub.decorator_list)])
                found[sub.name if sub is node else f"{node.name}.{sub.name}"] = (first, sub.end_lineno)
    return found


def pieces(lines: list[str], indent: int) -> list[tuple[str, list[str]]]:
    """The text cut at each def or class of this indentation, by name; "" for what comes before the first."""
    cut: list[tuple[str, list[str]]] = [("", [])]
    for line in lines:
        found = DEFINITION.match(line)
        if found and len(found[1]) == indent:
            cut.append((found[2], []))
        cut[-1][1].append(line)
    return [(name, text) for name, text in cut if any(line.strip() for line in text)]
