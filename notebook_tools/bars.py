"""Draw one horizontal bar for each name: which of several things has the most of something."""

from __future__ import annotations

from collections.abc import Mapping

from notebook_tools import picture, svg

TALL, GAP = 22, 8


def show(numbers: Mapping[str, float], title: str, role: str = "value", digits: int = 3) -> None:
    """Show the bars in the order given. role: the colour. digits: after the point, in the label of each bar."""
    picture.show(drawing(numbers, title, role, digits))


def drawing(
    numbers: Mapping[str, float], title: str, role: str = "value", digits: int = 3, width: float = svg.WIDE
) -> svg.Picture:
    """The picture. A negative number has a bar to the left of 0."""
    drawn = svg.Picture(width, 0, title)
    top = drawn.lines_of_text(4, 12, title, width - 8, anchor="start", bold=True, size=svg.SMALL)
    drawn.height = top + len(numbers) * (TALL + GAP)
    names = max(svg.measure(name, svg.SMALL) for name in numbers) + 12
    labels = {name: f"{number:.{digits}f}".replace("-", "−") for name, number in numbers.items()}
    label = max(svg.measure(text, svg.SMALL) for text in labels.values()) + 12
    low, high = min(0.0, *numbers.values()), max(0.0, *numbers.values())
    scale = (width - names - label - 8) / ((high - low) or 1.0)
    zero = names - low * scale
    for place, (name, number) in enumerate(numbers.items()):
        y = top + place * (TALL + GAP)
        drawn.text(names - 8, y + TALL / 2, name, anchor="end", size=svg.SMALL)
        left, right = sorted((zero, zero + number * scale))
        drawn.box(left, y, max(right - left, 1.0), TALL, role, "fill", rounded=2)
        drawn.text(right + 6, y + TALL / 2, labels[name], role, anchor="start", size=svg.SMALL)
        drawn.describe(f"{name}: {labels[name]}.")
    drawn.line([(zero, top - 4), (zero, drawn.height - 2)], "soft", 1)
    return drawn
