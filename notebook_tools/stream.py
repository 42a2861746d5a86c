"""Draw the residual stream through a block: what each part reads from it, and what it adds."""

from __future__ import annotations

from collections.abc import Sequence

from notebook_tools import picture, svg

STREAM, STEP = 92, 108
Update = tuple[str, Sequence, Sequence]  # the name of a part, what it reads (after the norm), what it returns


def show(start: Sequence, updates: Sequence[Update], title: str = "The residual stream") -> None:
    """Draw x from top to bottom. updates: (name, normed, output) for each part; numbers or `Value`s."""
    picture.show(drawing(start, updates, title))


def drawing(
    start: Sequence, updates: Sequence[Update], title: str = "The residual stream", width: float = svg.WIDE
) -> svg.Picture:
    """The picture. x after each part is x before it plus what the part returns."""
    x = [svg.plain(value) for value in start]
    width = min(width, 430)
    left = 190 if width > 400 else 150
    part = min(width - left - 8, 170)
    drawn = svg.Picture(width, 0, title, f"x begins as {_list(x)}.")
    y = 18.0
    stream = min(STREAM, left / 2 - 4)
    drawn.text(stream, y, f"x = {_list(x)}", "residual", bold=True, size=svg.SMALL)
    top = y + 14
    for name, normed, output in updates:
        normed, output = [svg.plain(value) for value in normed], [svg.plain(value) for value in output]
        x = [old + new for old, new in zip(x, output)]
        branch, join, last = top + 12, top + STEP - 26, top + STEP
        drawn.line([(stream, top), (stream, join - 12)], "residual", 6)
        drawn.arrow([(stream, branch), (left - 4, branch)], "residual", 2)
        drawn.text(left, branch, f"rmsnorm: {_list(normed)}", "ink", anchor="start", size=svg.SMALL)
        middle = (branch + join) / 2
        drawn.box(left, middle - 16, part, 32, "attention" if name == "attention" else "value", "tint")
        drawn.text(left + part / 2, middle, name, "attention" if name == "attention" else "value", bold=True)
        drawn.text(left, join, f"returns {_list(output)}", "ink", anchor="start", size=svg.SMALL)
        drawn.arrow([(left - 6, join), (stream + 14, join)], "residual", 2)
        drawn.dot(stream, join, "residual", 12, "paper")
        drawn.text(stream, join, "+", "residual", bold=True)
        drawn.line([(stream, join + 12), (stream, last)], "residual", 6)
        drawn.describe(f"{name} reads {_list(normed)} and adds {_list(output)}: x is {_list(x)}.")
        drawn.text(stream, last + 14, f"x = {_list(x)}", "residual", bold=True, size=svg.SMALL)
        top = last + 28
    drawn.height = top
    return drawn


def _list(vector: Sequence[float]) -> str:
    return "[" + ", ".join(svg.number(round(value, 2), 3) for value in vector) + "]"
