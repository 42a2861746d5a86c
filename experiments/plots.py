"""The pictures of all experiments: one style, as SVG in the colours of the page that holds it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html import escape

# Colours of a light page and the names of the site's colours, which change with its scheme (docs/_static/course.css).
# Each has a contrast of 4.5 or more with the ground: labels have the colour of their line.
FIRST, SECOND, TEXT, SOFT, LINE = "#0b6b62", "#a8460a", "#1b1f23", "#5a6470", "#d9dfdd"
NAMES = {FIRST: "plot-1", SECOND: "plot-2", TEXT: "plot-text", SOFT: "plot-soft", LINE: "plot-line"}
COLOURS, MARKS = (FIRST, SECOND), "os"  # each colour has a different mark, so that nobody needs the colours
STYLE = {
    "font.size": 11,
    "text.color": TEXT,
    "axes.labelcolor": TEXT,
    "axes.edgecolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "experiments",
}
FONT = "system-ui, sans-serif"


def draw_spread(axes, places: Sequence[float], spreads: Sequence[dict], number: int = 0, line: bool = True, **look):
    """Draw the mean of each spread, with a bar of one standard deviation to both sides; a line joins a sweep."""
    settings = {"color": COLOURS[number], "marker": MARKS[number], "linestyle": "-" if line else "none", "capsize": 3}
    means, deviations = [[spread[key] for spread in spreads] for key in ("mean", "sd")]
    axes.errorbar(places, means, yerr=deviations, markersize=5.5, elinewidth=1.2, **{**settings, **look})


def label(axes, x: float, y: float, text: str, colour: str = TEXT, **where) -> None:
    """Words next to what they name, in its colour. where: offset in points, and matplotlib's ha and va."""
    offset = where.pop("offset", (8, 0))
    settings = {"color": colour, "va": "center", "fontsize": 11, **where}
    axes.annotate(text, (x, y), xytext=offset, textcoords="offset points", **settings)


def draw_level(axes, y: float, text: str, right: bool = False) -> None:
    """A dashed line across the picture with its name above it, at the left or right end."""
    axes.axhline(y, linestyle=(0, (4, 3)), color=SOFT, linewidth=1.2)
    x, where = axes.get_xlim()[right], {"ha": "right"} if right else {}
    label(axes, x, y, text, SOFT, offset=(-4 if right else 4, 8), **where)


def set_places(axis, places: Sequence[float], names: Sequence[object] | None = None) -> None:
    """Ticks at these places alone, as plain numbers or with names."""
    axis.set_ticks(list(places), [str(name) for name in names] if names else [f"{place:g}" for place in places])
    axis.set_ticks([], minor=True)


def as_svg(figure, description: str) -> str:
    """The figure as an SVG, inside a page or as a separate file. description: for readers who can't see it."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.S)
    text = text.replace("'DejaVu Sans', sans-serif", FONT).replace("'DejaVu Sans'", FONT)
    for colour, name in NAMES.items():
        text = re.sub(rf"(?<=[:;] ){colour}", f"var(--{name}, {colour})", text)
    opening, rest = re.match(r"<svg[^>]*>", text)[0], text[text.index(">") + 1 :]
    ground = 'role="img" style="background: var(--color-background-primary, #fff)">'
    lines = f"{opening[:-1]} {ground}\n<title>{escape(description)}</title>{rest}"
    return "\n".join(line.rstrip() for line in lines.splitlines()) + "\n"
