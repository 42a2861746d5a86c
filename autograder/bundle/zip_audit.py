"""The audit of the students' zip: nothing in it may tell more than a student is meant to get."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.course import ROOT, Part, parts
from autograder.grading.misconceptions import misconceptions
from autograder.grading.part_probes import Probes
from autograder.notebooks.lesson_notebooks import notebook_path, read_notebook
from autograder.notebooks.release_audit import (
    MARKS,
    hidden_lines,
    normalised,
    sample_answers,
    solution_lines,
    strings_in,
)
from autograder.stubs import fresh_stubs

# Characters without spaces. The zip holds the grader, whose own code says shorter lines as well: `optimizer.step(lr)`.
MIN_ZIP_LEAK_CHARACTERS = 24
FORBIDDEN_FOLDERS = ("solutions/", "source/", "tests/", "benchmarks/", "release/")
FORBIDDEN_NAMES = re.compile(
    r"(^|/)(misconceptions\.toml|test_(public|hidden)\.py|oracle\.py|expected\.py|parts/part\d\d/files\.py|hints\.md|"
    r"model\.py|leaderboard_recipe\.py|telling_seeds\.json)$"
)


def audit(files: Mapping[str, bytes], wanted: Sequence[Part]) -> list[str]:
    """What the files give away, a sentence each that begins with the path; nothing if all is well."""
    leaks = [f"{path}: it does not belong to the zip." for path in files if _forbidden(path)]
    secrets = {line: "a line of solutions/" for line in solution_lines()}
    for part in wanted:
        secrets |= {line: f"a line of a hidden check of part {part.number}" for line in hidden_lines(part)}
        secrets |= {line: f"a sample answer of part {part.number}" for line in sample_answers(part)}
    for part in parts():
        secrets |= {line: f"a known mistake of part {part.number}" for line in replacements(part)}
    secrets = {line: origin for line, origin in secrets.items() if len(line) >= MIN_ZIP_LEAK_CHARACTERS}
    names = {probe: part for part in wanted for probe in hidden_probes(part)}
    for path, content in files.items():
        if not path.endswith((".py", ".md", ".json", ".ipynb", ".toml", "Makefile")) or path.startswith("datasets/"):
            continue
        text = content.decode("utf-8")
        if MARKS.search(text) and path != "autograder/stubs.py":
            leaks.append(f"{path}: a mark of solutions or hidden tests is left in it.")
        leaks += [f"{path}: it names this machine's folder {folder}." for folder in _here() if folder in text]
        condensed = normalised("\n".join(strings_in(json.loads(text))) if path.endswith((".json", ".ipynb")) else text)
        leaks += [f"{path}: it holds {origin}: {line[:80]}" for line, origin in secrets.items() if line in condensed]
        leaks += [
            f"{path}: it holds {probe}, a probe of hidden checks of part {of.number}."
            for probe, of in names.items()
            if path.startswith(f"autograder/parts/{of.name}/") and re.search(rf'def {probe}\(|\\?"{probe}\\?",', text)
        ]
    return leaks


@functools.cache
def replacements(part: Part) -> set[str]:
    """The lines of the part's known mistakes, spaces taken out, without what is published anyhow: the stubs, how
    probes call a learner's functions, how notebooks use them.
    """
    published = [*fresh_stubs().values(), *(Probes(each).source for each in parts())]
    published += ["\n".join(strings_in(read_notebook(notebook_path(each)))) for each in parts()]
    given = normalised("\n".join(published))
    lines = {normalised(line) for mistake in misconceptions(part) for line in mistake.replace.splitlines()}
    return {line for line in lines if len(line) >= MIN_ZIP_LEAK_CHARACTERS and line not in given}


def hidden_probes(part: Part) -> set[str]:
    """The probes that hidden checks call and public ones do not."""
    called = {}
    for kind in ("public", "hidden"):
        text = (part.suite / f"test_{kind}.py").read_text(encoding="utf-8")
        called[kind] = set(re.findall(r"student\.(\w+)\(", text))
    return (called["hidden"] - called["public"]) & set(Probes(part).names)


def _forbidden(path: str) -> bool:
    return path.startswith(FORBIDDEN_FOLDERS) or bool(FORBIDDEN_NAMES.search(path))


def _here() -> list[str]:
    """Folders of this machine that no student need know of."""
    return [str(ROOT), str(Path.home()) + "/"]
