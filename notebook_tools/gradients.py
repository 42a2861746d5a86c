"""How much gradient reaches each matrix of a model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from notebook_tools import chart, picture, svg


def sizes(state_dict: Mapping[str, Sequence[Sequence]]) -> dict[str, float]:
    """The root mean square of the gradients of each matrix, in the order in which a token meets them.

    state_dict: matrices of `Value`s, after backward. The head comes last, though it is drawn third.
    """
    names = [name for name in state_dict if name != "lm_head"] + ["lm_head"]
    found = {}
    for name in names:
        squares = [value.grad**2 for row in state_dict[name] for value in row]
        found[name] = (sum(squares) / len(squares)) ** 0.5
    return found


def by_layer(found: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The sizes of each layer's matrices, so that layers can be compared: {"layer 0": {"attn_wq": ...}, ...}."""
    layers: dict[str, dict[str, float]] = {}
    for name, size in found.items():
        layer, _, matrix = name.partition(".")
        if matrix:
            layers.setdefault(layer.replace("layer", "layer "), {})[matrix] = size
    return layers


def draw(models: dict[str, dict[str, float]], title: str) -> None:
    """Show the sizes of one or more models, by name: a row for each matrix, a mark for each model, 0 left out.

    Raises ValueError when all of them are 0.
    """
    picture.show(drawing(models, title))


def drawing(models: Mapping[str, Mapping[str, float]], title: str, width: float = svg.WIDE) -> svg.Picture:
    """The picture. The first model's marks are hollow, those of the others grow darker from one to the next."""
    names = list(next(iter(models.values())))
    positive = [size for found in models.values() for size in found.values() if size > 0]
    if not positive:
        raise ValueError("No gradient reaches any matrix: somewhere on the way to the loss a number replaced a Value.")
    drawn = svg.Picture(width, 26 * len(names) + 100, title, describe(models))
    strengths = {model: count / max(len(models) - 1, 1) for count, model in enumerate(models)}
    top = chart.legend(drawn, 4, [(model, "gradient", strength) for model, strength in strengths.items()])
    low, high = 10.0 ** math.floor(math.log10(min(positive))), 10.0 ** math.ceil(math.log10(max(positive)))
    scale = chart.Scale(low, high if high > low else 10 * low, log=True)
    left = max(svg.measure(name, svg.SMALL) for name in names) + 12
    place = (left, top + 6, width - left - 24, 26 * len(names))
    plot = chart.Plot(drawn, place, scale, chart.Scale(len(names) - 0.5, -0.5))
    plot.axes("size of the gradient (root mean square)", y_ticks=[])
    for row, name in enumerate(names):
        _, y = plot.at(low, row)
        drawn.grid([(plot.left, y), (plot.right, y)])
        drawn.text(plot.left - 6, y, name, anchor="end", size=svg.SMALL)
        for model, found in models.items():
            if found[name] > 0:
                chart.shaded_dot(drawn, plot.at(found[name], row), "gradient", strengths[model], 5)
    return drawn


def describe(models: Mapping[str, Mapping[str, float]]) -> str:
    """For each model the matrix with the largest gradient, the one with the smallest, and those that get none."""
    sentences = []
    for model, found in models.items():
        reached = {name: size for name, size in found.items() if size > 0}
        without = [name for name in found if name not in reached]
        if reached:
            most, least = max(reached, key=reached.get), min(reached, key=reached.get)
            sentences.append(
                f"{model}: {most} gets the largest gradient, {reached[most]:.1e}, "
                f"and {least} the smallest, {reached[least]:.1e}."
            )
        if without:
            sentences.append(f"{model}: no gradient at all reaches {', '.join(without)}.")
    return " ".join(sentences)
