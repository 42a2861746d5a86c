"""What a temperature does: to the next token's probabilities, and to the names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notebook_tools import chart, picture, svg

LOWEST = 0.0001  # what the axis shows; less is drawn as this much


def draw(by_temperature: Mapping[float, Sequence[float]], tokens: Sequence[str], title: str) -> None:
    """Show a row for each temperature: the probability of each token, on a scale of powers of ten."""
    picture.show(drawing(by_temperature, tokens, title))


def drawing(
    by_temperature: Mapping[float, Sequence[float]], tokens: Sequence[str], title: str, width: float = svg.WIDE
) -> svg.Picture:
    """The picture. Where temperature 1 is among them, its probabilities are rings in each of the other rows."""
    drawn = svg.Picture(width, 140 * len(by_temperature) + 50, title, describe(by_temperature, tokens))
    own = by_temperature.get(1.0)
    entries = [("probability", "value", "dot")] + [("at temperature 1", "other", "ring")] * (own is not None)
    chart.legend(drawn, 4, entries)
    size = min(12, (width - 78) / (len(tokens) + 0.2))  # so that neighbours have room
    for index, (temperature, probabilities) in enumerate(by_temperature.items()):
        top = 140 * index + 30
        x_scale, y_scale = chart.Scale(-0.6, len(tokens) - 0.4), chart.Scale(LOWEST, 1.0, log=True)
        plot = chart.Plot(drawn, (54, top + 30, width - 78, 82), x_scale, y_scale)
        plot.axes(x_ticks=[], y_ticks=[0.0001, 0.01, 1.0])
        drawn.text(54, top + 10, f"temperature {temperature:g}", anchor="start", bold=True)
        for place, (token, share) in enumerate(zip(tokens, probabilities)):
            x, y = plot.at(place, max(share, LOWEST))
            drawn.line([(x, plot.bottom), (x, y)], "value", 2)
            if own is not None and temperature != 1.0:
                drawn.dot(*plot.at(place, max(own[place], LOWEST)), "other", 3.5, "paper")
            drawn.dot(x, y, "value", 3.5)
            drawn.label([(x, plot.bottom + 12, "middle"), (x - 4, plot.bottom + 12, "start")], token, size=size)
    return drawn


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
