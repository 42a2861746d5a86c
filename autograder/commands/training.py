"""The commands that train the reference: `train`, and `experiment` with variants of the model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.console import print_lines, reports_errors
from autograder.invocation import command

app = typer.Typer()


@app.command()
@reports_errors(disk="Can't save what was trained ({error}).")
def train(
    fast: Annotated[bool, typer.Option("--fast", help="Use hand-written derivatives: takes seconds.")] = False,
    steps: Annotated[int, typer.Option(help="Training steps, one name per step.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed for the order of the names and the first weights.")] = 42,
    data: Annotated[
        Path | None, typer.Option(help="A file with one name per line (default: the course's names).")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The folder to save in (default: runs/).")] = None,
    any_characters: Annotated[
        bool, typer.Option("--any-characters", help="Accept characters other than a to z.")
    ] = False,
    layers: Annotated[int | None, typer.Option(help="Number of layers (default: 1).")] = None,
    width: Annotated[int | None, typer.Option(help="Length of each token's vector (default: 16).")] = None,
) -> None:
    """Train the reference and watch it learn to invent names. Ctrl-C stops and saves the current model.

    Example: python -m autograder train --fast --seed 7
    """
    from autograder import training
    from autograder.learner import local_state

    sizes = {name: size for name, size in (("n_layer", layers), ("n_embd", width)) if size is not None}
    out, data = out or training.RUNS, data or training.DATA

    def note_achievements(trained: Any) -> None:
        if len(trained.losses) >= 1000:
            local_state.log_event("trained")
            if data.resolve() != training.DATA.resolve():
                local_state.log_event("own-data")
            if trained.config.n_layer >= 2 or trained.config.n_embd >= 64:
                local_state.log_event("bigger")

    if not training.train(data, steps, seed, fast, out, any_characters, note_achievements, **sizes):
        raise typer.Exit(130)  # what shells report for a program that Ctrl-C ended


@app.command()
@reports_errors(disk="The experiment's page can't be written ({error}).")
def experiment(
    name: Annotated[str | None, typer.Argument(help="The experiment (default: list all).")] = None,
    seeds: Annotated[int | None, typer.Option(help="Number of runs (default: as on its page).")] = None,
    steps: Annotated[int, typer.Option(help="Training steps per run.")] = 1000,
    out: Annotated[Path | None, typer.Option(help="The folder for its page (default: runs/experiments/).")] = None,
) -> None:
    """Run an experiment on the model, and write a table and a picture. Takes at most two minutes.

    Example: python -m autograder experiment names_per_step --seeds 2
    """
    from autograder.learner import local_state
    from autograder.training import RUNS
    from experiments import NAMES, run

    if name is None:
        print_lines(f"{each:24}{run.script(each).TITLE}" for each in NAMES)
        print_lines(["", f"To run one: {command('experiment', 'heads')}"])
        return
    record = run.run(name, seeds, steps)
    print_lines([*run.script(name).table(record["figures"]), "", run.script(name).findings(record["figures"]), ""])
    written = run.write(record, out or RUNS / "experiments")
    for event in ("experiment", f"experiment-{name}"):
        local_state.log_event(event)
    print_lines([f"Written: {', '.join(map(str, written))}", f"To compare: {run.PAGES / name}.md"])
