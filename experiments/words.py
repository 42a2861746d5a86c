"""Helpers for the pages of all experiments: Markdown tables, numbers with their spread, colours and marks."""

from __future__ import annotations

from collections.abc import Sequence

from notebook_tools.picture import COLOURS

MARKS = "osD^vPX"  # each colour has a different mark, so that colours are not needed

__all__ = ["COLOURS", "MARKS", "mean_sd", "table"]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table."""
    return [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows)]


def mean_sd(spread: dict[str, float], digits: int = 3) -> str:
    """A mean with its standard deviation over the seeds."""
    return f"{spread['mean']:.{digits}f} +- {spread['sd']:.{digits}f}"


def draw_spread(axes, places: Sequence[float], spreads: Sequence[dict[str, float]], number: int = 0, label: str = ""):
    """Draw the mean of each spread as a mark, with a bar from its lowest to its highest run."""
    means = [spread["mean"] for spread in spreads]
    below = [spread["mean"] - spread["lowest"] for spread in spreads]
    above = [spread["highest"] - spread["mean"] for spread in spreads]
    look = {"fmt": MARKS[number], "color": COLOURS[number], "capsize": 4, "markersize": 6}
    axes.errorbar(places, means, yerr=[below, above], label=label or None, **look)
