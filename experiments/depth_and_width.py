"""Two layers, 64 dimensions: what does a larger model gain in the same 1,000 steps?"""

from __future__ import annotations

from experiments import plots, words
from experiments.training import held_out_losses, parameters, spread

TITLE = "Deeper and wider"
QUESTION = """How much does a larger model gain? It has one or two layers and 16, 32 or 64 dimensions, and is trained
with one name per step and with 16. Everything else is the stub's recipe, including the learning rate, which was
chosen for the small model."""
SEEDS = 3
TRAINS = True
LAYERS, WIDTHS, NAMES_PER_STEP = (1, 2), (16, 32, 64), (1, 16)


def measure(seeds: int, steps: int) -> dict:
    """Held-out losses of each size, for each number of names per step."""
    rows = []
    for layers in LAYERS:
        for width in WIDTHS:
            sizes = {"n_layer": layers, "n_embd": width}
            held_out = [
                spread(held_out_losses(seeds, steps, names_per_step=count, **sizes)) for count in NAMES_PER_STEP
            ]
            rows.append({"layers": layers, "width": width, "parameters": parameters(**sizes), "held_out": held_out})
    return {"rows": rows}


def table(figures: dict) -> list[str]:
    """A row per size."""
    heads = ["layers", "dimensions", "parameters", *(f"names per step: {count}" for count in NAMES_PER_STEP)]
    rows = []
    for row in figures["rows"]:
        cells = [str(row["layers"]), str(row["width"]), f"{row['parameters']:,}"]
        rows.append([*cells, *map(words.mean_sd, row["held_out"])])
    return words.table(heads, rows)


def findings(figures: dict) -> str:
    """The conclusion, in words."""
    small, large = figures["rows"][0], figures["rows"][-1]
    gains = [a["mean"] - b["mean"] for a, b in zip(small["held_out"], large["held_out"])]
    times = large["parameters"] / small["parameters"]
    best = [min(figures["rows"], key=lambda row, i=i: row["held_out"][i]["mean"]) for i in range(len(NAMES_PER_STEP))]
    names = [f"{row['layers']} × {row['width']}" for row in best]
    more_names = small["held_out"][0]["mean"] - small["held_out"][1]["mean"]
    return (
        f"{times:.0f} times as many parameters change the loss by {-gains[0]:+.3f} with one name per step and by "
        f"{-gains[1]:+.3f} with {NAMES_PER_STEP[1]}. The best sizes here (layers × dimensions) are {names[0]} with one "
        f"name and {names[1]} with {NAMES_PER_STEP[1]}. Data, not capacity, is the bottleneck: {NAMES_PER_STEP[1]} "
        f"names per step lower the loss of the smallest model by {more_names:.3f}. "
        "The larger models might gain more with a learning rate chosen for them."
    )


def describe(figures: dict) -> str:
    """The picture in words, for its alternative text."""
    parts = [
        f"{row['layers']} × {row['width']}: {row['held_out'][0]['mean']:.2f} and {row['held_out'][1]['mean']:.2f}"
        for row in figures["rows"]
    ]
    return f"Held-out loss by layers × dimensions, with 1 and with 16 names per step. {'; '.join(parts)}."


def draw(figures: dict, figure) -> None:
    """The loss over the number of parameters: colour for the layers, filled or open for the names per step."""
    axes = figure.subplots()
    for column, count in enumerate(NAMES_PER_STEP):
        for number, layers in enumerate(LAYERS):
            rows = [row for row in figures["rows"] if row["layers"] == layers]
            spreads, sizes = [row["held_out"][column] for row in rows], [row["parameters"] for row in rows]
            plots.draw_spread(axes, sizes, spreads, number, markerfacecolor=None if column else "none")
            if column:
                name = f"{layers} layer{'s' * (layers > 1)}"
                up = 9 if number == 0 else -3
                plots.label(axes, sizes[-1], spreads[-1]["mean"], name, plots.COLOURS[number], offset=(6, up))
        heights = [row["held_out"][column]["mean"] for row in figures["rows"]]
        name = f"{count} name{'s' * (count > 1)} per step"
        plots.label(axes, figures["rows"][0]["parameters"], max(heights), name, plots.SOFT, offset=(0, 14))
    axes.set(xscale="log", xlabel="parameters", ylabel="held-out loss", xlim=(3500, 240_000))
    plots.set_places(axes.xaxis, (5_000, 10_000, 30_000, 100_000), ("5,000", "10,000", "30,000", "100,000"))
