"""RMSNorm and ReLU compared with GPT-2's LayerNorm and GELU, and with squared ReLU."""

from __future__ import annotations

from autograder.text import listed
from experiments import plots, words
from experiments.training import held_out_losses, spread
from experiments.variants import ACTIVATIONS, NORMS, variant

TITLE = "LayerNorm and GELU against RMSNorm and ReLU"
QUESTION = """GPT-2 uses LayerNorm and GELU. This model uses RMSNorm and ReLU, which are shorter to write. Does that
cost anything? There are six variants with the same 4,192 parameters. LayerNorm has no gain and bias, like RMSNorm
here."""
SEEDS = 10
TRAINS = True
NAMES_PER_STEP = (1, 16)


def measure(seeds: int, steps: int) -> dict:
    """Held-out losses of each variant, for each number of names per step."""
    rows = []
    for norm in NORMS:
        for activation in ACTIVATIONS:
            with variant(norm, activation):
                losses = [held_out_losses(seeds, steps, names_per_step=count) for count in NAMES_PER_STEP]
            held_out = [{**spread(of_seeds), "by_seed": of_seeds} for of_seeds in losses]
            rows.append({"norm": norm, "activation": activation, "held_out": held_out})
    return {"seeds": seeds, "rows": rows}


def table(figures: dict) -> list[str]:
    """A row per variant."""
    heads = ["norm", "activation", *(f"names per step: {count}" for count in NAMES_PER_STEP)]
    rows = [[row["norm"], row["activation"], *map(words.mean_sd, row["held_out"])] for row in figures["rows"]]
    return words.table(heads, rows)


def findings(figures: dict) -> str:
    """The conclusion, in words."""
    losses = {(row["norm"], row["activation"]): row["held_out"] for row in figures["rows"]}
    ours, gpt2 = losses["RMSNorm", "ReLU"], losses["LayerNorm", "GELU"]
    sentences = []
    for place, count in enumerate(NAMES_PER_STEP):
        difference = words.paired(ours[place]["by_seed"], gpt2[place]["by_seed"])
        sentences.append(f"with {count} name{'s' * (count > 1)} per step by {difference}")
    best = min(losses, key=lambda key: losses[key][1]["mean"])
    return (
        "All variants use the same seeds, so the differences of each seed are compared. LayerNorm with GELU differs "
        f"from RMSNorm with ReLU {listed(sentences)}. The best variant with {NAMES_PER_STEP[1]} names per step is "
        f"{best[0]} with {best[1]}, {losses[best][1]['mean']:.3f}. The choice matters far less than the number of "
        "names per step."
    )


def describe(figures: dict) -> str:
    """The picture in words, for its alternative text."""
    parts = [
        f"{row['norm']} with {row['activation']} {row['held_out'][0]['mean']:.3f} and {row['held_out'][1]['mean']:.3f}"
        for row in figures["rows"]
    ]
    return f"Held-out loss with 1 and with 16 names per step: {'; '.join(parts)}."


def draw(figures: dict, figure) -> None:
    """A panel for each number of names per step, since the step between them is much larger than the differences."""
    from matplotlib.ticker import MultipleLocator

    for place, (axes, count) in enumerate(zip(figure.subplots(1, 2), NAMES_PER_STEP)):
        axes.set(xlim=(-0.5, 2.5), ylabel="" if place else "held-out loss")
        axes.set_title(f"{count} name{'s' * (count > 1)} per step")
        for number, norm in enumerate(NORMS):
            spreads = [row["held_out"][place] for row in figures["rows"] if row["norm"] == norm]
            shift = 0.15 * (2 * number - 1)
            plots.draw_spread(axes, [x + shift for x in range(len(spreads))], spreads, number, line=False, label=norm)
        plots.set_places(axes.xaxis, range(len(ACTIVATIONS)), [name.replace(" ", "\n") for name in ACTIVATIONS])
        axes.yaxis.set_major_locator(MultipleLocator(0.004))
        axes.grid(visible=False, axis="x")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
