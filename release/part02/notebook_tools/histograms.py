"""Draw how the numbers of each matrix are spread, before training and after."""

from __future__ import annotations

import math

from notebook_tools import picture


def show(before: dict[str, list[float]], after: dict[str, list[float]]) -> None:
    """One panel for each matrix that is in both: an outline for before, filled bars for after, the spread of each."""
    names = [name for name in before if name in after]
    if not names:
        raise ValueError("No matrix has the same name before and after: compare the keys of your dict with 4.1.")
    figure = picture.new(8.6, 2.0 * math.ceil(len(names) / 3) + 0.4)
    panels = figure.subplots(math.ceil(len(names) / 3), 3, sharex=True, squeeze=False).flat
    reach = max(abs(number) for name in names for number in (*before[name], *after[name]))
    edges = [reach * (step / 30 - 1) for step in range(61)]
    words = []
    for axes, name in zip(panels, names):
        axes.hist(after[name], edges, density=True, color=picture.COLOURS[4], label="after")
        axes.hist(before[name], edges, density=True, histtype="step", color=picture.COLOURS[0], lw=1.8, label="before")
        axes.set_title(f"{name}: {_spread(before[name]):.2f} to {_spread(after[name]):.2f}", fontsize=9)
        axes.set_yticks([])
        words.append(f"{name} {_spread(before[name]):.2f} before, {_spread(after[name]):.2f} after")
    for axes in panels:
        axes.axis("off")
    for axes in figure.axes[: len(names)][-3:]:
        axes.set_xlabel("value; the taller, the more of it", fontsize="small")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    picture.show(figure, "Histograms of each matrix before and after training. Spread: " + "; ".join(words) + ".")


def _spread(numbers: list[float]) -> float:
    """The standard deviation."""
    mean = sum(numbers) / len(numbers)
    return math.sqrt(sum((number - mean) ** 2 for number in numbers) / len(numbers))
