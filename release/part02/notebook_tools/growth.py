"""How costs grow with the length of a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from matplotlib.figure import Figure

from notebook_tools import picture

STYLES = ["-", "--", "-.", ":"]
Costs = Mapping[str, Callable[[int], int]]  # by name, as functions of the length


def draw(costs: Costs, longest: Sequence[int], title: str) -> None:
    """Show the costs over the length, once for each of the longest lengths, from near to far."""
    figure = Figure(figsize=(8.2, 3.9), layout="constrained")
    figure.suptitle(title)
    for axes, end in zip(figure.subplots(1, len(longest), squeeze=False)[0], longest):
        lengths = range(1, end + 1)
        for (name, cost), style, colour in zip(costs.items(), STYLES, picture.COLOURS):
            label = name if end == longest[0] else None
            axes.plot(lengths, [cost(length) for length in lengths], style, color=colour, label=label, linewidth=2)
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set(xlabel="length, tokens", title=f"up to {end} tokens", xlim=(0, end * 1.02), ylim=(0, None))
    figure.supylabel("how many", fontsize="medium")
    figure.legend(loc="outside lower center", ncols=len(costs), frameon=False)
    picture.show(figure, f"{title}. {describe(costs, longest)}")


def describe(costs: Costs, longest: Sequence[int]) -> str:
    """For each cost what it is at each of these lengths, and how many times as much the last is as the first."""
    sentences = []
    for name, cost in costs.items():
        counts = [cost(end) for end in longest]
        points = ", ".join(f"{count:,} at {end} tokens" for count, end in zip(counts, longest))
        sentences.append(f"{name}: {points}, {counts[-1] / counts[0]:.1f} times as much.")
    return " ".join(sentences)
