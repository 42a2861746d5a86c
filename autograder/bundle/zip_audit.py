"""The audit of the students' zip: it must not contain answers or anything else that students should not see."""

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

# Characters without spaces. The grader's own code in the zip contains shorter lines such as `optimizer.step(lr)`.
MIN_ZIP_LEAK_CHARACTERS = 24
FORBIDDEN_FOLDERS = ("solutions/", "source/", "tests/", "benchmarks/", "release/")
FORBIDDEN_NAMES = re.compile(
    r"(^|/)(misconceptions\.toml|test_(public|hidden)\.py|oracle\.py|expected\.py|parts/part\d\d/files\.py|hints\.md|"
    r"forms/part\d\d\.toml|"
    r"model\.py|leaderboard_recipe\.py|telling_seeds\.json|hidden_conditions\.py)$"
)


def audit(files: Mapping[str, bytes], wanted: Sequence[Part]) -> list[str]:
    """What the files give away, as sentences that begin with the path; empty if nothing."""
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
            leaks.append(f"{path}: it still contains a mark of solutions or hidden tests.")
        leaks += [f"{path}: it contains this machine's folder {folder}." for folder in _here() if folder in text]
        condensed = normalised("\n".join(strings_in(json.loads(text))) if path.endswith((".json", ".ipynb")) else text)
        leaks += [f"{path}: it holds {origin}: {line[:80]}" for line, origin in secrets.items() if line in condensed]
        leaks += [
            f"{path}: it contains {probe}, a probe of hidden checks of part {of.number}."
            for probe, of in names.items()
            if path.startswith(f"autograder/parts/{of.name}/") and re.search(rf'def {probe}\(|\\?"{probe}\\?",', text)
        ]
    return leaks


@functools.cache
def replacements(part: Part) -> set[str]:
    """The lines of the part's known mistakes, without spaces, except lines that are public anyway: in stubs, in probes'
    calls of a learner's functions, and in notebooks.
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
    """Folders of this machine that must not appear in the zip."""
    return [str(ROOT), str(Path.home()) + "/"]
