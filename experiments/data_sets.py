"""Other data sets: the same model and recipe on words, surnames and French communes."""

from __future__ import annotations

import random

from autograder import model
from autograder.course import SOLUTIONS
from autograder.grading.part_probes import load_trusted
from experiments import plots, words
from experiments.training import loss_on, split, spread, train

TITLE = "Another data set"
QUESTION = """How well does the stub's recipe (1,000 steps of one text each) do on the four data sets? Losses on
different sets can't be compared with each other, since some texts are harder to predict than others. Compare each
loss with a bigram table (counts of letter pairs) for the same set."""
SEEDS = 20
TRAINS = True
DATA = ("names", "surnames", "communes", "words")


def measure(seeds: int, steps: int) -> dict:
    """For each set: rows, the losses of uniform guessing and of the bigram table, held-out losses, and
    names of seed 1.
    """
    tokenizers, rows = load_trusted(SOLUTIONS / "part02_tokenizer.py"), []
    for data in DATA:
        docs, held_out = split(data)
        tokenizer = tokenizers.Tokenizer(docs)
        runs = [train(docs, seed, steps) for seed in range(1, seeds + 1)]
        first, known = runs[0], set(docs)
        invented = model.sample_many(first.weights, first.config, first.chars, 20, 0.5, random.Random(1))
        rows.append(
            {
                "data": data,
                "rows": len(docs),
                "vocab_size": tokenizer.vocab_size,
                "pairs": tokenizers.bigram_loss(tokenizers.bigram_counts(docs, tokenizer), held_out, tokenizer),
                "held_out": spread([loss_on(held_out, run) for run in runs]),
                "invented": [text for text in invented if text not in known][:5],
            }
        )
    return {"rows": rows}


def table(figures: dict) -> list[str]:
    """A row per set."""
    heads = ["data", "training rows", "tokens", "bigram table", "this model", "better by", "invented with seed 1"]
    rows = []
    for row in figures["rows"]:
        cells = [row["data"], f"{row['rows']:,}", str(row["vocab_size"]), f"{row['pairs']:.3f}"]
        gain = row["pairs"] - row["held_out"]["mean"]
        rows.append([*cells, words.mean_sd(row["held_out"]), f"{gain:.3f}", ", ".join(row["invented"])])
    return words.table(heads, rows)


def findings(figures: dict) -> str:
    """The conclusion, in words."""
    gains = {row["data"]: row["pairs"] - row["held_out"]["mean"] for row in figures["rows"]}
    ordered = sorted(gains, key=gains.get, reverse=True)
    return (
        f"The model beats the bigram table by most on {ordered[0]} ({gains[ordered[0]]:.3f}) and by least on "
        f"{ordered[-1]} ({gains[ordered[-1]]:.3f}). The standard deviation between seeds is at most "
        f"{max(row['held_out']['sd'] for row in figures['rows']):.3f}."
    )


def describe(figures: dict) -> str:
    """The picture in words, for its alternative text."""
    parts = [f"{r['data']} {r['pairs']:.2f} and {r['held_out']['mean']:.2f}" for r in figures["rows"]]
    return f"Held-out loss by data set, of the bigram table and of this model: {'; '.join(parts)}."


def draw(figures: dict, figure) -> None:
    """Two marks for each set, joined by a line: its length is what the model gains."""
    axes, places = figure.subplots(), range(len(figures["rows"]))
    spreads = [row["held_out"] for row in figures["rows"]]
    for x, row in zip(places, figures["rows"]):
        axes.plot([x, x], [row["pairs"], row["held_out"]["mean"]], color=plots.SOFT, linewidth=1.2)
    axes.plot(places, [row["pairs"] for row in figures["rows"]], plots.MARKS[1], color=plots.SECOND)
    plots.draw_spread(axes, places, spreads, line=False)
    plots.label(axes, 0, figures["rows"][0]["pairs"], "pairs of letters", plots.SECOND)
    plots.label(axes, 0, spreads[0]["mean"], "this model", plots.FIRST)
    axes.set(ylabel="held-out loss", xlim=(-0.3, len(places) - 0.5))
    plots.set_places(axes.xaxis, places, [row["data"] for row in figures["rows"]])
