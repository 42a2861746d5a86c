"""Compute the smallest input that shows each known mistake: python tests/gates/mistake_examples.py [PART ...]

Each mistake is graded like a learner's file, with fixed seeds. Of the public checks of its task that fail, the first
one with a short call becomes the example: what was called, returned and expected, in the words of the check. For a
mistake that only hidden checks notice, only the name of the check is stored. The site's catalogue of mistakes shows the
examples (docs/generator/catalogue.py). While the code and the checks stay the same, only new edits are graded.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from follow_through_table import _shape

from autograder.course import SOLUTIONS, Part, part, parts
from autograder.grading.grade import grade
from autograder.grading.misconceptions import Misconception, misconceptions, variants
from autograder.grading.report import FAILED, Check
from autograder.sandbox import Tier

SEEDS = (1, 2, 3, 4, 5)  # the later ones are for a mistake that the first one does not show
KEPT = ("Called:", "Returned:", "Expected:", "Difference:", "Result:")  # no lines of code, and no guess of the check
NEARLY_AS_SHORT = 1.5  # a call this many times as long as the shortest one is preferred if its check comes first


def called(check: Check) -> str:
    """The line of a check's message that says what was called."""
    return next((line for line in check.message.splitlines() if line.startswith("Called:")), check.message)


def example(of: Part, mistake: Misconception) -> dict:
    """The check that shows a mistake, and its message."""
    hidden = None
    for seed in SEEDS:
        files = {of.file_name: variants(of)[mistake.id]}
        report = grade(files, of, seed=seed, tier=Tier.LOCAL, task=mistake.task, explain=False)
        failed = [check for check in report.checks if check.status in FAILED]
        public = [check for check in failed if not check.hidden]
        if public:
            most = NEARLY_AS_SHORT * min(len(called(check)) for check in public)
            shown = next(check for check in public if len(called(check)) <= most)
            lines = [line.rstrip() for line in shown.message.splitlines() if line.startswith(KEPT)]
            return {"check": shown.name, "seen": lines, "fail": len(failed)}
        hidden = hidden or next(iter(failed), None)
    if hidden is None:
        raise ValueError(f"{mistake.id}: no check of {mistake.task} fails.")
    return {"check": hidden.name}


# ---- the stored file, and what it was computed from


def digest(of: Part) -> str:
    """A digest of everything that the examples depend on: the code, the checks and how a call is written."""
    sources = [SOLUTIONS / f"{module}.py" for module in (of.module, *of.needs)]
    sources += sorted(path for path in of.suite.glob("*.py") if path.name != "viva.py")
    trees = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in sources}
    functions = [node for node in trees["probes.py"].body if isinstance(node, ast.FunctionDef)]
    calls = [ast.get_docstring(node) for node in functions]
    facts = [[name, _shape(tree)] for name, tree in trees.items()]
    return hashlib.sha256(json.dumps([facts, calls]).encode("utf-8")).hexdigest()


def edit(mistake: Misconception) -> str:
    """A short digest of what a mistake changes."""
    return hashlib.sha256(json.dumps([mistake.task, mistake.find, mistake.replace]).encode("utf-8")).hexdigest()[:12]


def path_of(of: Part) -> Path:
    return of.suite / "mistake_examples.json"


def stored(of: Part) -> dict:
    path = path_of(of)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"computed_from": "", "examples": {}}


def write(number: int) -> str:
    """Compute and store the examples of a part. Return a line that says how many are new."""
    of, new = part(number), 0
    before, now = stored(of), digest(of)
    known = before["examples"] if before["computed_from"] == now else {}
    examples = {}
    for mistake in misconceptions(of):
        if known.get(mistake.id, {}).get("edit") == edit(mistake):
            examples[mistake.id] = known[mistake.id]
        else:
            examples[mistake.id] = {"edit": edit(mistake), **example(of, mistake)}
            new += 1
    text = json.dumps({"computed_from": now, "examples": examples}, indent=1, ensure_ascii=False)
    path_of(of).write_text(text + "\n", encoding="utf-8", newline="\n")
    return f"{path_of(of)}: {len(examples)} examples, {new} of them new"


if __name__ == "__main__":
    numbers = [int(number) for number in sys.argv[1:]] or [of.number for of in parts()]
    with ProcessPoolExecutor(2) as pool:
        for words in pool.map(write, numbers):
            print(words, flush=True)
