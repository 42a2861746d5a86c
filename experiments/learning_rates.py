"""How much does the learning rate matter, and how far is 0.01 from the best?"""

from __future__ import annotations

from experiments import plots, words
from experiments.training import held_out_losses, spread

TITLE = "Learning rates"
QUESTION = """How much does the learning rate matter, and how far is microgpt's 0.01 from the best? The initial rate,
which falls linearly to 0, goes from a thirtieth of 0.01 to ten times as much, with one name per step and with 16."""
SEEDS = 5
TRAINS = True
RATES, NAMES_PER_STEP = (0.0003, 0.001, 0.003, 0.01, 0.02, 0.03, 0.1), (1, 16)


def measure(seeds: int, steps: int) -> dict:
    """Held-out losses for each rate and number of names per step."""
    rows = []
    for lr in RATES:
        held_out = [spread(held_out_losses(seeds, steps, lr=lr, names_per_step=count)) for count in NAMES_PER_STEP]
        rows.append({"lr": lr, "held_out": held_out})
    return {"rows": rows}


def table(figures: dict) -> list[str]:
    """A row per rate."""
    heads = ["learning rate", *(f"names per step: {count}" for count in NAMES_PER_STEP)]
    return words.table(heads, [[f"{row['lr']:g}", *map(words.mean_sd, row["held_out"])] for row in figures["rows"]])


def findings(figures: dict) -> str:
    """The conclusion, in words."""
    best = [min(figures["rows"], key=lambda row, i=i: row["held_out"][i]["mean"]) for i in range(len(NAMES_PER_STEP))]
    by_rate = {row["lr"]: row["held_out"] for row in figures["rows"]}
    costs = [by_rate[0.01][i]["mean"] - row["held_out"][i]["mean"] for i, row in enumerate(best)]
    off = [by_rate[lr][0]["mean"] - by_rate[0.01][0]["mean"] for lr in (0.001, 0.1)]
    return (
        f"The best of these rates is {best[0]['lr']:g} with one name per step and {best[1]['lr']:g} with "
        f"{NAMES_PER_STEP[1]}. The loss with microgpt's 0.01 is {costs[0]:.3f} and {costs[1]:.3f} higher. Near the "
        "best rate, a factor of three matters little. With one name per step, a rate ten times too small adds "
        f"{off[0]:.3f} to the loss, and one ten times too large adds {off[1]:.3f}, with large variation between seeds."
    )


def describe(figures: dict) -> str:
    """The picture in words, for its alternative text."""
    parts = [
        f"at {r['lr']:g} {r['held_out'][0]['mean']:.2f} and {r['held_out'][1]['mean']:.2f}" for r in figures["rows"]
    ]
    return f"Held-out loss with 1 and with 16 names per step, {'; '.join(parts)}: two curves with a flat minimum."


def draw(figures: dict, figure) -> None:
    """The loss over the rate."""
    axes, rows = figure.subplots(), figures["rows"]
    for column, count in enumerate(NAMES_PER_STEP):
        spreads = [row["held_out"][column] for row in rows]
        plots.draw_spread(axes, [row["lr"] for row in rows], spreads, column)
        name = f"{count} name{'s' * (count > 1)} per step"
        plots.label(axes, rows[-1]["lr"], spreads[-1]["mean"], name, plots.COLOURS[column])
    axes.set(xscale="log", xlabel="learning rate at the first step", ylabel="held-out loss", xlim=(0.00025, 0.5))
    plots.set_places(axes.xaxis, [row["lr"] for row in rows if row["lr"] != 0.02])
