"""RMSNorm and ReLU against what GPT-2 has, LayerNorm and GELU, and against the square of ReLU."""

from __future__ import annotations

from autograder.text import listed
from experiments import words
from experiments.training import held_out_losses, spread
from experiments.variants import ACTIVATIONS, NORMS, variant

TITLE = "LayerNorm and GELU against RMSNorm and ReLU"
QUESTION = """GPT-2 has LayerNorm and GELU, this model RMSNorm and ReLU, which are less to write. Does it cost
anything? Six variants of the same 4,192 parameters: LayerNorm comes without its gain and bias, as RMSNorm does
here."""
SEEDS = 10
TRAINS = True
NAMES_PER_STEP = (1, 16)


def measure(seeds: int, steps: int) -> dict:
    """Held-out losses of each variant, for each number of names a step."""
    rows = []
    for norm in NORMS:
        for activation in ACTIVATIONS:
            with variant(norm, activation):
                losses = [held_out_losses(seeds, steps, names_per_step=count) for count in NAMES_PER_STEP]
            held_out = [{**spread(of_seeds), "by_seed": of_seeds} for of_seeds in losses]
            rows.append({"norm": norm, "activation": activation, "held_out": held_out})
    return {"rows": rows}


def table(figures: dict) -> list[str]:
    """A line for each variant."""
    heads = ["norm", "activation", *(f"names a step: {count}" for count in NAMES_PER_STEP)]
    rows = [[row["norm"], row["activation"], *map(words.mean_sd, row["held_out"])] for row in figures["rows"]]
    return words.table(heads, rows)


def findings(figures: dict) -> str:
    """What the numbers say."""
    losses = {(row["norm"], row["activation"]): row["held_out"] for row in figures["rows"]}
    ours, gpt2 = losses["RMSNorm", "ReLU"], losses["LayerNorm", "GELU"]
    sentences = []
    for place, count in enumerate(NAMES_PER_STEP):
        difference = words.paired(ours[place]["by_seed"], gpt2[place]["by_seed"])
        sentences.append(f"with {count} name{'s' * (count > 1)} a step by {difference}")
    best = min(losses, key=lambda key: losses[key][1]["mean"])
    return (
        f"The same seeds were used for all variants, so the differences of each seed are compared. LayerNorm with GELU "
        f"differs from RMSNorm with ReLU {listed(sentences)}. "
        f"The best with {NAMES_PER_STEP[1]} names a step is {best[0]} with {best[1]}, {losses[best][1]['mean']:.3f}. "
        "The choice matters far less than the number of names a step."
    )


def describe(figures: dict) -> str:
    """The picture in words."""
    parts = [
        f"{row['norm']} with {row['activation']} {row['held_out'][0]['mean']:.3f} and {row['held_out'][1]['mean']:.3f}"
        for row in figures["rows"]
    ]
    return f"Held-out loss with 1 and with 16 names a step: {'; '.join(parts)}."


def draw(figures: dict, figure) -> None:
    """A panel for each number of names a step, since the step between them is much larger than what is to be seen."""
    for place, (axes, count) in enumerate(zip(figure.subplots(1, 2), NAMES_PER_STEP)):
        for number, norm in enumerate(NORMS):
            spreads = [row["held_out"][place] for row in figures["rows"] if row["norm"] == norm]
            shift = 0.15 * (2 * number - 1)
            words.draw_spread(
                axes, [x + shift for x in range(len(spreads))], spreads, number, norm if not place else ""
            )
        axes.set(xticks=range(len(ACTIVATIONS)), xticklabels=ACTIVATIONS, ylabel="held-out loss", xlim=(-0.5, 2.5))
        axes.set_title(f"{count} name{'s' * (count > 1)} a step", fontsize=10)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
