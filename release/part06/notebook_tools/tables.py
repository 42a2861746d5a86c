"""Draw a table of bigram counts: rows are the tokens before, columns the tokens after, darker is rarer."""

from __future__ import annotations

import math

from notebook_tools import picture

FEW = 10  # tokens; up to here the counts themselves stand in the fields


def show(counts: list[list[int]], tokenizer) -> None:
    """Draw the counts of a learner's `bigram_counts`. Raises ValueError when they are not a square table."""
    labels = [*tokenizer.chars, "BOS"]
    if [len(row) for row in counts] != [len(labels)] * len(labels):
        raise ValueError(f"The table must have {len(labels)} rows and {len(labels)} columns: a token each, BOS last.")
    few = len(labels) <= FEW
    side = 1.6 + 0.42 * len(labels) if few else 8.2
    figure = picture.new(side, side * 0.88)
    axes = figure.add_subplot()
    image = axes.imshow([[math.log10(count + 1) for count in row] for row in counts], cmap=picture.HEAT)
    axes.set_xticks(range(len(labels)), labels, fontsize=9)
    axes.set_yticks(range(len(labels)), labels, fontsize=9)
    axes.set(xlabel="token after", ylabel="token before")
    bright = max(math.log10(count + 1) for row in counts for count in row) / 2
    for i, row in enumerate(counts if few else []):
        for j, count in enumerate(row):
            axes.text(j, i, count, ha="center", va="center", color="black" if math.log10(count + 1) > bright else "w")
    if not few:
        ticks = range(math.ceil(image.norm.vmax))
        bar = figure.colorbar(image, ticks=[math.log10(10**tick + 1) for tick in ticks], shrink=0.8)
        bar.ax.set_yticklabels([f"{10**tick:,}" for tick in ticks])
        bar.set_label("how often (darkest: never; the scale is logarithmic)")
    picture.show(figure, _described(counts, labels))


def _described(counts: list[list[int]], labels: list[str]) -> str:
    """What can be seen: how many pairs, the commonest, how many fields are empty."""
    pairs = sorted(
        ((count, f"{labels[i]} then {labels[j]}") for i, row in enumerate(counts) for j, count in enumerate(row)),
        reverse=True,
    )
    common = ", ".join(f"{name} {count:,} times" for count, name in pairs[:4])
    empty = sum(count == 0 for count, _ in pairs)
    return (
        f"Table of {len(labels)} by {len(labels)} pairs of tokens, {sum(count for count, _ in pairs):,} counted. "
        f"Commonest: {common}. {empty} fields are 0."
    )
