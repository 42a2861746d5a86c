"""Where in a name a model is surprised."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from matplotlib.figure import Figure

from notebook_tools import picture


def by_letter(tokens: Sequence[int], mean_loss: Callable[[Sequence[int]], float]) -> list[float]:
    """The surprise at each predicted token, in nats, from a function that only gives the mean over a beginning.

    tokens: [bos, ..., bos]. mean_loss: of the first tokens, such as part 7's `sequence_loss` as a number. The sum up
    to one token less the sum up to the one before it is that token's own.
    """
    sums = [0.0] + [mean_loss(tokens[: end + 1]) * end for end in range(1, len(tokens))]
    return [after - before for before, after in zip(sums, sums[1:])]


def draw(names: Mapping[str, Sequence[float]], title: str, even: float) -> None:
    """Show a row of bars for each name: the surprise at each letter and at the end. even: the loss of pure guessing."""
    figure = Figure(figsize=(8.2, 1.5 * len(names) + 1.0), layout="constrained")
    rows = figure.subplots(len(names), 1, squeeze=False)[:, 0]
    figure.suptitle(title)
    widest = max(len(nats) for nats in names.values())
    highest = max(max(nats) for nats in names.values()) + 1.3
    for axes, (name, nats) in zip(rows, names.items()):
        axes.bar(range(len(nats)), nats, color=picture.COLOURS[0])
        axes.axhline(even, color=picture.COLOURS[1], linestyle="--", linewidth=1)
        for place, number in enumerate(nats):
            label = axes.text(place, number + 0.15, f"{number:.1f}", ha="center", va="bottom", fontsize=8)
            label.set_bbox({"fc": "white", "ec": "none", "pad": 0.6})
        axes.set_xticks(range(len(nats)), [*name, "end"])
        axes.set(xlim=(-0.6, widest - 0.4), ylim=(0, highest))
        axes.set_ylabel("nats", fontsize=9)
        axes.text(0.99, 0.9, f"{name}: {_mean(nats):.2f}", transform=axes.transAxes, ha="right", va="top")
    picture.show(figure, f"{title}. The dashed line is pure guessing, {even:.2f} nats. {describe(names)}")


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
