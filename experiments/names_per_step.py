"""The change that lowers the loss most: more names per step."""

from __future__ import annotations

from experiments import plots, words
from experiments.training import held_out_losses, spread

TITLE = "Names per step"
QUESTION = """A step that averages over more names has a better direction, but also reads more names. Which of the two
lowers the loss? The middle column has 1,000 steps with several names each. The last column has one name per step,
with enough steps to read the same number of names."""
SEEDS = 3
TRAINS = True
COUNTS = (1, 2, 4, 8, 16, 32, 64)
MOST_STEPS = 16  # at most this many times the steps, since more would take minutes


def measure(seeds: int, steps: int) -> dict:
    """Held-out losses for each number of names per step, and for the same number of names one at a time."""
    rows = []
    for count in COUNTS:
        row = {"names": count, "held_out": spread(held_out_losses(seeds, steps, names_per_step=count))}
        if count <= MOST_STEPS:
            row["one_by_one"] = spread(held_out_losses(seeds, steps * count))
        rows.append(row)
    return {"rows": rows}


def table(figures: dict) -> list[str]:
    """A row per number."""
    rows = []
    for row in figures["rows"]:
        one_by_one = words.mean_sd(row["one_by_one"]) if "one_by_one" in row else ""
        rows.append([str(row["names"]), words.mean_sd(row["held_out"]), one_by_one])
    return words.table(["names per step", "held-out loss", "same names, one per step"], rows)


def findings(figures: dict) -> str:
    """The conclusion, in words."""
    by_count = {row["names"]: row for row in figures["rows"]}
    last = max(count for count, row in by_count.items() if "one_by_one" in row)
    start, both, reading = (
        by_count[1]["held_out"]["mean"],
        by_count[last]["held_out"]["mean"],
        by_count[last]["one_by_one"]["mean"],
    )
    most = max(COUNTS)
    return (
        f"From 1 to {most} names per step, the loss falls by {start - by_count[most]['held_out']['mean']:.3f}. Most "
        f"of this comes from reading more names: {last} names in each of 1,000 steps lower it by {start - both:.3f}; "
        f"the same number of names one at a time, in {last} times as many steps, lowers it by {start - reading:.3f}. "
        "Averaging does the rest, and saves time: one step with many names takes less time than many steps."
    )


def describe(figures: dict) -> str:
    """The picture in words, for its alternative text."""
    parts = [f"{row['names']}: {row['held_out']['mean']:.3f}" for row in figures["rows"]]
    return (
        f"Held-out loss by names per step, falling: {', '.join(parts)}; and for the same number of names, one per step."
    )


def draw(figures: dict, figure) -> None:
    """The loss over the number of names."""
    axes, rows = figure.subplots(), figures["rows"]
    others = [row for row in rows if "one_by_one" in row]
    plots.draw_spread(axes, [row["names"] for row in rows], [row["held_out"] for row in rows])
    plots.draw_spread(axes, [row["names"] for row in others], [row["one_by_one"] for row in others], 1)
    plots.label(axes, rows[-1]["names"], rows[-1]["held_out"]["mean"], "1,000 steps", plots.FIRST)
    last = others[-1]
    plots.label(axes, last["names"], last["one_by_one"]["mean"], "as many names, one per step", plots.SECOND)
    axes.set_xscale("log", base=2)
    axes.set(xlabel="names per step", ylabel="held-out loss", xlim=(0.85, 200))
    plots.set_places(axes.xaxis, [row["names"] for row in rows])
