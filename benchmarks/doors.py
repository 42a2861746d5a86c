"""One verdict in every door: check the same files in each place where learners run the checks.

    python benchmarks/doors.py                    every known mistake of every part, and benchmarks/doors.md; an hour
    python benchmarks/doors.py --mistakes 2       the first two of each part
    python benchmarks/doors.py --part 3           this part's row only; nothing is written

Each door checks the reference, the stub and known mistakes. Its public checks must have the same points, sentences and
mistakes as `make check`. GitHub and the browser replay recorded calls, so their inputs are those of the seeds 1 to 3;
the other doors get seed 1.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from autograder.bundle import mistake_answers, page, recording
from autograder.bundle.gradescope_run import _message, results
from autograder.bundle.recordings import recorded
from autograder.course import ROOT, SOLUTIONS, Part, part, parts
from autograder.grading.grade import grade
from autograder.grading.misconceptions import misconceptions, variants
from autograder.sandbox import SandboxUnavailable, Tier, strict_tier
from autograder.stubs import fresh_stubs
from notebook_tools import checks as notebook_checks

HERE = Path(__file__).parent
IN_NODE = ROOT / "tests" / "page" / "check_in_node.mjs"
SEED = 1
SOLVED = {each.file_name: (SOLUTIONS / each.file_name).read_text(encoding="utf-8") for each in parts()}
Files = Mapping[str, str]
Verdict = dict[str, tuple]  # by the title of a public check: points, and the text that the learner reads
Door = Callable[[Part, Files], Verdict]
# Replays in a folder with the students' checks: jobs as lines of JSON, [part, files, whether strict].
REPLAY = """
import json, sys
sys.path[0] = sys.argv[1]
from autograder.bundle.replay import check_part
from autograder.course import part
from autograder.sandbox import Tier, strict_tier
for line in sys.stdin:
    number, files, strict = json.loads(line)
    files = {name: text.encode() for name, text in files.items()}
    tier = strict_tier() if strict else Tier.LOCAL
    print(json.dumps(check_part(files, part(number), None, None, tier).to_json()), flush=True)
"""


def verdict(checks: list[dict]) -> Verdict:
    """The public checks of a report, in the words of Gradescope."""
    public = [check for check in checks if not check["hidden"] and check["status"] != "manual"]
    return {check["title"]: (check["earned"], _message(SimpleNamespace(**check))) for check in public}


def file(of: Part, files: Files) -> Verdict:
    """`make check` on the learner's file."""
    report = grade({name: text.encode() for name, text in files.items()}, of, seed=SEED, tier=Tier.LOCAL)
    return verdict(report.to_json()["checks"])


def gradescope(of: Part, files: Files) -> Verdict:
    """What Gradescope shows, in the strict sandbox."""
    report = grade({name: text.encode() for name, text in files.items()}, of, seed=SEED, tier=strict_tier())
    tests = [test for test in results(report, 0)["tests"] if not test["name"].endswith(" (hidden)")]
    return {test["name"]: (test["score"], test["output"]) for test in tests}


def notebook(of: Part, files: Files) -> Verdict:
    """The points of each task's check in a lesson's notebook. Its lines show only the first failing check in full."""
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(notebook_checks, "_grader", _with_seed):
        for name, text in files.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        module = Path(folder, of.file_name)
        others = [Path(folder, f"{name}.py") for name in of.needs]
        return {task.id: (notebook_checks.run(task.id, module, others).earned,) for task in of.tasks if task.defines}


def _with_seed(module: Path) -> list[str]:
    return ["-c", f"import sys; sys.argv += ['--seed', '{SEED}']; from autograder.cli import app; app()"]


def by_task(of: Part, files: Files) -> Verdict:
    """What `notebook` is compared with: `make check`, task by task, hidden checks included."""
    report = grade({name: text.encode() for name, text in files.items()}, of, seed=SEED, tier=Tier.LOCAL)
    earned = dict.fromkeys((task.id for task in of.tasks if task.defines), 0.0)
    for check in report.checks:
        if check.task in earned:
            earned[check.task] += check.earned
    return {task: (points,) for task, points in earned.items()}


class Lines:
    """A program that answers each line of JSON with one."""

    def __init__(self, *command: object) -> None:
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def ask(self, *job: object) -> dict:
        """The answer. Raises OSError if the program has ended."""
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise OSError("A door's program has ended. Its messages are above.")
        return json.loads(line)

    def close(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()


@contextlib.contextmanager
def doors(of: Part, with_page: Path) -> Iterator[dict[str, tuple[Door, Door]]]:
    """By name, each door and what it is compared with. with_page: a built page with the part."""
    needed = {of.file_name, *(f"{name}.py" for name in of.needs)}
    with tempfile.TemporaryDirectory() as folder:
        checker = page._checker_files([of], lambda words: None)
        checker |= {f"autograder/parts/{of.name}/{name}": data for name, data in recorded(of).items()}
        for name, content in checker.items():
            Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, name).write_bytes(content)
        replay, node = Lines(sys.executable, "-c", REPLAY, folder), Lines("node", IN_NODE, with_page)

        def github(of: Part, files: Files) -> Verdict:
            return verdict(replay.ask(of.number, {name: files[name] for name in needed}, True)["checks"])

        def browser(of: Part, files: Files) -> Verdict:
            return verdict(node.ask(of.number, dict(files))["report"]["checks"])

        try:
            found = {"notebook": (notebook, by_task), "browser": (browser, file)}
            try:
                strict_tier()
                yield {**found, "Gradescope": (gradescope, file), "GitHub": (github, file)}
            except SandboxUnavailable:
                yield found
        finally:
            replay.close()
            node.close()


def submissions(of: Part, most: int | None = None) -> dict[str, Files]:
    """The files of a learner, by name: the reference, the stub, and known mistakes."""
    sources = {"reference": SOLVED[of.file_name], "stub": fresh_stubs()[of.file_name]}
    sources |= {name: source.decode("utf-8") for name, source in list(variants(of).items())[:most]}
    return {name: {**SOLVED, of.file_name: source} for name, source in sources.items()}


def differences(door: Door, other: Door, of: Part, given: Mapping[str, Files]) -> list[str]:
    """The differences of a door, as sentences."""
    found = []
    for name, files in given.items():
        here, there = door(of, files), other(of, files)
        for key in sorted(here.keys() | there.keys()):
            if here.get(key) != there.get(key):
                found.append(f"part {of.number}, {name}, {key}: {here.get(key)}, but elsewhere {there.get(key)}")
    return found


@contextlib.contextmanager
def first_mistakes(most: int | None) -> Iterator[None]:
    """Records only the first known mistakes of each part; all for None."""
    with contextlib.ExitStack() as stack:
        if most is not None:
            few = lambda of: misconceptions(of)[:most]  # noqa: E731
            stack.enter_context(mock.patch.object(recording, "misconceptions", few))
            stack.enter_context(mock.patch.object(mistake_answers, "misconceptions", few))
            some = lambda of: dict(list(variants(of).items())[:most])  # noqa: E731
            stack.enter_context(mock.patch.object(mistake_answers, "variants", some))
            stack.enter_context(
                mock.patch("autograder.bundle.recordings.RECORDINGS", ROOT / "runs" / f"recordings-{most}")
            )
        yield


def row(of: Part, with_page: Path, most: int | None) -> tuple[str, list[str]]:
    """A row of the table, and the differences."""
    given, found, cells = submissions(of, most), [], []
    with doors(of, with_page) as all_doors:
        for name in ("notebook", "browser", "Gradescope", "GitHub"):
            if name not in all_doors:
                cells.append("no strict sandbox")
                continue
            differing = differences(*all_doors[name], of, given)
            found += [f"{name}, {line}" for line in differing]
            cells.append(f"{len(differing)} differ" if differing else "same")
    return f"| {of.number} | {len(given)} | {' | '.join(cells)} |", found


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", type=int, help="this part only; nothing is written")
    parser.add_argument("--mistakes", type=int, help="known mistakes of each part (default: all)")
    options = parser.parse_args()
    wanted = parts() if options.part is None else (part(options.part),)
    lines, found = [], []
    with first_mistakes(options.mistakes), tempfile.TemporaryDirectory() as folder:
        for of in wanted:
            built = page.make_page(Path(folder) / of.name, [of])
            line, differing = row(of, built, options.mistakes)
            print(line, *differing, sep="\n", flush=True)
            lines.append(line)
            found += differing
    if options.part is None:
        (HERE / "doors.md").write_text(report(lines, found, options.mistakes), encoding="utf-8")


def report(lines: list[str], found: list[str], most: int | None) -> str:
    """The page. most: the number of known mistakes of each part, None for all."""
    count, option = ("all", "") if most is None else (f"the first {most}", f" --mistakes {most}")
    head = "| part | files | notebook | browser (Pyodide in node) | Gradescope | GitHub |\n|---|---|---|---|---|---|"
    listed = "\n".join(f"- {line!r}" for line in found) or "None."
    versions = f"Python {platform.python_version()}; the browser's is 3.14"
    return f"""# One verdict in every door

`python benchmarks/doors.py{option}`, {datetime.date.today()}, {versions}.
Each door checked the reference, the stub and {count} known mistakes of a part. *Same*: each public check has the same
points and sentences as in `make check`, recognised mistakes included. For a notebook, each task has the same points.

{head}
{chr(10).join(lines)}

## Differences

{listed}
"""


if __name__ == "__main__":
    main()
