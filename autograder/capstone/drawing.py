"""A picture of squares and words, drawn twice from the same data: as SVG for light and dark, and as PNG."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

TEMPLATES = Path(__file__).parent
# The colours of the board's page: each pair has a contrast of 4.5 or more (WCAG 2.2, 1.4.3).
LIGHT = {"ground": "#ffffff", "text": "#1b1b1f", "soft": "#55555f", "mark": "#1d4ed8"}
DARK = {"ground": "#14151a", "text": "#ececf1", "soft": "#b4b4c0", "mark": "#8ab4ff"}
DOTS_PER_INCH, POINTS_PER_INCH = 100, 72


@dataclass(frozen=True)
class Square:
    """x, y: of the upper left corner. strength: 0 is the ground's colour, 1 the full mark's."""

    x: float
    y: float
    side: float
    strength: float


@dataclass(frozen=True)
class Words:
    """x, y: of the baseline's start, middle or end, by anchor. size: of the letters. tone: a colour's name."""

    x: float
    y: float
    size: float
    text: str
    tone: str = "text"
    anchor: str = "start"
    bold: bool = False


@dataclass(frozen=True)
class Drawing:
    """Sizes in pixels, y downwards. title and description are for who hears it in place of seeing it."""

    width: int
    height: int
    title: str
    description: str
    squares: tuple[Square, ...]
    words: tuple[Words, ...]


def to_svg(drawing: Drawing) -> bytes:
    """One file that asks for nothing: no script, no font and no picture from elsewhere; all texts escaped."""
    from autograder.render.templates import templates

    environment = templates(TEMPLATES)
    text = environment.get_template("card.svg").render(drawing=drawing, light=LIGHT, dark=DARK)
    return (text + "\n").encode("utf-8")


def to_png(drawing: Drawing) -> bytes:
    """The light version as a bitmap."""
    from matplotlib.figure import Figure  # not pyplot: it would look for a screen
    from matplotlib.patches import Rectangle

    size = drawing.width / DOTS_PER_INCH, drawing.height / DOTS_PER_INCH
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, facecolor=LIGHT["ground"])
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, drawing.width), ylim=(drawing.height, 0))
    axes.set_axis_off()
    for square in drawing.squares:
        corner = (square.x, square.y)
        axes.add_patch(
            Rectangle(corner, square.side, square.side, color=LIGHT["mark"], alpha=square.strength, linewidth=0)
        )
    for words in drawing.words:
        axes.text(
            words.x,
            words.y,
            words.text,
            size=words.size * POINTS_PER_INCH / DOTS_PER_INCH,
            color=LIGHT[words.tone],
            ha={"start": "left", "middle": "center", "end": "right"}[words.anchor],
            va="baseline",
            weight="bold" if words.bold else "normal",
            parse_math=False,
        )
    content = io.BytesIO()
    figure.savefig(content, format="png", facecolor=figure.get_facecolor(), metadata={"Title": drawing.title})
    return content.getvalue()
