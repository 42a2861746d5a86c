"""What each change of the leaderboard's recipe gains, and what did not help. Writes recipe_changes.md.

    python benchmarks/recipe_changes.py            the page, from recipe_changes.json
    python benchmarks/recipe_changes.py measure    first runs both recipes again, with fresh seeds (about 20 minutes)

`measure` replaces the first table only. The other tables come from a faster copy of the board's training loop, which
is not part of this repository; their losses are in recipe_changes.json. With fresh seeds, the page no longer compares
the copy with the board.
"""

from __future__ import annotations

import datetime
import json
import math
import secrets
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.course import ROOT, SOLUTIONS
from autograder.leaderboard.data import load_split
from autograder.leaderboard.recipe_source import FILE_NAME
from autograder.leaderboard.recipes import run
from autograder.sandbox import strict_tier

PAGE = Path(__file__).with_suffix(".md")
DATA = Path(__file__).with_suffix(".json")
BEFORE = ROOT / "records" / "recipes" / "muon.py"
AFTER = SOLUTIONS / FILE_NAME
SEEDS = 9

TITLES = {
    "steps": (
        "One change after the other",
        "Each row adds one change to the row above. The gain is over the row above.",
    ),
    "without": (
        "The recipe without one of its parts",
        "Each row removes one part or restores an earlier setting. The other settings stay. They were chosen for the "
        "complete recipe, so with better settings a row might lose less.",
    ),
    "other": (
        "What did not help, or not beyond noise",
        "Each row is the recipe with one more change. A negative gain means that the loss is higher. "
        "None of these is in the recipe.",
    ),
}


def gain(before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """The mean of the paired differences and its standard error."""
    differences = [first - second for first, second in zip(before, after, strict=True)]
    return statistics.mean(differences), statistics.stdev(differences) / math.sqrt(len(differences))


def shown(value: tuple[float, float]) -> str:
    """A gain and its error in thousandths of a nat."""
    return f"{1000 * value[0]:+.1f} ± {1000 * value[1]:.1f}"


def page(data: dict) -> str:
    """The page of these data."""
    board = data["board"]
    lines = [
        "# What the changes of the recipe gain",
        "",
        f"Written by `python benchmarks/recipe_changes.py` from `recipe_changes.json`. Measured on {data['date']}.",
        "Held-out loss in nats per token; lower is better. Gains are in thousandths of a nat, each with its standard",
        "error. Each gain compares runs with the same names, order of names and first weights.",
        "",
        "## Both recipes on the board",
        "",
        f"The published split, {len(board['seeds'])} fresh seeds, run by the board's own code.",
        "",
        "| recipe | mean | sd of the runs | gain |",
        "|---|---|---|---|",
    ]
    for name, losses in (("records/recipes/muon.py", board["before"]), (f"solutions/{FILE_NAME}", board["after"])):
        won = "" if losses is board["before"] else shown(gain(board["before"], losses))
        lines.append(f"| {name} | {statistics.mean(losses):.4f} | {statistics.stdev(losses):.4f} | {won} |")
    for key, (title, words) in TITLES.items():
        lines += ["", f"## {title}", "", words, "", "| recipe | mean | gain |", "|---|---|---|"]
        arms = data[key]
        for number, arm in enumerate(arms):
            reference = arms[max(0, number - 1)] if key == "steps" else data["steps"][-1]
            won = "" if arm is reference else shown(gain(reference["losses"], arm["losses"]))
            lines.append(f"| {arm['name']} | {statistics.mean(arm['losses']):.4f} | {won} |")
    return "\n".join([*lines, "", "## How this was measured", "", *method(data)]) + "\n"


def method(data: dict) -> list[str]:
    """How the figures came about, with the figures that say how far to trust them."""
    runs, first, seconds = len(data["steps"][0]["losses"]), data["first_split"], data["seconds"]
    return [
        f"- The first table comes from the board's code. A run of the recipe takes {seconds['after']} seconds of "
        f"processor time,",
        f"  a run of `muon.py` takes {seconds['before']}. The limit is 80.",
        f"- All other rows have {runs} runs, each on another split of the names (seeds {first} to {first + runs - 1}), "
        "with the same seeds in every row.",
        "  They come from a copy of the training loop in numpy, with gradients in C and 32-bit numbers.",
        *(comparison(data["copy"], data["board"]) if "copy" in data else ()),
        f"- The settings were chosen with {data['runs_to_choose']:,} runs of the copy on other splits, most of them in "
        "random designs that change all",
        "  settings at once. Neither the published split nor the splits of these tables were used to choose.",
        f"- The last table has {len(data['other'])} rows. By luck alone, about one row in 40 shows a gain of two "
        "standard errors.",
    ]


def comparison(copy: dict, board: dict) -> list[str]:
    """How far the copy of the training loop agrees with the board. Both have the losses of the same seeds."""
    return [
        f"- With the seeds of the first table, the copy gives {statistics.mean(copy['before']):.4f} and "
        f"{statistics.mean(copy['after']):.4f}. Its losses differ from the board's by",
        f"  {shown(gain(copy['before'], board['before']))} and {shown(gain(copy['after'], board['after']))} "
        "thousandths: tiny rounding errors grow during training, so single runs differ, but means agree.",
    ]


def measure(data: dict) -> None:
    """Run both recipes on the board with the same fresh seeds, for which the copy has no losses."""
    split, tier = load_split(), strict_tier()
    seeds = [secrets.randbits(32) for _ in range(SEEDS)]
    found: dict[str, list] = {"seeds": seeds, "before": [], "after": []}
    for seed in seeds:
        for name, path in (("before", BEFORE), ("after", AFTER)):
            found[name].append(round(run(path.read_bytes(), split, seed, tier).loss, 5))
        print(seed, found["before"][-1], found["after"][-1], flush=True)
    data.pop("copy", None)
    data["board"], data["date"] = found, datetime.date.today().isoformat()


def main(arguments: list[str]) -> None:
    data = json.loads(DATA.read_text(encoding="utf-8"))
    if arguments == ["measure"]:
        measure(data)
        DATA.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(data), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
