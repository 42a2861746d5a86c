"""Draw how far a numerical slope is off, for steps from large to tiny."""

from __future__ import annotations

from notebook_tools import picture


def show(steps: list[float], errors: dict[str, list[float]]) -> None:
    """One line for each name in errors: the error at each step, both axes in powers of ten."""
    figure = picture.new(6.4, 3.8)
    axes = figure.add_subplot()
    words = []
    for (name, row), colour, mark in zip(errors.items(), picture.COLOURS, "os^"):
        axes.loglog(steps, row, color=colour, marker=mark, label=name)  # an error of exactly 0 leaves a gap
        best = min(range(len(steps)), key=row.__getitem__)
        words.append(
            f"{name}: from {row[0]:.0e} at h = {steps[0]:.0e} down to {row[best]:.0e} at h = {steps[best]:.0e}, "
            f"then {row[-1]:.0e} at h = {steps[-1]:.0e}"
        )
    axes.invert_xaxis()
    axes.set(xlabel="step h (smaller to the right)", ylabel="error of the slope")
    axes.legend(frameon=False)
    axes.grid(alpha=0.3)
    picture.show(figure, "Error of the slope over the step. " + "; ".join(words) + ".")
