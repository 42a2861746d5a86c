"""How much gradient reaches each matrix of a model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from notebook_tools import picture

MARKS = ["o", "s", "^", "D"]


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
    names = list(next(iter(models.values())))
    positive = [size for found in models.values() for size in found.values() if size > 0]
    if not positive:
        raise ValueError("No gradient reaches any matrix: somewhere on the way to the loss a number replaced a Value.")
    figure = Figure(figsize=(8.2, 0.32 * len(names) + 1.6), layout="constrained")
    axes = figure.subplots()
    for (model, found), mark, colour in zip(models.items(), MARKS, picture.COLOURS):
        present = [(found[name], row) for row, name in enumerate(names) if found[name] > 0]
        xs, ys = zip(*present) if present else ((), ())
        axes.plot(xs, ys, mark, linestyle="none", color=colour, markersize=8, label=model)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xscale("log")
    axes.set_xlim(10 ** math.floor(math.log10(min(positive))), 10 ** math.ceil(math.log10(max(positive))))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(axis="both", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set(xlabel="size of the gradient (root mean square); each line to the right is ten times as much", title=title)
    figure.legend(loc="outside lower center", ncols=len(models), frameon=False)
    picture.show(figure, f"{title}. {describe(models)}")


def describe(models: dict[str, dict[str, float]]) -> str:
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
