"""How costs grow with the length of a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from notebook_tools import picture

STYLES = ["-", "--", "-.", ":"]


def draw(lengths: Sequence[int], costs: Mapping[str, Sequence[float]], title: str) -> None:
    """Show each cost, by name, over the lengths: on the left as counted, on the right divided by the first one."""
    figure = Figure(figsize=(8.2, 3.9), layout="constrained")
    figure.suptitle(title)
    left, right = figure.subplots(1, 2)
    for (name, counts), style, colour in zip(costs.items(), STYLES, picture.COLOURS):
        left.plot(lengths, counts, style, color=colour, label=name, linewidth=2)
        right.plot(lengths, [count / counts[0] for count in counts], style, color=colour, linewidth=2)
    left.set(xlabel="length, tokens", ylabel="numbers", title="as counted")
    right.set(xlabel="length, tokens", ylabel="times the first", title=f"compared with length {lengths[0]}")
    figure.legend(loc="outside lower center", ncols=len(costs), frameon=False)
    picture.show(figure, f"{title}. {describe(lengths, costs)}")


def describe(lengths: Sequence[int], costs: Mapping[str, Sequence[float]]) -> str:
    """For each cost where it begins, where it ends, and how many times as much that is."""
    return " ".join(
        f"{name}: {counts[0]:,} at length {lengths[0]}, {counts[-1]:,} at length {lengths[-1]}, "
        f"{counts[-1] / counts[0]:.1f} times as much."
        for name, counts in costs.items()
    )
