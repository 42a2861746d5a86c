"""What the pages of all experiments share: tables in Markdown, numbers with their spread."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

# By number of seeds: how many standard errors a mean of paired differences exceeds by chance one time in twenty, to
# both sides (Student's t with one degree of freedom less).
ONE_IN_TWENTY = {2: 12.71, 3: 4.30, 5: 2.78, 10: 2.26, 20: 2.09}


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table."""
    return [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows)]


def mean_sd(spread: dict[str, float], digits: int = 3) -> str:
    """A mean with its standard deviation over the seeds, which has one digit more where it would be all zeros."""
    if 0 < spread["sd"] < 0.5 * 10**-digits:
        return f"{spread['mean']:.{digits}f} ± {spread['sd']:.{digits + 1}f}"
    return f"{spread['mean']:.{digits}f} ± {spread['sd']:.{digits}f}"


def paired(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """The mean of theirs minus ours, seed by seed, and whether chance alone would give as much."""
    differences = [there - here for here, there in zip(ours, theirs)]
    mean, seeds = statistics.mean(differences), len(differences)
    if seeds not in ONE_IN_TWENTY or not (error := statistics.stdev(differences) / seeds**0.5):
        return f"{mean:+.3f}"
    enough = abs(mean) > ONE_IN_TWENTY[seeds] * error
    verdict = "which is more than chance gives" if enough else "which chance gives as well"
    return f"{mean:+.3f} ({abs(mean) / error:.1f} standard errors of {error:.4f}, {verdict})"
