"""Evaluate the suites: points per task, known mistakes found and recognised, other correct code, attacks.

    python benchmarks/suites.py              all of it, about ten minutes, and benchmarks/suites.md
    python benchmarks/suites.py --part 9     this part's row only; nothing is written

A mistake counts as found if it loses points in its own task, and as named if the report names it first. The score of
mutation testing comes from mutation.md, which `make mutation` writes.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import datetime
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.course import ROOT, SOLUTIONS, Part, part, parts
from autograder.grading.grade import grade
from autograder.grading.misconceptions import misconceptions, variants
from autograder.grading.report import Report
from autograder.sandbox import Tier

HERE = Path(__file__).parent
RIGHT = ROOT / "tests" / "right_but_different"
SEEDS = (1, 2, 3)
COLUMNS = (
    "part | points by task | public / hidden | by hand | found | by public checks | named | right accepted | mutants"
)


@dataclass(frozen=True)
class Trial:
    """A file to grade. mistake: the known one in it, None in right code."""

    part: int
    source: bytes
    mistake: str | None
    seed: int


def report_of(trial: Trial) -> Report:
    """The report on a trial's file."""
    its_part = part(trial.part)
    return grade({its_part.file_name: trial.source}, its_part, seed=trial.seed, tier=Tier.LOCAL)


def trials_of(its_part: Part) -> list[Trial]:
    """The solution, every other right implementation and every known mistake, with each seed."""
    right = [(SOLUTIONS / its_part.file_name).read_bytes()]
    right += [path.read_bytes() for path in sorted((RIGHT / f"part{its_part.number:02d}").glob("*.py"))]
    sources = [(None, source) for source in right] + list(variants(its_part).items())
    return [Trial(its_part.number, source, mistake, seed) for mistake, source in sources for seed in SEEDS]


def row(its_part: Part, outcome: list[tuple[Trial, Report]]) -> tuple[str, list[str]]:
    """The part's row of the table, and what went wrong in words."""
    tasks = {mistake.id: mistake.task for mistake in misconceptions(its_part)}
    found = public = named = accepted = 0
    complaints = []
    for trial, report in outcome:
        failed = [check for check in report.checks if check.status not in ("passed", "manual")]
        label = f"part {its_part.number}, {trial.mistake or 'right code'}, seed {trial.seed}"
        if trial.mistake is None:
            accepted += report.earned == report.possible
            complaints += [] if report.earned == report.possible else [f"{label}: lost points in {failed[0].name}"]
            continue
        lost = any(check.task == tasks[trial.mistake] for check in failed)
        name = next((check.misconception for check in failed if check.misconception), None)
        found, public = found + lost, public + any(not check.hidden for check in failed)
        named += name == trial.mistake
        complaints += [] if lost else [f"{label}: lost nothing in its task"]
        complaints += [] if name == trial.mistake else [f"{label}: named {name}"]
    wrong = sum(trial.mistake is not None for trial, _ in outcome)
    checks = outcome[0][1].checks
    by_task = [(task, sum(check.points for check in checks if check.task == task.id)) for task in its_part.tasks]
    hidden, by_hand = sum(c.points for c in checks if c.hidden), sum(c.points for c in checks if c.status == "manual")
    counts = [f"{count}/{wrong}" for count in (found, public, named)] + [f"{accepted}/{len(outcome) - wrong}"]
    cells = [str(its_part.number), ", ".join(f"{task.id}: {points:g}" for task, points in by_task)]
    cells += [f"{outcome[0][1].possible - hidden:g} / {hidden:g}", f"{by_hand:g}", *counts, mutation_score(its_part)]
    return f"| {' | '.join(cells)} |", complaints


def mutation_score(its_part: Part) -> str:
    """Killed of those that are not equivalent, as mutation.md has it."""
    text = (HERE / "mutation.md").read_text(encoding="utf-8")
    cells = re.search(rf"^\| {its_part.number} \|(.*)\|$", text, re.MULTILINE).group(1).split("|")
    total, killed, equivalent = (int(cell) for cell in cells[:3])
    return f"{killed}/{total - equivalent}"


def attacks() -> str:
    """Attacks stopped of all, in the sandbox for other people's code, as the tests count them."""
    test = "tests/test_attacks.py::test_no_attack_earns_reads_harms_stays_or_stops_the_next"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    counts = {word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|skipped|error)", said)}
    return f"Attacks stopped: {counts.get('passed', 0)} of {sum(counts.values())}."


def main() -> None:
    """Print and write the table; exit status 1 when anything in it is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", type=int, action="append", help="this part only; nothing is written then")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    wanted = [part(number) for number in options.part] if options.part else list(parts())
    stamp = f"{datetime.date.today().isoformat()}, seeds {', '.join(map(str, SEEDS))}, Python {sys.version.split()[0]}"
    lines = [
        "# The suites in figures",
        "",
        f"`python benchmarks/suites.py`, {stamp}. Known mistakes and right code count",
    ]
    lines += ["once for each seed; the solution is among the right code.", "", f"| {COLUMNS} |", f"|{'---|' * 9}"]
    complaints = []
    with concurrent.futures.ProcessPoolExecutor(options.workers) as pool:
        for its_part in wanted:
            trials = trials_of(its_part)
            line, more = row(its_part, list(zip(trials, pool.map(report_of, trials, chunksize=4))))
            lines, complaints = [*lines, line], [*complaints, *more]
            print(line, flush=True)
    if not options.part:
        lines += ["", attacks()]
        print(lines[-1])
        lines += ["", "## Not as they should be", "", *(f"- {words}" for words in complaints or ["nothing"])]
        (HERE / "suites.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(complaints))
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
