"""One verdict in every door: check the same files in each place where learners run the checks.

    python benchmarks/doors.py                    every part, then benchmarks/doors.md; an hour of processor time
    python benchmarks/doors.py --part 3           this part again; the page keeps the rows of the others
    python benchmarks/doors.py --mistakes 2 --sample 2    two known mistakes of each part
    python benchmarks/doors.py --own-page dist/page-with-solutions    the page for yourself, with hidden checks

Each door checks the reference, the stub and known mistakes. Its public checks must have the same points, sentences and
mistakes as `make check`. GitHub and the browser replay recorded calls, so their inputs are those of the seeds 1 to 3
(in the browser's parts 7 and 8, of seed 1); the other doors get seed 1.

A busy machine changes nothing: time limits count processor time, in the browser's door as well. A file that gets
another verdict is checked again. If the two verdicts are equal then, the page lists the file separately.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import functools
import itertools
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from autograder.bundle import page
from autograder.bundle.gradescope_run import _message, results
from autograder.bundle.recordings import recorded
from autograder.course import ROOT, SOLUTIONS, Part, part, parts
from autograder.grading.checks import checks_of
from autograder.grading.grade import GradingContext, grade
from autograder.grading.misconceptions import Mistake, misconceptions, variants
from autograder.grading.report import Report
from autograder.sandbox import SandboxUnavailable, Tier, strict_tier
from autograder.stubs import fresh_stubs
from notebook_tools import checks as notebook_checks

HERE = Path(__file__).parent
DATA, PAGE = HERE / "doors.json", HERE / "doors.md"
IN_NODE = ROOT / "tests" / "page" / "check_in_node.mjs"
SEED = 1
DOORS = ("notebook", "browser", "Gradescope", "GitHub")
NAMING_SECONDS = 3600.0  # on the clock, for recognising mistakes; `make check` gives up after a few
REPLAYING = ("browser", "GitHub")  # the doors without hidden checks
LIKELY = "Likely:     "
LIMIT = re.compile(r"no answer after [\d.]+ seconds?(?: of processor time)?")
NUMBER = re.compile(r"(-?\d+\.\d+(?:e[-+]?\d+)?)")
KINDS = {  # of differences: the words in the table, and the heading of the list
    "real": ("differ", "Real differences"),
    "wording": ("worded differently", "Only Python's own wording of an exception differs"),
    "digits": (
        "other last digits",
        "Only the last digits of numbers differ: the browser's mathematical functions round differently",
    ),
    "limit": (
        "with another time limit",
        "Only the time limit differs: a browser can't measure processor time, so its limits are longer",
    ),
    "smaller": (
        "with a smaller input",
        "Only the input differs: it is smaller in a browser, where Python has less memory. The page mentions this",
    ),
    "unnamed": (
        "not named",
        "Only hidden checks tell two known mistakes apart. This door runs none, so it names neither",
    ),
    "named": (
        "named only here",
        "Only this door names the mistake. Its answers depend on earlier calls, which a recording repeats exactly",
    ),
    "order": (
        "with a set in another order",
        "A browser's Python has 32 bits and orders sets differently; a mistake that shows this order is not named",
    ),
    "once": ("the same when checked again", "The two doors agreed when the file was checked again"),
}
SAMPLE = 4  # known mistakes of a part in the slower doors: all but the browser
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
    return every_verdict([check for check in checks if not check["hidden"]])


def every_verdict(checks: list[dict]) -> Verdict:
    """All checks of a report, in the words of Gradescope."""
    run = [check for check in checks if check["status"] != "manual"]
    return {check["title"]: (check["earned"], _message(SimpleNamespace(**check))) for check in run}


@functools.lru_cache(maxsize=1)  # each door is compared with it, one file after another
def _checked(of: Part, source: str) -> Report:
    return grade({of.file_name: source.encode()}, of, seed=SEED, tier=Tier.LOCAL, context=_context(of))


@functools.lru_cache(maxsize=1)
def _context(of: Part) -> GradingContext:
    """The answers of known mistakes, which are asked once per part, however long that takes on a busy machine."""
    return GradingContext(seconds=NAMING_SECONDS)


def file(of: Part, files: Files) -> Verdict:
    """`make check` on the learner's file."""
    return verdict(_checked(of, files[of.file_name]).to_json()["checks"])


def file_with_hidden(of: Part, files: Files) -> Verdict:
    """`make check` on the learner's file, hidden checks included."""
    return every_verdict(_checked(of, files[of.file_name]).to_json()["checks"])


def gradescope(of: Part, files: Files) -> Verdict:
    """What Gradescope shows, in the strict sandbox."""
    report = grade(
        {name: text.encode() for name, text in files.items()}, of, seed=SEED, tier=strict_tier(), context=_context(of)
    )
    tests = [test for test in results(report, 0)["tests"] if not test["name"].endswith(" (hidden)")]
    return {test["name"]: (test["score"], test["output"]) for test in tests}


def notebook(of: Part, files: Files) -> Verdict:
    """The points of each task's check in a lesson's notebook, which shows only the first failing check in full."""
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
    report = _checked(of, files[of.file_name])
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
def doors(
    wanted: Sequence[Part], with_page: Path, left_out: Sequence[str] = ()
) -> Iterator[dict[str, tuple[Door, Door]]]:
    """By name, each door and what it is compared with. with_page: a built page with these parts."""
    with tempfile.TemporaryDirectory() as folder:
        checker = page._checker_files(wanted, lambda words: None)
        for of in () if "GitHub" in left_out else wanted:  # with calls as large as everywhere but in a browser
            checker |= {f"autograder/parts/{of.name}/{name}": data for name, data in recorded(of).items()}
        for name, content in checker.items():
            Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, name).write_bytes(content)
        replay, node = (
            Lines(sys.executable, "-c", REPLAY, folder),
            Lines("node", IN_NODE, with_page, "--processor-time"),
        )

        def github(of: Part, files: Files) -> Verdict:
            needed = {of.file_name, *(f"{name}.py" for name in of.needs)}
            return verdict(replay.ask(of.number, {name: files[name] for name in needed}, True)["checks"])

        def browser(of: Part, files: Files) -> Verdict:
            return verdict(node.ask(of.number, dict(files))["report"]["checks"])

        browser.version = node.ask()["version"]
        try:
            found = {"notebook": (notebook, by_task), "browser": (browser, file)}
            with contextlib.suppress(SandboxUnavailable):
                strict_tier()
                found |= {"Gradescope": (gradescope, file), "GitHub": (github, file)}
            yield {name: both for name, both in found.items() if name not in left_out}
        finally:
            replay.close()
            node.close()


def some(mistakes: Sequence[Mistake], most: int | None) -> Sequence[Mistake]:
    """At most so many of a part's known mistakes, from all of its tasks."""
    if most is None or most >= len(mistakes):
        return mistakes
    return [mistakes[place * len(mistakes) // most] for place in range(most)]


def submissions(of: Part, most: int | None = None) -> dict[str, Files]:
    """The files of a learner, by name: the reference, the stub, and known mistakes."""
    sources = {"reference": SOLVED[of.file_name], "stub": fresh_stubs()[of.file_name]}
    sources |= {m.id: variants(of)[m.id].decode("utf-8") for m in some(misconceptions(of), most)}
    return {name: {**SOLVED, of.file_name: source} for name, source in sources.items()}


@dataclass(frozen=True)
class Difference:
    """A check with another verdict in a door than in `make check`. here, there: points and text, or None if there is no
    such check. once: both were equal when the file was checked again.
    """

    door: str
    part: int
    submission: str
    check: str
    here: Sequence | None
    there: Sequence | None
    once: bool = False

    def __str__(self) -> str:
        here, there = self.here, self.there
        if here and there and len(here) == 2 and here[0] == there[0]:  # the lines that differ are enough
            here, there = ("; ".join(each) for each in zip(*self._lines()))
        return f"{self.door}, part {self.part}, {self.submission}, *{self.check}*: {here!r}, but elsewhere {there!r}"

    def _lines(self) -> list[tuple[str, str]]:
        """The lines of the two texts that differ."""
        lines = itertools.zip_longest(self.here[1].split("\n"), self.there[1].split("\n"), fillvalue="")
        return [(here, there) for here, there in lines if here != there]

    @property
    def kind(self) -> str:
        """Why they differ: one of KINDS."""
        if self.once:
            return "once"
        if self.here and self.there and len(self.here) == 2 and self.here[0] == self.there[0]:
            different = self._lines()
            if all(_exception(a) == _exception(b) != "" for a, b in different):
                return "wording"
            if all(_same_numbers(a, b) for a, b in different):
                return "digits"
            if all(LIMIT.sub("", a) == LIMIT.sub("", b) for a, b in different):
                return "limit"
            if self.door == "browser" and self.check in {
                check.title for check in checks_of(part(self.part)) if check.name in page.NOTES
            }:
                return "smaller"
            if self.door == "browser" and "order of a set" in self.here[1]:
                return "order"
            says = {LIKELY + mistake.says for mistake in misconceptions(part(self.part))}
            if self.door in REPLAYING and all(a in says and b not in says for a, b in different):
                return "named"
            if self.door in REPLAYING and all(a not in says and b in says for a, b in different):
                return "unnamed"
        return "real"


def _exception(line: str) -> str:
    """The line up to the name of an exception, with it; nothing if there is none."""
    before, found, _ = line.partition("Error: ")
    return before + found if found else ""


def _same_numbers(here: str, there: str) -> bool:
    """Whether two lines have the same numbers within a tolerance, and nothing else differs. In a short line, the last
    digit may be one more or less. A long line ends in "...": then the texts may be cut at different places, and the
    last number may be cut off.
    """
    ours, theirs = NUMBER.split(here), NUMBER.split(there)
    if not (here.endswith(" ...") and there.endswith(" ...")):
        pairs = list(zip(ours[1::2], theirs[1::2]))
        return bool(pairs) and ours[::2] == theirs[::2] and all(_neighbours(a, b) for a, b in pairs)
    count = min(len(ours), len(theirs)) - 2  # texts and numbers alternate; the last number may be cut off
    if count < 4 or ours[:count:2] != theirs[:count:2]:
        return False
    return all(abs(float(a) - float(b)) <= 1e-9 for a, b in zip(ours[1:count:2], theirs[1:count:2]))


def _neighbours(here: str, there: str) -> bool:
    """Whether two numbers are the same text, or differ by one in their last digit."""
    last = 10.0 ** -len(here.partition(".")[2])
    same_length = len(here) == len(there) and "e" not in here + there
    return here == there or (same_length and abs(float(here) - float(there)) < 1.5 * last)


def differences(name: str, door: Door, other: Door, of: Part, given: Mapping[str, Files]) -> list[Difference]:
    """The differences between a door, called `name`, and another one. A file with any is checked again in both."""
    found = []
    for submission, files in given.items():
        first = _different(door(of, files), other(of, files))
        again: dict = {}
        if first:
            _checked.cache_clear()
            _context.cache_clear()
            again = _different(door(of, files), other(of, files))
        for check, (here, there) in sorted({**first, **again}.items()):
            once = check not in first or check not in again
            found.append(Difference(name, of.number, submission, check, here, there, once))
    return found


def _different(here: Verdict, there: Verdict) -> dict[str, tuple]:
    keys = here.keys() | there.keys()
    return {key: (here.get(key), there.get(key)) for key in keys if here.get(key) != there.get(key)}


def measured(of: Part, all_doors: Mapping[str, tuple[Door, Door]], most: int | None, sample: int | None) -> dict:
    """What is in DATA about a part. most: known mistakes in the browser; sample: in the other doors."""
    load = os.getloadavg()[0]
    given, few = submissions(of, most), submissions(of, sample)
    found, counts = [], {}
    for name in given | few:
        for door, (here, there) in all_doors.items():
            files = (given if door == "browser" else few).get(name)
            if files is not None:
                counts[door] = counts.get(door, 0) + 1
                found += differences(door, here, there, of, {name: files})
    return {
        "part": of.number,
        "date": str(datetime.date.today()),
        "python": platform.python_version(),
        "browser": all_doors["browser"][0].version,
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
        "mistakes": len(misconceptions(of)),
        "earned": [sum(check[0] for check in file(of, few[name]).values()) for name in ("reference", "stub")],
        "possible": sum(
            check.points
            for check in _checked(of, few["stub"][of.file_name]).checks
            if not check.hidden and check.status != "manual"
        ),
        "files": counts,
        "differences": [asdict(each) for each in found],
    }


def measured_own_page(of: Part, built: Path) -> dict:
    """What is in DATA about a part in a page with the solutions. built: that page. Known mistakes whose answers differ
    from run to run are left out, as in the page.
    """
    with zipfile.ZipFile(built / "checker.zip") as checker:
        recorded_here = json.loads(checker.read(f"autograder/parts/{of.name}/mistakes.json"))["mistakes"]
    names = {"reference", "stub", *(mistake["id"] for mistake in recorded_here)}
    node = Lines("node", IN_NODE, built, "--processor-time")
    found, only_hidden = [], 0

    def own_page(of: Part, files: Files) -> Verdict:
        return every_verdict(node.ask(of.number, dict(files))["report"]["checks"])

    try:
        given = {name: files for name, files in submissions(of).items() if name in names}
        for name, files in given.items():
            failed = {check.hidden for check in _checked(of, files[of.file_name]).checks if not check.earned}
            only_hidden += failed == {True}
            found += differences("browser", own_page, file_with_hidden, of, {name: files})
    finally:
        node.close()
    return {"files": len(given), "only_hidden": only_hidden, "differences": [asdict(each) for each in found]}


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", type=int, nargs="+", help="these parts only")
    parser.add_argument("--mistakes", type=int, help="known mistakes of each part, in the browser (default: all)")
    parser.add_argument(
        "--sample",
        type=int,
        default=SAMPLE,
        help=f"known mistakes of each part, in the other doors (default: {SAMPLE})",
    )
    parser.add_argument("--leave-out", nargs="+", default=(), choices=DOORS, help="doors that are not measured")
    parser.add_argument("--own-page", type=Path, help="measure only this page, which has the solutions")
    parser.add_argument("--write", action="store_true", help="only write the page again, from the data")
    options = parser.parse_args()
    if options.write:
        PAGE.write_text(report(json.loads(DATA.read_text(encoding="utf-8"))), encoding="utf-8")
        return
    wanted = parts() if options.part is None else [part(number) for number in options.part]
    if options.own_page:
        for of in wanted:
            own_page = measured_own_page(of, options.own_page)
            rows = json.loads(DATA.read_text(encoding="utf-8"))
            row = next(each for each in rows if each["part"] == of.number)
            row["own_page"] = own_page
            _write(rows)
            print(_own_row(row), flush=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        built = page.make_page(Path(folder) / "page", wanted, on_progress=print)
        with doors(wanted, built, options.leave_out) as all_doors:
            for of in wanted:
                row = measured(of, all_doors, options.mistakes, options.sample)
                rows = {each["part"]: each for each in json.loads(DATA.read_text(encoding="utf-8"))}
                own = {"own_page": rows[of.number]["own_page"]} if "own_page" in rows.get(of.number, {}) else {}
                rows[of.number] = {**row, **own}
                kept = [rows[number] for number in sorted(rows)]
                _write(kept)
                print(_row(row), *listed(kept[-1:]), sep="\n", flush=True)


def _write(rows: Sequence[dict]) -> None:
    DATA.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(report(rows), encoding="utf-8")


def own_differences(rows: Sequence[dict]) -> list[Difference]:
    """The differences of the page with the solutions, in rows of DATA."""
    return [Difference(**each) for row in rows for each in row.get("own_page", {}).get("differences", ())]


def listed(rows: Sequence[dict]) -> list[Difference]:
    """The differences in rows of DATA."""
    return [Difference(**each) for row in rows for each in row["differences"]]


def _row(row: dict) -> str:
    cells = []
    for door in DOORS:
        kinds = [each.kind for each in listed([row]) if each.door == door]
        count = row["files"].get(door)
        cells.append(f"{count} files: {_counted(kinds) or 'same'}" if count else "not measured")
    load = " to ".join(f"{each:g}" for each in row["load"])
    cells += [row["python"], row["browser"], row["date"], load]
    return f"| {row['part']} | {row['mistakes']} | {' | '.join(cells)} |"


def _own_row(row: dict) -> str:
    own = row["own_page"]
    kinds = [each.kind for each in own_differences([row])]
    return f"| {row['part']} | {own['files']} | {own['only_hidden']} | {_counted(kinds) or 'none'} |"


def _counted(kinds: Sequence[str]) -> str:
    return ", ".join(f"{kinds.count(kind)} {words}" for kind, (words, _) in KINDS.items() if kind in kinds)


def report(rows: Sequence[dict]) -> str:
    """The page, from the rows of DATA."""
    table = "\n".join(map(_row, rows))
    own = "\n".join(_own_row(row) for row in rows if "own_page" in row)
    missing = [str(row["part"]) for row in rows if "own_page" not in row]
    left_out = f"Not measured: part {', '.join(missing)}." if missing else ""
    found = listed(rows)
    sections = "\n\n".join(
        f"## {title}\n\n" + ("\n".join(f"- {each}" for each in found if each.kind == kind) or "None.")
        for kind, (_, title) in KINDS.items()
    )
    full = all(row["earned"] == [row["possible"], 0] for row in rows)
    points = (
        "The reference got all points and the stub none." if full else "The reference or the stub has wrong points."
    )
    total = sum(count for row in rows for count in row["files"].values())
    return f"""# One verdict in every door

Written by `python benchmarks/doors.py`. Each door checked the reference, the stub and known mistakes of each part:
{total:,} verdicts in total, each compared with that of `make check`. *Same*: each public check has the same points and
sentences, recognised mistakes included. For a notebook, each task has the same points.
{points} The browser is Pyodide in node. The load is the number of programs
that ran or waited for the {os.cpu_count()} processors, at the start and at the end; time limits count processor time.

| part | known mistakes | notebook | browser | Gradescope | GitHub | Python | in the browser | date | load |
|---|---|---|---|---|---|---|---|---|---|
{table}

## The page for yourself, with hidden checks

A page that a self-learner builds with the solutions checks as `make check` does. Here, each of its checks is compared,
hidden ones included, for the reference, the stub and every known mistake whose answers are the same in each run.
{left_out}

| part | files | known mistakes that only hidden checks find | differences |
|---|---|---|---|
{own}

{sections}
"""


if __name__ == "__main__":
    main()
