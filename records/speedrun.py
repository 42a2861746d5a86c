"""The public speedrun: run new recipes in the sandbox with fresh seeds, and write the table and the lineage.

python records/speedrun.py check       the recipes keep the rules; none is run
python records/speedrun.py run         run each recipe without a result, and write records/results/NAME.json
python records/speedrun.py table       write the table and the lineage into records/README.md
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import re
import secrets
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import Failure
from autograder.leaderboard import noise
from autograder.leaderboard.data import load_split
from autograder.leaderboard.listing import method_words
from autograder.leaderboard.recipe_source import NUM_STEPS, check_source, method_of
from autograder.leaderboard.recipes import score
from autograder.leaderboard.review import gap_reason
from autograder.sandbox import MachineBusy, SandboxUnavailable, strict_tier
from autograder.text import clean_text, with_error

FOLDER = Path(__file__).resolve().parent
RUNS = 9
BEGIN, END = "<!-- table: written by records/speedrun.py -->", "<!-- end of table -->"
NAME = re.compile(r"[a-z][a-z0-9_]{2,39}")


class SpeedrunError(Failure):
    """An entry breaks a rule; the message is a sentence for its author."""


@dataclass(frozen=True)
class Result:
    """What was measured for one recipe. sd: of the runs. held: why it is held for review; "" if it counts."""

    recipe: str
    author: str
    date: str
    runs: int
    mean: float
    sd: float
    names_per_step: tuple[int, int]
    control: float | None = None
    steps: int | None = None
    held: str = ""
    source: str = ""

    @property
    def variance(self) -> float:
        return noise.moderated(self.sd**2 * (self.runs - 1), self.runs)

    @property
    def half_width(self) -> float:
        return noise.INTERVAL * math.sqrt(self.variance)


@dataclass(frozen=True)
class SpeedrunRecord:
    """An entry that beat the record before it. gain, half_width: over that record; None for the first."""

    result: Result
    gain: float | None = None
    half_width: float | None = None


def recipes(folder: Path) -> dict[str, bytes]:
    """The recipes by name. Raises SpeedrunError for one that breaks a rule."""
    found = {}
    for path in sorted((folder / "recipes").glob("*")):
        if path.name == "__pycache__":
            continue
        if path.suffix != ".py" or not NAME.fullmatch(path.stem):
            raise SpeedrunError(
                f"{path.name}: a recipe is a file such as my_idea.py: 3 to 40 small letters, digits and underscores."
            )
        content = path.read_bytes()
        try:
            check_source(content)
        except Failure as error:
            raise SpeedrunError(f"{path.name}: {error}") from error
        if not method_of(content).words:
            raise SpeedrunError(f'{path.name}: say how it trains, in a line such as METHOD = "Adam, rate 0.02".')
        found[path.stem] = content
    return found


def results(folder: Path) -> list[Result]:
    """The results, oldest first."""
    read = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "results").glob("*.json"))]
    found = [Result(**{**data, "names_per_step": tuple(data["names_per_step"])}) for data in read]
    return sorted(found, key=lambda result: (result.date, -result.mean))


def run_new(folder: Path, author: str, runs: int, num_steps: int) -> list[Result]:
    """Run each recipe that has no result, with fresh seeds, and write its result."""
    measured = []
    names, present = recipes(folder), {result.recipe: result for result in results(folder)}
    for name in sorted(names.keys() - present.keys()):
        print(f"{name}: {runs} runs", flush=True)
        seeds = [secrets.randbits(32) for _ in range(runs)]
        scored = score(
            names[name],
            load_split(),
            seeds,
            tier=strict_tier(),
            control_seed=secrets.randbits(32),
            num_steps=num_steps,
        )
        result = Result(
            recipe=name,
            author=clean_text(author or author_of(folder / "recipes" / f"{name}.py"), 40),
            date=datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
            runs=runs,
            mean=round(scored.mean, 5),
            sd=round(statistics.stdev(scored.losses), 5),
            names_per_step=scored.names_per_step,
            control=round(scored.control, 5),
            steps=noise.steps_to_target(scored.curve, runs),
            held=gap_reason(scored, present["microgpt"].mean) or "",
        )
        write_result(folder, result)
        measured.append(result)
    return measured


def author_of(path: Path) -> str:
    """The author of the commit that added a file, by git; "unknown" if git does not know."""
    command = ["git", "log", "--diff-filter=A", "--format=%an", "-1", "--", str(path)]
    try:
        found = subprocess.run(command, cwd=path.parent, capture_output=True, encoding="utf-8", check=False)
    except OSError:
        return "unknown"
    return found.stdout.strip() or "unknown"


def write_result(folder: Path, result: Result) -> None:
    """Write a result as JSON, without its empty fields."""
    data = {key: value for key, value in vars(result).items() if value not in (None, "")}
    text = json.dumps(data, indent=1)
    (folder / "results").mkdir(exist_ok=True)
    (folder / "results" / f"{result.recipe}.json").write_text(text + "\n", encoding="utf-8")


def lineage(entries: list[Result]) -> list[SpeedrunRecord]:
    """Each record, oldest first: an entry that is better than the record before it by the rule."""
    records: list[SpeedrunRecord] = []
    for entry in entries:
        if entry.held:
            continue
        before = records[-1].result if records else None
        if before is None:
            records.append(SpeedrunRecord(entry))
        elif noise.is_better(entry.mean, entry.variance, before.mean, before.variance, noise.RECORD):
            half_width = noise.INTERVAL * math.sqrt(entry.variance + before.variance)
            records.append(SpeedrunRecord(entry, before.mean - entry.mean, half_width))
    return records


def table_text(folder: Path) -> str:
    """The table and the lineage as Markdown."""
    entries, sources = results(folder), recipes(folder)
    records = {record.result.recipe: record for record in lineage(entries)}
    lines = [
        "| recipe | author | held-out loss | runs | steps to 2.20 | method | date |",
        "|---|---|---|---|---|---|---|",
    ]
    for entry in sorted(entries, key=lambda entry: entry.mean):
        words = method_words(method_of(sources[entry.recipe]), entry.names_per_step)
        loss = "held for review" if entry.held else with_error(entry.mean, entry.half_width, "± ")
        cells = [
            f"[{entry.recipe}](recipes/{entry.recipe}.py)",
            _cell(entry.author),
            f"**{loss}**" if entry.recipe in records else loss,
            str(entry.runs),
            "-" if entry.steps is None else str(entry.steps),
            _cell(words),
            entry.date,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "**Lineage.** Each record beat the one before it:", ""]
    for number, record in enumerate(records.values(), start=1):
        result = record.result
        line = f"{number}. {result.date}, {result.recipe} ({_cell(result.author)}): {result.mean:.4f}"
        if record.gain is not None:
            line += f", a gain of {with_error(record.gain, record.half_width, '± ')}"
        lines.append(line)
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Text of an author in a table: no markup, no links."""
    return re.sub(r"([\\`*_{}\[\]<>|#!~&@:])", r"\\\1", clean_text(text, 160))


def write_table(folder: Path) -> None:
    """Write table and lineage into README.md, between its two marks."""
    page = folder / "README.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{table_text(folder)}\n\n{END}{after}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("check", "run", "table"))
    parser.add_argument("--author", default="", help="the name to show (default: the author of the commit)")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--steps", type=int, default=NUM_STEPS, help="fewer for a trial")
    options = parser.parse_args()
    try:
        if options.what == "check":
            print(f"{len(recipes(FOLDER))} recipes keep the rules.")
        elif options.what == "run":
            for result in run_new(FOLDER, options.author, options.runs, options.steps):
                print(f"{result.recipe}: {with_error(result.mean, result.half_width)} {result.held}".rstrip())
        else:
            write_table(FOLDER)
    except (Failure, MachineBusy, SandboxUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
