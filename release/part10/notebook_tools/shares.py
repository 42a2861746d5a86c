"""Draw several ways to share out the same whole as bars, side by side: what softmax makes of scaled logits."""

from __future__ import annotations

from notebook_tools import picture


def show(labels: list[str], shares: dict[str, list[float]]) -> None:
    """One panel for each title in shares, one bar for each label, its number above it.

    Raises ValueError when a panel has not one number for each label.
    """
    figure = picture.new(2.6 * len(shares), 2.8)
    panels = figure.subplots(1, len(shares), sharey=True, squeeze=False)[0]
    words = []
    for axes, colour, (title, row) in zip(panels, picture.COLOURS, shares.items()):
        if len(row) != len(labels):
            raise ValueError(f"softmax gave {len(row)} numbers for {len(labels)} logits: it must give one for each.")
        bars = axes.bar(labels, row, color=colour)
        axes.bar_label(bars, [f"{share:.3f}" for share in row], fontsize=9, padding=2)
        axes.set(title=title, ylim=(0, 1.1))
        axes.spines[["top", "right"]].set_visible(False)
        words.append(f"{title}: " + ", ".join(f"{label} {share:.3f}" for label, share in zip(labels, row)))
    panels[0].set_ylabel("probability")
    picture.show(figure, "Bars of probabilities. " + "; ".join(words) + ".")
