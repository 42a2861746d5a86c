"""What the pages of all experiments share: tables in Markdown, numbers with their spread."""

from __future__ import annotations

from collections.abc import Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table."""
    return [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows)]


def mean_sd(spread: dict[str, float], digits: int = 3) -> str:
    """A mean with its standard deviation over the seeds, which has one digit more where it would be all zeros."""
    if 0 < spread["sd"] < 0.5 * 10**-digits:
        return f"{spread['mean']:.{digits}f} ± {spread['sd']:.{digits + 1}f}"
    return f"{spread['mean']:.{digits}f} ± {spread['sd']:.{digits}f}"
