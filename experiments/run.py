"""Run an experiment, save its figures as JSON, and write its page: text, table, picture."""

from __future__ import annotations

import datetime
import importlib
import json
import platform
import time
from pathlib import Path
from types import ModuleType

from autograder.course import ROOT
from autograder.files import write_atomically
from experiments import NAMES, plots

PAGES = ROOT / "docs" / "experiments"
SIZE = (6.2, 3.9)  # inches of 96 pixels: letters of 14 pixels on the site, of 9 on a phone


def script(name: str) -> ModuleType:
    """The experiment with this name. Raises ValueError if there is none."""
    if name not in NAMES:
        raise ValueError(f"There is no experiment {name}. Choose one of {', '.join(NAMES)}.")
    return importlib.import_module(f"experiments.{name}")


def run(name: str, seeds: int | None = None, steps: int = 1000) -> dict:
    """Measure, and return the record: the figures, with the date, the versions and the processor seconds.

    seeds: run seeds 1 to this number (None: the experiment's default). Raises ValueError if seeds or steps are below 1.
    """
    experiment = script(name)
    seeds = experiment.SEEDS if seeds is None else seeds
    if seeds < 1 or steps < 1:
        raise ValueError(f"{seeds} seeds and {steps} steps: use at least one of each.")
    began = time.process_time()
    figures = experiment.measure(seeds, steps)
    return {
        "name": name,
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "seeds": seeds,
        "steps": steps,
        "seconds": round(time.process_time() - began, 1),
        "figures": figures,
    }


def page(record: dict) -> str:
    """The page of a record, in Markdown. Its picture is NAME.svg, in the same folder."""
    name, figures = record["name"], record["figures"]
    experiment = script(name)
    seeds = f"seeds 1 to {record['seeds']}" if record["seeds"] > 1 else "seed 1"
    few = ", a rough estimate with so few" if record["seeds"] < 5 else ""
    steps, losses = f"{record['steps']:,} training steps, ", "Losses are nats per token on held-out texts; "
    if not experiment.TRAINS:
        steps = losses = ""
    spread = f"± and bars: one standard deviation over the {record['seeds']} seeds{few}."
    lines = [
        f"# {experiment.TITLE}",
        "",
        experiment.QUESTION,
        "",
        f"`make experiment name={name}`, {record['date']}, Python {record['python']}: {steps}{seeds}, "
        f"{record['seconds']:.0f} seconds of one processor. {losses}{spread}",
        "",
        *experiment.table(figures),
        "",
        f"![{experiment.describe(figures)}]({name}.svg)",
        "",
        experiment.findings(figures),
    ]
    return "\n".join(lines) + "\n"


def draw(record: dict, path: Path) -> None:
    """Draw a record's picture into an SVG file."""
    import matplotlib
    from matplotlib.figure import Figure

    experiment = script(record["name"])
    with matplotlib.rc_context(plots.STYLE):
        figure = Figure(figsize=SIZE, layout="constrained")
        experiment.draw(record["figures"], figure)
        picture = plots.as_svg(figure, experiment.describe(record["figures"]))
    write_atomically(path, picture.encode("utf-8"))


def write(record: dict, folder: Path) -> list[Path]:
    """Write NAME.json, NAME.md and NAME.svg, and the list of all experiments in the folder. Returns the files."""
    name = record["name"]
    files = [folder / f"{name}{ending}" for ending in (".json", ".md", ".svg")]
    draw(record, files[2])
    write_atomically(files[0], (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode("utf-8"))
    write_atomically(files[1], page(record).encode("utf-8"))
    write_atomically(folder / "README.md", contents(folder).encode("utf-8"))
    return files


def read(name: str, folder: Path = PAGES) -> dict | None:
    """The record of an experiment in a folder; None if there is none."""
    path = folder / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def contents(folder: Path) -> str:
    """The page that lists the experiments whose records are in the folder."""
    lines = [
        "# Experiments",
        "",
        "Each experiment takes at most two minutes on an idle processor. It is repeated with several seeds, and its "
        "page states how many. Tables and pictures show the mean, plus and minus one standard deviation over the "
        "seeds.",
        "",
        "To list the experiments, run `make experiment`. To run one, add its name, as in `make experiment name=heads`. "
        "This writes the page to `runs/experiments/`, so that you can compare it with the page here. The scripts in "
        "`experiments/` have about a hundred lines each. To answer a question of your own, copy a script, change it, "
        "and add its name to `experiments/__init__.py`.",
        "",
        "| experiment | name | seeds | processor seconds | date |",
        "|---|---|---|---|---|",
    ]
    for record in filter(None, (read(name, folder) for name in NAMES)):
        name = record["name"]
        cells = [
            f"[{script(name).TITLE}]({name}.md)",
            f"`{name}`",
            record["seeds"],
            round(record["seconds"]),
            record["date"],
        ]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    if (folder / "pytorch.md").exists():
        lines += ["", "See also [the same model in PyTorch](pytorch.md), with the times of all versions."]
    return "\n".join(lines) + "\n"
