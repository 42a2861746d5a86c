"""What a temperature does: to the next token's probabilities, and to the names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from notebook_tools import picture


def draw(by_temperature: Mapping[float, Sequence[float]], tokens: Sequence[str], title: str) -> None:
    """Show a row of bars for each temperature: the probability of each token."""
    figure = Figure(figsize=(8.2, 1.55 * len(by_temperature) + 0.8), layout="constrained")
    rows = figure.subplots(len(by_temperature), 1, sharex=True, squeeze=False)[:, 0]
    figure.suptitle(title)
    for axes, (temperature, probabilities), colour in zip(rows, by_temperature.items(), picture.COLOURS):
        axes.bar(range(len(tokens)), probabilities, color=colour)
        axes.set_ylim(0, 1)
        axes.text(0.99, 0.85, f"temperature {temperature:g}", transform=axes.transAxes, ha="right", va="top")
        axes.set_ylabel("probability", fontsize=8)
    rows[-1].set_xticks(range(len(tokens)), tokens, fontsize=9)
    picture.show(figure, f"{title}. {describe(by_temperature, tokens)}")


def describe(by_temperature: Mapping[float, Sequence[float]], tokens: Sequence[str]) -> str:
    """For each temperature the likeliest token, and how many tokens it takes to have nine draws out of ten."""
    sentences = []
    for temperature, probabilities in by_temperature.items():
        best = max(range(len(tokens)), key=lambda token: probabilities[token])
        sentences.append(
            f"At temperature {temperature:g} the likeliest is {tokens[best]} with {probabilities[best]:.2f}, "
            f"and {enough(probabilities)} tokens share nine tenths."
        )
    return " ".join(sentences)


def enough(probabilities: Sequence[float], share: float = 0.9) -> int:
    """How many of the likeliest tokens it takes for their probabilities to sum to the share."""
    total = 0.0
    for count, probability in enumerate(sorted(probabilities, reverse=True), start=1):
        total += probability
        if total >= share:
            return count
    return len(probabilities)


def columns(names_by_temperature: Mapping[float, Sequence[str]], known: set[str]) -> str:
    """The names in a column for each temperature, as text; a star behind those that are known, that is, in the data."""
    heads = [f"at {temperature:g}" for temperature in names_by_temperature]
    starred = [[f"{name}{'*' if name in known else ''}" for name in names] for names in names_by_temperature.values()]
    widths = [max(map(len, [head, *names])) for head, names in zip(heads, starred)]
    rows = [heads, *zip(*starred)]
    return "\n".join("   ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)
