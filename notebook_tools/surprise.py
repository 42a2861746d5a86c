"""Where in a name a model is surprised."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from notebook_tools import chart, picture, svg


def by_letter(tokens: Sequence[int], mean_loss: Callable[[Sequence[int]], float]) -> list[float]:
    """The surprise at each predicted token, in nats, from a function that only gives the mean over a beginning.

    tokens: [bos, ..., bos]. mean_loss: of the first tokens, such as part 7's `sequence_loss` as a number. The sum up
    to one token less the sum up to the one before it is that token's own.
    """
    sums = [0.0] + [mean_loss(tokens[: end + 1]) * end for end in range(1, len(tokens))]
    return [after - before for before, after in zip(sums, sums[1:])]


def draw(names: Mapping[str, Sequence[float]], title: str, even: float) -> None:
    """Show a row of bars for each name: the surprise at each letter and at the end. even: the loss of pure guessing."""
    picture.show(drawing(names, title, even))


def drawing(names: Mapping[str, Sequence[float]], title: str, even: float, width: float = svg.WIDE) -> svg.Picture:
    """The picture. A letter above the dashed line surprises the model more than it would surprise pure guessing."""
    words = f"The dashed line is pure guessing, {even:.2f} nats. {describe(names)}"
    drawn = svg.Picture(width, 132 * len(names) + 24, title, words)
    chart.legend(drawn, 4, [("nats at each letter", "value", "fill"), (f"pure guessing: {even:.2f}", "ink", "dash")])
    highest = max(even, *(number for nats in names.values() for number in nats))
    widest = max(len(nats) for nats in names.values())
    for index, (name, nats) in enumerate(names.items()):
        top = 132 * index + 30
        wide = (width - 24) / widest
        plot = chart.Plot(
            drawn, (12, top + 36, width - 24, 68), chart.Scale(-0.5, widest - 0.5), chart.Scale(0, highest)
        )
        drawn.text(12, top + 6, f"{name}: {_mean(nats):.2f} nats per token", anchor="start", bold=True)
        drawn.line([(plot.left, plot.bottom), (plot.left + wide * len(nats), plot.bottom)], "soft", 1)
        _, level = plot.at(0, even)
        for place, (letter, number) in enumerate(zip([*name, "end"], nats)):
            plot.bar(place, number, 0.6 * wide, "value")
            x, y = plot.at(place, number)
            above = y - 9 if abs(y - 9 - level) > 8 else level - 9  # the dashed line runs through no number
            drawn.text(x, above, f"{number:.1f}", "value", size=12)
            drawn.text(x, plot.bottom + 13, letter, size=svg.SMALL)
        drawn.line([(plot.left, level), (plot.left + wide * len(nats), level)], "ink", 1.2, "dash")
    return drawn


def describe(names: Mapping[str, Sequence[float]]) -> str:
    """For each name the mean surprise, and where it is largest and smallest."""
    sentences = []
    for name, nats in names.items():
        places = [*(f"letter {place}, {letter}," for place, letter in enumerate(name, start=1)), "the end"][: len(nats)]
        most, least = nats.index(max(nats)), nats.index(min(nats))
        sentences.append(
            f"{name}: {_mean(nats):.2f} nats per token, most at {places[most]} with {nats[most]:.1f}, "
            f"least at {places[least]} with {nats[least]:.1f}."
        )
    return " ".join(sentences)


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)
